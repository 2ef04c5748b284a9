/** Graph → the build's table, as the bundle carries it. */
import type { BuildTable, ExportRow, ModuleRow, RequestRow, RuntimeSettings } from '../protocol.ts';
import type { Graph, GraphModule } from './graph.ts';

export interface TableInput {
  graph: Graph;
  /** Ids of all modules of the graph; their position is their number. */
  ids: readonly string[];
  entries: readonly string[];
  pathOf(id: string): string;
  /** File name of the chunk that has statements of a module. */
  chunkOf(id: string): string | undefined;
  hasPhases(id: string): boolean;
  settings: RuntimeSettings;
  sites: number;
}

export function buildTable(input: TableInput): BuildTable {
  const numbers = new Map(input.ids.map((id, number) => [id, number]));
  return {
    settings: input.settings,
    modules: input.ids.flatMap((id) => {
      const module = input.graph.modules.get(id);
      return module ? [moduleRow(input, module, numbers)] : [];
    }),
    entries: input.entries.flatMap((id) => numbers.get(id) ?? []),
    sites: input.sites,
  };
}

function moduleRow(input: TableInput, module: GraphModule, numbers: ReadonlyMap<string, number>): ModuleRow {
  const { id, record, requested } = module;
  const chunk = input.chunkOf(id);
  const requests = requested.flatMap((target, index): RequestRow[] => {
    const number = target === null ? undefined : numbers.get(target);
    return number === undefined ? [] : [[number, record.requests[index]?.line ?? 1]];
  });
  const row: ModuleRow = { path: input.pathOf(id), requests, bindings: [], exports: [] };
  // A module that the bundle has nothing of matters only as a step of a path.
  if (chunk === undefined) return row;
  row.chunk = chunk;
  if (input.hasPhases(id)) row.phases = true;
  row.bindings = record.bindings.map(({ name, kind, line, column }) => [name, kind, line, column]);
  row.exports = exportRows(input, id, numbers);
  return row;
}

const exportRows = ({ graph, chunkOf }: TableInput, id: string, numbers: ReadonlyMap<string, number>): ExportRow[] =>
  graph.exportedNames(id).flatMap((name): ExportRow[] => {
    const resolution = graph.resolveExport(id, name);
    if (!resolution || resolution.type === 'unknown') return [];
    const number = numbers.get(resolution.module.id);
    if (number === undefined || chunkOf(resolution.module.id) === undefined) return [];
    return [[name, number, resolution.type === 'binding' ? resolution.binding : -1]];
  });
