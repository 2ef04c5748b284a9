/** The modules of a build by number, as tables refer to them. */
import { linkOrder } from '../graph/link-order.ts';
import type { ModuleRecord } from '../model.ts';
import type { ModuleRow } from '../protocol.ts';
import { isGenerated, wrappedModule } from '../record/commonjs.ts';
import { createGraph, type Graph, type GraphModule } from './graph.ts';

/** Module and binding, by number; -1 for a namespace object; by name where there is no number. */
export type ReadTarget = [module: number | string, binding: number | string];

export interface NumberedModule {
  index: number;
  record: ModuleRecord;
}

export interface Numbering {
  graph: Graph;
  /** A module's position is its number. */
  modules: readonly GraphModule[];
  numberOf(id: string): number | undefined;
  /** Of those that are modules of the graph. */
  numbersOf(ids: Iterable<string>): number[];
  /** The module whose marks carry a token. */
  markedBy(token: string): NumberedModule | undefined;
  moduleOf(id: string): NumberedModule | undefined;
  /** When a module's start and end are shown: with its chunk, when it is required, or never. */
  phasesOf(number: number): ModuleRow['phases'] | undefined;
  /** What a dynamic import, a site of the importer, asks for: a module, its specifier, or null. */
  dynamicTargetOf(importer: number, site: number): number | string | null;
  /** The name that a binding has in its module, if that is not included: the bundle doesn't tell. */
  excludedName(target: ReadTarget): string | undefined;
  /** What an import entry, followed by member names, resolves to. Null where the module has no such entry. */
  targetOf(importer: number, entry: number, path: readonly string[]): ReadTarget | null;
}

/**
 * The modules in the order in which ECMA-262 links the graphs of `roots`, the others after them by id: loading ends in
 * an order of its own each time, and two builds of the same sources must have the same numbers.
 */
export function inLinkOrder(modules: readonly GraphModule[], roots: readonly string[]): GraphModule[] {
  const numbers = new Map(modules.map(({ id }, number) => [id, number]));
  const requests = modules.map(({ requested }) => requested.flatMap((id) => numbers.get(id ?? '') ?? []));
  const visited: boolean[] = [];
  return [...roots, ...[...numbers.keys()].sort()].flatMap((id) => {
    const root = numbers.get(id);
    const order = root === undefined ? [] : linkOrder(requests, root, visited);
    return order.flatMap((number) => modules[number] ?? []);
  });
}

export function createNumbering(modules: readonly GraphModule[]): Numbering {
  const graph = createGraph(new Map(modules.map((module) => [module.id, module])));
  const numbers = new Map(modules.map(({ id }, number) => [id, number]));
  const numbered = modules.map(({ record }, index) => ({ index, record }));
  const byToken = new Map(numbered.map((module) => [module.record.token, module]));

  /** A name that no export stands behind, as with `syntheticNamedExports`. */
  function byName(
    { record, requested, dynamic }: GraphModule,
    entry: number,
    path: readonly string[],
  ): ReadTarget | null {
    const { request = -1, name = null, dynamic: site } = record.imports[entry] ?? {};
    const id = site === undefined ? requested[request] : dynamic.get(site);
    const wanted = name ?? path[0];
    // Members of what a CommonJS module exports are read through a module of the plugin's own.
    return id == null || wanted === undefined ? null : [numbers.get(wrappedModule(id)) ?? id, wanted];
  }

  return {
    graph,
    modules,
    numberOf: (id) => numbers.get(id),
    numbersOf: (ids) => [...new Set(ids)].flatMap((id) => numbers.get(id) ?? []),
    markedBy: (token) => byToken.get(token),
    moduleOf: (id) => numbered[numbers.get(id) ?? -1],
    phasesOf(number) {
      const module = modules[number];
      if (!module || isGenerated(module.id)) return undefined;
      return module.record.sites.some(({ kind }) => kind === 'body') ? 'required' : true;
    },
    dynamicTargetOf(importer, site) {
      const module = modules[importer];
      const request = module?.record.sites[site];
      const id = module?.dynamic.get(site);
      const specifier = request?.kind === 'import' ? request.specifier : null;
      return (id === undefined ? undefined : numbers.get(id)) ?? specifier;
    },
    excludedName([module, binding]) {
      const record = typeof module === 'number' ? modules[module]?.record : undefined;
      if (record?.wanted !== 'phases' || typeof binding !== 'number') return undefined;
      return record.bindings[binding]?.name;
    },
    targetOf(importer, entry, path) {
      const module = modules[importer];
      const resolution = module && graph.resolveImport(module, entry, path);
      if (!resolution) return module ? byName(module, entry, path) : null;
      if (resolution.type === 'unknown') {
        const { id, name } = resolution;
        return [numbers.get(id) ?? id, name ?? -1];
      }
      const number = numbers.get(resolution.module.id) ?? -1;
      return [number, resolution.type === 'binding' ? resolution.binding : -1];
    },
  };
}
