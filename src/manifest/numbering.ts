/** Numbers the modules of a build, as tables refer to them. */
import { onCycle } from '../graph/components.ts';
import type { Edges } from '../graph/edges.ts';
import { linkOrder } from '../graph/link-order.ts';
import type { ChunkModule, Target } from '../model.ts';
import { isGenerated, wrappedModule } from '../record/commonjs.ts';
import { isIncluded } from '../record/record.ts';
import { createGraph, edgesOf, type Graph, type GraphModule } from './graph.ts';

export interface Numbering {
  graph: Graph;
  /** A module's position is its number. */
  modules: readonly GraphModule[];
  /** By number of a module: the numbers of those that it requests. */
  edges: Edges;
  /** By number of a module: whether it is on a cycle of requests. */
  isCircular: readonly boolean[];
  numberOf(id: string): number | undefined;
  /** Numbers of the ids that are modules of the graph, each once. */
  numbersOf(ids: Iterable<string>): number[];
  /** The module whose marks carry a token. */
  markedBy(token: string): ChunkModule | undefined;
  moduleOf(id: string): ChunkModule | undefined;
  moduleAt(number: number | undefined): ChunkModule | undefined;
}

/**
 * Sorts the modules in the order in which ECMA-262 links the graphs of `roots`, and the others after them by id. So two
 * builds of the same sources get the same numbers, although modules load in a different order each time.
 */
export function inLinkOrder(modules: readonly GraphModule[], roots: readonly string[]): GraphModule[] {
  const numbers = new Map(modules.map(({ id }, number) => [id, number]));
  const requests = edgesOf(modules);
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
  const byToken = new Map(modules.map(({ record }, index) => [record.token, index]));
  const edges = edgesOf(modules);
  const numbered: ChunkModule[] = [];
  return {
    graph,
    modules,
    edges,
    isCircular: onCycle(edges),
    numberOf: (id) => numbers.get(id),
    numbersOf: (ids) => [...new Set(ids)].flatMap((id) => numbers.get(id) ?? []),
    markedBy: (token) => moduleAt(byToken.get(token)),
    moduleOf: (id) => moduleAt(numbers.get(id)),
    moduleAt,
  };

  function moduleAt(index: number | undefined): ChunkModule | undefined {
    const module = modules[index ?? -1];
    if (index === undefined || !module) return undefined;
    const { record } = module;
    numbered[index] ??= { index, record, phases: phasesOf(module), targets: targetsOf(module) };
    return numbered[index];
  }

  function targetsOf(module: GraphModule): ChunkModule['targets'] {
    const { sites } = module.record;
    /** By index of an import: the target without members, which most reads have. */
    const whole: (Target | null)[] = [];
    return sites.map((site, number) => {
      if (site.kind === 'import') return [dynamicTargetOf(module, number)];
      if (site.kind !== 'read' && site.kind !== 'require') return [];
      const { import: entry } = site;
      const first = whole[entry] === undefined ? targetOf(module, entry, []) : whole[entry];
      whole[entry] = first;
      const path = site.kind === 'read' ? site.path : [];
      return [first, ...path.map((_, depth) => targetOf(module, entry, path.slice(0, depth + 1)))];
    });
  }

  /** The number of the module, the specifier of one outside the build, or null where it is known only at run time. */
  function dynamicTargetOf({ record, dynamic }: GraphModule, site: number): Target {
    const request = record.sites[site];
    const id = dynamic.get(site);
    const specifier = request?.kind === 'import' ? request.specifier : null;
    return { module: (id === undefined ? undefined : numbers.get(id)) ?? specifier, binding: -1 };
  }

  /** Target of an import entry, followed by member names. Null where they resolve to nothing. */
  function targetOf(module: GraphModule, entry: number, path: readonly string[]): Target | null {
    const resolution = graph.resolveImport(module, entry, path);
    if (!resolution) return byName(module, entry, path);
    if (resolution.type === 'unknown') {
      const { id, name } = resolution;
      return { module: numbers.get(id) ?? id, binding: name ?? -1 };
    }
    const { id, record } = resolution.module;
    const target = { module: numbers.get(id) ?? -1, binding: -1 };
    if (resolution.type === 'namespace') return target;
    const { binding } = resolution;
    const name = !isIncluded(record.wanted) ? record.bindings[binding]?.name : undefined;
    return { ...target, binding, ...(name !== undefined && { name }) };
  }

  /** Target of a name that is no export, as with `syntheticNamedExports`. */
  function byName(
    { record, requested, dynamic }: GraphModule,
    entry: number,
    path: readonly string[],
  ): Target | null {
    const { request = -1, name = null, dynamic: site } = record.imports[entry] ?? {};
    const id = site === undefined ? requested[request] : dynamic.get(site);
    const wanted = name ?? path[0];
    // Members of a CommonJS module's exports are read through a proxy module of @rollup/plugin-commonjs.
    return id == null || wanted === undefined
      ? null
      : { module: numbers.get(wrappedModule(id)) ?? id, binding: wanted };
  }
}

/** `required` for a wrapped CommonJS module, undefined for generated code, else `true`. */
function phasesOf({ id, record, isCommonJS }: GraphModule): ChunkModule['phases'] {
  if (isGenerated(id)) return undefined;
  return isCommonJS || record.sites.some(({ kind }) => kind === 'body') ? 'required' : true;
}
