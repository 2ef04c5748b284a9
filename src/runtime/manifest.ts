/**
 * The build's table → the manifest, as far as the bundle carries it. Its objects have no prototype, since a page may have
 * put a field of the manifest on `Object.prototype`.
 */
import {
  MANIFEST_VERSION,
  type Manifest,
  type ManifestBinding,
  type ManifestChunk,
  type ManifestImport,
  type ManifestModule,
  type ManifestProperty,
  type ManifestRequest,
} from '../protocol/manifest.ts';
import {
  ALIASED,
  type BindingRow,
  type BuildTable,
  type ChunkRow,
  DROPPED,
  GUARDS,
  HERITAGE,
  type ImportRow,
  INLINED,
  type ModuleRow,
  type PropertyRow,
  type RequestRow,
  STATES,
  UNCONDITIONAL,
} from '../protocol/tables.ts';
import { bare } from './bare.ts';

export const manifestOf = ({ modules, entries, staticEntries, format, chunks }: BuildTable): Manifest => ({
  version: MANIFEST_VERSION,
  modules: modules.map((row, index) => moduleOf(row, index, modules)),
  entries: entries.slice(0, staticEntries),
  ...(format !== undefined && chunks && { format, chunks: chunks.map(chunkOf) }),
});

const chunkOf = ([imports, entry = -1, file = '']: ChunkRow): ManifestChunk =>
  bare({ file, modules: [], imports, ...(entry >= 0 && { entry }) });

function moduleOf(
  { requests, imports, bindings, exports, exportsAt, requires, ...row }: ModuleRow,
  index: number,
  modules: readonly ModuleRow[],
): ManifestModule {
  /** By binding: the name under which the module exports it, its own one where it has several. */
  const names = new Map<number, string>();
  for (const [name, owner, binding] of exports) {
    if (owner === index && (!names.has(binding) || name === bindings[binding]?.[0])) names.set(binding, name);
  }
  return bare({
    ...row,
    requests: requests.map(requestOf),
    bindings: bindings.map((binding, at) => bindingOf(binding, bindings, names.get(at))),
    ...(imports && { imports: imports.map((each) => importOf(each, modules)) }),
    ...(exportsAt && { exportsAt: exportsAt.map(propertyOf) }),
    ...(requires && {
      requires: requires.map(([module, line, column, ...reads]) =>
        bare({ module, line, column, reads: reads.map(propertyOf) }),
      ),
    }),
  });
}

const requestOf = ([module, line, need]: RequestRow): ManifestRequest =>
  bare({
    module,
    ...(line && { line }),
    ...(need && { isKept: true as const }),
    ...(need === 2 && { isUnread: true as const }),
  });

const propertyOf = ([name, line, column, replaces]: PropertyRow): ManifestProperty =>
  bare({ name, line, column, ...(replaces && { replaces: replaces > 1 ? 'nothing' : 'object' }) });

const bindingOf = (
  [name, kind, line, column, state, local]: BindingRow,
  bindings: readonly BindingRow[],
  exportedAs = name,
): ManifestBinding =>
  bare({
    name,
    kind,
    line,
    column,
    ...(exportedAs !== name && { exportedAs }),
    ...(state !== undefined && state !== ALIASED && { state: STATES[state] }),
    ...(state === ALIASED && { isAliased: true as const }),
    ...(local !== undefined && { local: typeof local === 'number' ? (bindings[local]?.[0] ?? '') : local }),
  });

function importOf(
  [local, module, binding, flags = 0, ...rest]: ImportRow,
  modules: readonly ModuleRow[],
): ManifestImport {
  const guard = flags & GUARDS.catch ? 'catch' : 'test';
  const isDropped = (flags & DROPPED) !== 0;
  const [line = 1, column = 0] = rest;
  return bare({
    local: local || (modules[module]?.bindings[binding]?.[0] ?? ''),
    module,
    binding,
    way: rest.slice(isDropped ? 2 : 0).concat(module),
    ...(isDropped && { isDropped, at: { line, column } }),
    ...(flags & INLINED && { isInlined: true as const }),
    ...(flags & UNCONDITIONAL && { isUnconditional: true as const }),
    ...(flags & HERITAGE && { isHeritage: true as const }),
    ...(flags & (GUARDS.catch | GUARDS.test) && { guard }),
  });
}
