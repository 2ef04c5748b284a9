/** The modules of a build by number, as tables refer to them. */
import type { ModuleRecord } from '../model.ts';
import { createGraph, type Graph, type GraphModule } from './graph.ts';

export interface Numbering {
  graph: Graph;
  /** A module's position is its number. */
  modules: readonly GraphModule[];
  numberOf(id: string): number | undefined;
  /** Of those that are modules of the graph. */
  numbersOf(ids: Iterable<string>): number[];
  /** The module whose marks carry a token. */
  moduleOf(token: string): { index: number; record: ModuleRecord } | undefined;
  /**
   * What a read resolves to, by number: module and binding, -1 for a namespace object. What the build has no record
   * of goes by its id and name. Null where it resolves to nothing.
   */
  targetOf(
    importer: number,
    entry: number,
    path: readonly string[],
  ): [number | string, number | string] | null;
}

export function createNumbering(modules: readonly GraphModule[]): Numbering {
  const graph = createGraph(new Map(modules.map((module) => [module.id, module])));
  const numbers = new Map(modules.map(({ id }, number) => [id, number]));
  const byToken = new Map(modules.map(({ record }, index) => [record.token, { index, record }]));
  return {
    graph,
    modules,
    numberOf: (id) => numbers.get(id),
    numbersOf: (ids) => [...new Set(ids)].flatMap((id) => numbers.get(id) ?? []),
    moduleOf: (token) => byToken.get(token),
    targetOf(importer, entry, path) {
      const module = modules[importer];
      const resolution = module && graph.resolveImport(module, entry, path);
      if (!resolution) return null;
      if (resolution.type === 'unknown') return [resolution.id, resolution.name ?? -1];
      const number = numbers.get(resolution.module.id) ?? -1;
      return [number, resolution.type === 'binding' ? resolution.binding : -1];
    },
  };
}
