/** Makes the build's table, which the bundle carries. */
import { componentsOf } from '../graph/components.ts';
import { waitsOf } from '../graph/waits.ts';
import type { RealisedSite } from '../model.ts';
import type {
  ManifestBinding,
  ManifestChunk,
  ManifestImport,
  ManifestModule,
  ManifestProperty,
  ManifestRequest,
} from '../protocol/manifest.ts';
import {
  ALIASED,
  type BindingRow,
  type BuildTable,
  type ChunkRow,
  DROPPED,
  type ExportRow,
  GUARDS,
  HERITAGE,
  type ImportRow,
  INLINED,
  type ModuleRow,
  type PropertyRow,
  type RequestRow,
  type RequireRow,
  type SiteRow,
  STATES,
  UNCONDITIONAL,
} from '../protocol/tables.ts';
import { type ManifestInput, type ManifestOutput, manifestModule } from './manifest.ts';
import type { Numbering } from './numbering.ts';

export interface TableInput extends ManifestInput, Pick<BuildTable, 'settings' | 'cells' | 'sites'> {
  /** Ids of static entries, and of targets of dynamic imports. */
  entries: { static: Iterable<string>; dynamic: Iterable<string> };
}

export function buildTable(input: TableInput, { format, chunks }: ManifestOutput): BuildTable {
  const { numbering, settings, cells, sites } = input;
  const imported = new Set(chunks.flatMap(({ imports }) => imports));
  const importsEntry = chunks.some(({ entry }, number) => entry !== undefined && imported.has(number));
  const isWaiting = mayWaitForItself(input, chunks);
  const staticEntries = numbering.numbersOf(input.entries.static);
  // A module's imports only where it is on a cycle, which these may explain.
  const described = numbering.modules.map((_, number) =>
    manifestModule(input, number, numbering.isCircular[number] === true),
  );
  const read = new Set(described.flatMap(({ imports = [] }) => imports.map(({ module }) => module)));
  return {
    settings,
    modules: described.map((module, number) => moduleRow(input, number, module, read.has(number))),
    entries: [...staticEntries, ...numbering.numbersOf(input.entries.dynamic)],
    staticEntries: staticEntries.length,
    ...((importsEntry || isWaiting) && { format, chunks: chunks.map((chunk) => chunkRow(chunk, isWaiting)) }),
    cells,
    sites,
  };
}

/** @param isRead whether a module on a cycle reads its bindings */
function moduleRow(input: TableInput, number: number, described: ManifestModule, isRead: boolean): ModuleRow {
  const { numbering, rendered } = input;
  const { bindings, requests, imports, exportsAt, requires, isExcluded, ...module } = described;
  const renderedModule = rendered.get(number);
  const row = {
    ...module,
    requests: requests.map(requestRow),
    ...(imports && { imports: imports.map((each) => importRow(each, numbering)) }),
    ...(exportsAt && { exportsAt: exportsAt.map(propertyRow) }),
    ...(requires && {
      requires: requires.map(
        ({ module, line, column, reads }): RequireRow => [module, line, column, ...reads.map(propertyRow)],
      ),
    }),
  };
  const bindingRows = bindings.map((binding) => bindingRow(binding, bindings));
  // A module that is not in the bundle matters only as a step of an import path, and to what reads it on a cycle.
  if (!renderedModule) return { ...row, bindings: isRead ? bindingRows : [], exports: [] };
  return {
    ...row,
    ...(isExcluded && { isExcluded }),
    bindings: bindingRows,
    exports: isExcluded ? [] : exportRows(numbering, rendered, numbering.modules[number]?.id ?? ''),
  };
}

function bindingRow(binding: ManifestBinding, all: readonly ManifestBinding[]): BindingRow {
  const { name, kind, line, column, state, local, writes, isAliased } = binding;
  const row = [name, kind, line, column] as const;
  if (!state && !isAliased) return [...row];
  const exported = local === undefined ? -1 : all.findIndex((other) => other.name === local);
  const isTold = local !== undefined && writes && (isAliased || exported >= 0);
  if (isAliased && !isTold) return [...row];
  const printed = state ? STATES.indexOf(state) : ALIASED;
  return isTold ? [...row, printed, exported < 0 ? local : exported] : [...row, printed];
}

function chunkRow({ imports, entry, file }: ManifestChunk, withFile: boolean): ChunkRow {
  if (withFile) return [imports, entry ?? -1, file];
  return entry === undefined ? [imports] : [imports, entry];
}

/** Whether a module with a top-level await may wait for an import() that waits for the module's own chunk. */
function mayWaitForItself(
  { numbering: { modules, edges, numberOf }, rendered }: ManifestInput,
  chunks: readonly ManifestChunk[],
): boolean {
  const numbers = new Map(chunks.map(({ file }, chunk) => [file, chunk]));
  const chunkOf = modules.map((_, module) => numbers.get(rendered.get(module)?.chunk ?? ''));
  const awaited = modules.flatMap(({ record, dynamic }, module) =>
    [...(record.hasTLA ? dynamic.values() : [])].flatMap((id): [number, number][] => {
      const target = numberOf(id);
      return target === undefined || chunkOf[target] === chunkOf[module] ? [] : [[module, target]];
    }),
  );
  if (awaited.length === 0) return false;
  const imports = chunks.map((chunk) => chunk.imports);
  const { componentOf } = componentsOf(waitsOf(edges, chunkOf, imports, awaited));
  return awaited.some(([importer, target]) => {
    const chunk = chunkOf[importer];
    return chunk !== undefined && componentOf[target] === componentOf[modules.length + chunk];
  });
}

function propertyRow({ name, line, column, replaces }: ManifestProperty): PropertyRow {
  return replaces ? [name, line, column, replaces === 'object' ? 1 : 2] : [name, line, column];
}

function requestRow({ module, line, isKept, isUnread }: ManifestRequest): RequestRow {
  if (isKept) return [module, line ?? 0, isUnread ? 2 : 1];
  return line === undefined ? [module] : [module, line];
}

function importRow(imported: ManifestImport, { modules }: Numbering): ImportRow {
  const { module, binding, way, isUnconditional, isDropped, isInlined, isHeritage, guard } = imported;
  const { name } = modules[module]?.record.bindings[binding] ?? {};
  const local = imported.local === name ? '' : imported.local;
  const flags =
    (isUnconditional ? UNCONDITIONAL : 0) |
    (isHeritage ? HERITAGE : 0) |
    (isDropped ? DROPPED : 0) |
    (isInlined ? INLINED : 0) |
    (guard === undefined ? 0 : GUARDS[guard]);
  const { line = 1, column = 0 } = imported.at ?? {};
  const rest = (isDropped ? [line, column] : []).concat(way.slice(0, -1));
  if (flags === 0 && rest.length === 0) return [local, module, binding];
  return [local, module, binding, flags, ...rest];
}

function exportRows(
  { graph, numberOf }: Numbering,
  rendered: TableInput['rendered'],
  id: string,
): ExportRow[] {
  return graph.exportedNames(id).flatMap((name): ExportRow[] => {
    const resolution = graph.resolveExport(id, name);
    if (!resolution || resolution.type === 'unknown') return [];
    const number = numberOf(resolution.module.id);
    if (number === undefined || !rendered.has(number)) return [];
    if (resolution.type === 'namespace') return [[name, number, -1]];
    const isThere = rendered.get(number)?.states.has(resolution.binding);
    return isThere ? [[name, number, resolution.binding]] : [];
  });
}

/**
 * Row of a site in the chunk's table. Its last element names the file where the position is not in the module itself.
 */
export function siteRow(
  { modules }: Numbering,
  site: RealisedSite,
  pathOf: (file: string) => string,
): SiteRow {
  const { kind, module } = site;
  const { line, column, file } = modules[module]?.record.positions.sites[site.site] ?? { line: 1, column: 0 };
  const position = [module, line, column] as const;
  const named: [file?: string] = file === undefined ? [] : [pathOf(file)];
  switch (kind) {
    case 'r':
    case 's': {
      const { target, local } = site;
      return [kind, ...position, target.module ?? '', target.binding, local, ...named];
    }
    case 'w':
    case 'i':
      return [kind, ...position, site.binding, ...named];
    case 'd':
      return [kind, ...position, site.target.module, site.isAwaited ? 1 : 0, ...named];
    case 'q':
      return [kind, ...position, site.target.module, ...named];
    case 'a':
      return [kind, ...position, ...named];
  }
}
