/** Makes the build's table, which the bundle carries. */
import type { RealisedSite } from '../model.ts';
import type {
  BindingRow,
  BuildTable,
  ExportRow,
  ModuleRow,
  RequestRow,
  SiteRow,
} from '../protocol/tables.ts';
import { isIncluded } from '../record/record.ts';
import type { GraphModule } from './graph.ts';
import type { Numbering } from './numbering.ts';

/** A module in the bundle. */
export interface RenderedModule {
  /** File name of the chunk. */
  chunk: string;
  /** By index of a binding that the bundle declares: its state before any module runs, as index of `STATES`. */
  states: ReadonlyMap<number, number>;
  /** As in {@link ModuleRow}. */
  phases?: ModuleRow['phases'] | undefined;
}

export interface TableInput extends Pick<BuildTable, 'settings' | 'cells' | 'sites'> {
  numbering: Numbering;
  /** By number of the module; a module of which the bundle has no statement is missing. */
  rendered: ReadonlyMap<number, RenderedModule>;
  /** Ids of static entries, and of targets of dynamic imports. */
  entries: { static: Iterable<string>; dynamic: Iterable<string> };
  pathOf(id: string): string;
}

export function buildTable(input: TableInput): BuildTable {
  const { numbering, settings, cells, sites } = input;
  const staticEntries = numbering.numbersOf(input.entries.static);
  return {
    settings,
    modules: numbering.modules.map((module, number) => moduleRow(input, module, number)),
    entries: [...staticEntries, ...numbering.numbersOf(input.entries.dynamic)],
    staticEntries: staticEntries.length,
    cells,
    sites,
  };
}

function moduleRow(
  { numbering, rendered, pathOf }: TableInput,
  module: GraphModule,
  number: number,
): ModuleRow {
  const { id, record, requested } = module;
  const requests = requested.flatMap((target, index): RequestRow[] => {
    const requestedNumber = numbering.numberOf(target ?? '');
    if (requestedNumber === undefined) return [];
    const line = record.positions.requests[index]?.line;
    return [line === undefined ? [requestedNumber] : [requestedNumber, line]];
  });
  const renderedModule = rendered.get(number);
  const isExcluded = !isIncluded(record.wanted);
  const compiled = record.isCompiled && { isCompiled: true as const };
  // A module that is not in the bundle matters only as a step of an import path.
  if (!renderedModule) return { path: pathOf(id), ...compiled, requests, bindings: [], exports: [] };
  return {
    path: pathOf(id),
    chunk: renderedModule.chunk,
    ...(renderedModule.phases && { phases: renderedModule.phases }),
    ...(isExcluded && { isExcluded }),
    ...compiled,
    requests,
    bindings: record.bindings.map(({ name, kind }, index): BindingRow => {
      const { line = 1, column = 0 } = record.positions.bindings[index] ?? {};
      const state = renderedModule.states.get(index);
      return state === undefined ? [name, kind, line, column] : [name, kind, line, column, state];
    }),
    exports: isExcluded ? [] : exportRows(numbering, rendered, id),
  };
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
