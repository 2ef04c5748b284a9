/** The modules of a build by number, as tables refer to them. */
import type { ModuleRecord } from '../model.ts';
import { createGraph, type Graph, type GraphModule } from './graph.ts';

/** Module and binding, by number; -1 for a namespace object; by name where there is no number. */
export type ReadTarget = [module: number | string, binding: number | string];

export interface Numbering {
  graph: Graph;
  /** A module's position is its number. */
  modules: readonly GraphModule[];
  numberOf(id: string): number | undefined;
  /** Of those that are modules of the graph. */
  numbersOf(ids: Iterable<string>): number[];
  /** The module whose marks carry a token. */
  moduleOf(token: string): { index: number; record: ModuleRecord } | undefined;
  /** What an import entry, followed by member names, resolves to. Null where the module has no such entry. */
  targetOf(importer: number, entry: number, path: readonly string[]): ReadTarget | null;
}

export function createNumbering(modules: readonly GraphModule[]): Numbering {
  const graph = createGraph(new Map(modules.map((module) => [module.id, module])));
  const numbers = new Map(modules.map(({ id }, number) => [id, number]));
  const byToken = new Map(modules.map(({ record }, index) => [record.token, { index, record }]));

  /** A name that no export stands behind, as with `syntheticNamedExports`. */
  function byName(
    { record, requested }: GraphModule,
    entry: number,
    path: readonly string[],
  ): ReadTarget | null {
    const { request = -1, name = null } = record.imports[entry] ?? {};
    const id = requested[request];
    const wanted = name ?? path[0];
    return id == null || wanted === undefined ? null : [numbers.get(id) ?? id, wanted];
  }

  return {
    graph,
    modules,
    numberOf: (id) => numbers.get(id),
    numbersOf: (ids) => [...new Set(ids)].flatMap((id) => numbers.get(id) ?? []),
    moduleOf: (token) => byToken.get(token),
    targetOf(importer, entry, path) {
      const module = modules[importer];
      const resolution = module && graph.resolveImport(module, entry, path);
      if (!resolution) return module ? byName(module, entry, path) : null;
      if (resolution.type === 'unknown') return [resolution.id, resolution.name ?? -1];
      const number = numbers.get(resolution.module.id) ?? -1;
      return [number, resolution.type === 'binding' ? resolution.binding : -1];
    },
  };
}
