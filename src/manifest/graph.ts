/** The module graph of a build: which modules request which, and to which binding a name resolves. */
import type { Edges } from '../graph/edges.ts';
import type { IndirectExport, LocalExport, ModuleRecord } from '../model.ts';
import { PHASES_ALONE } from '../record/record.ts';

/** The record of a module that was not recorded; the bundler lists the modules that it requests. */
export const NOT_RECORDED: ModuleRecord = {
  version: '',
  token: '',
  wanted: PHASES_ALONE,
  requests: [],
  imports: [],
  localExports: [],
  indirectExports: [],
  starExports: [],
  bindings: [],
  sites: [],
  positions: { requests: [], bindings: [], sites: [] },
};

/** A module of the graph: its record, and the ids to which its requests resolved. */
export interface GraphModule {
  id: string;
  record: ModuleRecord;
  /** By index of a request: the resolved id; null where the bundler has none. */
  requested: readonly (string | null)[];
  /** By number of a site: the id to which the dynamic import resolved. */
  dynamic: ReadonlyMap<number, string>;
  /** The bundler itself wraps it as a CommonJS module, which runs when it is required. */
  isCommonJS?: boolean;
}

/** By position in the list: the positions of the modules that it requests. */
export function edgesOf(modules: readonly GraphModule[]): Edges {
  const numbers = new Map(modules.map(({ id }, number) => [id, number]));
  return modules.map(({ requested }) => requested.flatMap((id) => numbers.get(id ?? '') ?? []));
}

/**
 * The resolution of a name (ECMA-262 ResolvedBinding Record): a binding (index of the record's `bindings`), a module's
 * namespace object, or a name in a module of which the build has no record.
 */
export type Resolution = (
  | { type: 'binding'; module: GraphModule; binding: number }
  | { type: 'namespace'; module: GraphModule }
  | { type: 'unknown'; id: string; name: string | null }
) & {
  /**
   * The modules in which the name was looked for, step by step: from the one that was asked to the one that has the
   * binding, as far as the build has them.
   */
  way: readonly GraphModule[];
};

export interface Graph {
  modules: ReadonlyMap<string, GraphModule>;
  /** ECMA-262 ResolveExport (sec-resolveexport); null where there is none, or where it is ambiguous. */
  resolveExport(id: string, name: string): Resolution | null;
  /** Resolves an import entry of a module (index of `imports`), followed by member names (`ns.a.b`). */
  resolveImport(module: GraphModule, entry: number, path: readonly string[]): Resolution | null;
  /** ECMA-262 GetExportedNames (sec-getexportednames). */
  exportedNames(id: string): string[];
  /** Ids of modules without a record in which a resolution has looked for a name. */
  unrecorded: ReadonlySet<string>;
}

export function createGraph(modules: ReadonlyMap<string, GraphModule>): Graph {
  const cache = new Map<GraphModule, Map<string, Resolution | null>>();
  const own = new Map<GraphModule, Map<string, LocalExport | IndirectExport>>();
  const unrecorded = new Set<string>();
  /**
   * The current resolution came back to a step of its own. Its result depends on where it began, so it is not cached.
   */
  let isCut = false;
  const graph: Graph = { modules, resolveExport, resolveImport, exportedNames, unrecorded };
  return graph;

  function resolveExport(id: string, name: string): Resolution | null {
    return resolve(id, name, new Set());
  }

  function resolve(id: string, name: string, resolveSet: Set<string>): Resolution | null {
    const module = modules.get(id);
    if (!module) return { type: 'unknown', id, name, way: [] };
    if (module.record === NOT_RECORDED) {
      unrecorded.add(id);
      return { type: 'unknown', id, name, way: [module] };
    }
    const entry = ownExports(module).get(name);
    if (entry && 'binding' in entry)
      return { type: 'binding', module, binding: entry.binding, way: [module] };
    if (!entry && (name === 'default' || module.record.starExports.length === 0)) return null;

    const resolutions = cache.get(module) ?? new Map<string, Resolution | null>();
    cache.set(module, resolutions);
    const known = resolutions.get(name);
    if (known !== undefined) return known;
    const step = `${id}\0${name}`;
    if (resolveSet.has(step)) {
      isCut = true;
      return null;
    }
    const isFirst = resolveSet.size === 0;
    const wasCut = isCut;
    isCut = false;
    resolveSet.add(step);
    const further = entry
      ? resolveRequest(module, entry.request, entry.imported, resolveSet)
      : resolveStars(module, name, resolveSet);
    const resolution = further && { ...further, way: [module, ...further.way] };
    if (isFirst || !isCut) resolutions.set(name, resolution);
    isCut = !isFirst && (isCut || wasCut);
    return resolution;
  }

  function resolveStars(module: GraphModule, name: string, resolveSet: Set<string>): Resolution | null {
    let star: Resolution | null = null;
    for (const request of module.record.starExports) {
      const resolution = resolveRequest(module, request, name, resolveSet);
      // As in Rollup, and unlike ECMA-262, a name that is ambiguous in the target counts as missing.
      if (!resolution) continue;
      // As in Rollup, a known binding takes precedence over an external module that may have the name.
      if (resolution.type === 'unknown') star ??= resolution;
      else if (!star || star.type === 'unknown') star = resolution;
      else if (!isSame(star, resolution)) return null;
    }
    return star;
  }

  function ownExports(module: GraphModule): Map<string, LocalExport | IndirectExport> {
    let exports = own.get(module);
    if (!exports) {
      const { localExports, indirectExports } = module.record;
      exports = new Map([...localExports, ...indirectExports].map((entry) => [entry.name, entry]));
      own.set(module, exports);
    }
    return exports;
  }

  function resolveRequest(
    module: GraphModule,
    request: number,
    name: string | null,
    resolveSet: Set<string>,
  ): Resolution | null {
    const id = module.requested[request];
    if (id == null)
      return { type: 'unknown', id: module.record.requests[request]?.specifier ?? '', name, way: [] };
    return name === null ? namespaceOf(id) : resolve(id, name, resolveSet);
  }

  function resolveImport(module: GraphModule, index: number, path: readonly string[]): Resolution | null {
    const entry = module.record.imports[index];
    if (!entry) return null;
    let resolution =
      entry.dynamic === undefined
        ? resolveRequest(module, entry.request, entry.name, new Set())
        : namespaceOf(module.dynamic.get(entry.dynamic));
    for (const name of path) {
      if (resolution?.type === 'namespace') resolution = resolveMember(resolution, name);
      else if (resolution?.type === 'unknown' && resolution.name === null)
        resolution = { ...resolution, name };
      else return null;
    }
    return resolution;
  }

  /** The way goes on where that of the namespace object ends. */
  function resolveMember({ way }: Resolution, name: string): Resolution | null {
    const member = resolveExport(way.at(-1)?.id ?? '', name);
    return member && { ...member, way: [...way.slice(0, -1), ...member.way] };
  }

  function namespaceOf(id: string | undefined): Resolution | null {
    const module = modules.get(id ?? '');
    if (module) return { type: 'namespace', module, way: [module] };
    return id === undefined ? null : { type: 'unknown', id, name: null, way: [] };
  }

  function exportedNames(id: string): string[] {
    const names = new Set<string>();
    const visited = new Set<string>();
    const visit = (from: string, isStar: boolean): void => {
      const record = modules.get(from)?.record;
      if (!record || visited.has(from)) return;
      visited.add(from);
      for (const { name } of [...record.localExports, ...record.indirectExports]) {
        if (!isStar || name !== 'default') names.add(name);
      }
      for (const request of record.starExports) {
        const target = modules.get(from)?.requested[request];
        if (target != null) visit(target, true);
      }
    };
    visit(id, false);
    return [...names];
  }
}

const isSame = (a: Resolution, b: Resolution): boolean =>
  a.type === 'unknown' || b.type === 'unknown'
    ? a.type === b.type
    : a.type === b.type &&
      a.module === b.module &&
      (a.type === 'namespace' || b.type === 'namespace' || a.binding === b.binding);
