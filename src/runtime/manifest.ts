/** The build's table → the manifest, as far as the bundle carries it. */
import {
  MANIFEST_VERSION,
  type Manifest,
  type ManifestImport,
  type ManifestModule,
} from '../protocol/manifest.ts';
import {
  type BuildTable,
  HERITAGE,
  type ImportRow,
  type ModuleRow,
  UNCONDITIONAL,
} from '../protocol/tables.ts';

export const manifestOf = ({ modules, entries, staticEntries }: BuildTable): Manifest => ({
  version: MANIFEST_VERSION,
  modules: modules.map((row, index) => moduleOf(row, index, modules)),
  entries: entries.slice(0, staticEntries),
});

const moduleOf = (
  { requests, imports, bindings, exports, ...row }: ModuleRow,
  own: number,
  modules: readonly ModuleRow[],
): ManifestModule => ({
  ...row,
  requests: requests.map(([module, line, isKept]) => ({
    module,
    ...(line && { line }),
    ...(isKept && { isKept: true as const }),
  })),
  bindings: bindings.map(([name, kind, line, column], index) => {
    const names = exports.flatMap(([as, of, binding]) => (of === own && binding === index ? [as] : []));
    const exported = names.includes(name) ? undefined : names[0];
    return { name, ...(exported !== undefined && { exported }), kind, line, column };
  }),
  ...(imports && { imports: imports.map((row) => importOf(row, modules)) }),
});

const importOf = (
  [local, module, binding, flags = 0, ...way]: ImportRow,
  modules: readonly ModuleRow[],
): ManifestImport => ({
  local: local || (modules[module]?.bindings[binding]?.[0] ?? ''),
  module,
  binding,
  way: way.concat(module),
  ...(flags & UNCONDITIONAL && { isUnconditional: true as const }),
  ...(flags & HERITAGE && { isHeritage: true as const }),
});
