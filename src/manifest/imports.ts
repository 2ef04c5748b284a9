/** What a module imports: which names, by which requests, and what its reads of them are. */
import type { ModuleRecord } from '../model.ts';
import type { ManifestImport, ManifestRequest, ReadGuard, ReadPosition } from '../protocol/manifest.ts';
import type { GraphModule } from './graph.ts';
import type { Numbering } from './numbering.ts';

/** The bundler dropped the code; or it put the value of a constant in its place, unless it dropped that as well. */
export type Loss = 'dropped' | 'inlined';

export interface ImportsInput {
  numbering: Numbering;
  /** What became of the site with this index of the module's `sites`, if the bundle has it no more and that is known. */
  lossOf(module: number, site: number): Loss | undefined;
  pathOf(id: string): string;
}

/** Two specifiers may stand for the same module: the first one has its place. */
export function requestsOf(
  { numberOf }: Numbering,
  { record, requested }: GraphModule,
  needs: Pick<Imports, 'kept' | 'unread'> | undefined,
): ManifestRequest[] {
  const requests = new Map<number, ManifestRequest>();
  for (const [index, id] of requested.entries()) {
    const module = numberOf(id ?? '');
    if (module === undefined) continue;
    const line = record.positions.requests[index]?.line;
    const known = requests.get(module);
    const request = known ?? { module, ...(line !== undefined && { line }) };
    if (needs?.kept.has(index)) request.isKept = true;
    if (needs?.unread.has(index) && (!known || known.isUnread)) request.isUnread = true;
    else delete request.isUnread;
    requests.set(module, request);
  }
  return [...requests.values()];
}

export interface Imports {
  imports: ManifestImport[];
  kept: ReadonlySet<number>;
  unread: ReadonlySet<number>;
}

export function importsOf(
  { numbering, lossOf, pathOf }: ImportsInput,
  number: number,
  module: GraphModule,
): Imports {
  const { graph, numberOf } = numbering;
  const { record } = module;
  /** By chain of names as the source has it; null where it stands for nothing in the build. */
  const byChain = new Map<string, ManifestImport | null>();
  const byLocal = new Map<string, ManifestImport>();
  /** By index of an import entry that is read: whether all its reads are in `imports`, each of a binding. */
  const isListed = new Map<number, boolean>();
  for (const [index, site] of record.sites.entries()) {
    const entry = site.kind === 'read' ? record.imports[site.import] : undefined;
    if (site.kind !== 'read' || !entry || entry.dynamic !== undefined) continue;
    const chain = site.path.length > 0 ? [entry.local, ...site.path].join('.') : entry.local;
    let imported = byChain.get(chain);
    if (imported === undefined) {
      imported = importOf(site.import, entry.local, site.path);
      byChain.set(chain, imported);
    }
    const isBinding = imported !== null && imported.binding >= 0;
    isListed.set(site.import, isBinding && isListed.get(site.import) !== false);
    if (imported) guard(imported, site.guard);
    if (imported && site.isUnconditional) {
      // `b` of `ns.a.b` is a property of the value, unless `ns.a` is a namespace object.
      const hasProperty = chain.length > imported.local.length;
      unconditional(imported, index, hasProperty || site.isFatalUndefined === true);
    }
    if (imported && site.isHeritage) imported.isHeritage = true;
  }
  return { imports: [...byLocal.values()], ...needsOf(module, isListed) };

  function unconditional(imported: ManifestImport, site: number, isFatalUndefined: boolean): void {
    const wasDropped = !imported.isUnconditional || imported.isDropped;
    imported.isUnconditional = true;
    imported.at ??= sitePosition(record, site, pathOf);
    if (isFatalUndefined) imported.throwsAt ??= sitePosition(record, site, pathOf);
    const loss = wasDropped ? lossOf(number, site) : undefined;
    if (loss) imported.isDropped = true;
    else delete imported.isDropped;
    if (loss === 'inlined') imported.isInlined = true;
    else delete imported.isInlined;
  }

  /** `ns.a` of `ns.a.b` where `a` is a binding: what follows is a property of its value. */
  function importOf(entry: number, name: string, path: readonly string[]): ManifestImport | null {
    let depth = 0;
    let resolution = graph.resolveImport(module, entry, []);
    while (resolution?.type === 'namespace' && depth < path.length) {
      depth++;
      resolution = graph.resolveImport(module, entry, path.slice(0, depth));
    }
    if (!resolution || resolution.type === 'unknown') return null;
    const local = [name, ...path.slice(0, depth)].join('.');
    const imported = byLocal.get(local) ?? {
      local,
      module: numberOf(resolution.module.id) ?? -1,
      binding: resolution.type === 'namespace' ? -1 : resolution.binding,
      way: resolution.way.map(({ id }) => numberOf(id) ?? -1),
      // Until a read is found that has none.
      guard: 'catch',
    };
    byLocal.set(local, imported);
    return imported;
  }
}

/** Where a site is; with its file, where that is not the module itself. */
export function sitePosition(
  { positions }: ModuleRecord,
  site: number,
  pathOf: (id: string) => string,
): ReadPosition {
  const { line = 1, column = 0, file } = positions.sites[site] ?? {};
  return { line, column, ...(file !== undefined && { file: pathOf(file) }) };
}

/** Keeps the weakest guard of the reads of an import. */
function guard(imported: ManifestImport, other: ReadGuard | undefined): void {
  if (!other) delete imported.guard;
  else if (imported.guard) imported.guard = other === 'test' ? other : imported.guard;
}

/** Indices of the requests that more than `imports` need, and of those whose names nothing reads. */
function needsOf(
  { record, requested }: GraphModule,
  isListed: ReadonlyMap<number, boolean>,
): Pick<Imports, 'kept' | 'unread'> {
  const { imports, indirectExports, starExports } = record;
  const kept = new Set([...starExports, ...indirectExports.map(({ request }) => request)]);
  const named = new Set(imports.map(({ request }) => request));
  const unread = new Set([...named].filter((request) => !kept.has(request)));
  for (const [entry, { request }] of imports.entries()) {
    if (isListed.has(entry)) unread.delete(request);
    if (!isListed.get(entry)) kept.add(request);
  }
  for (const request of requested.keys()) if (!named.has(request)) kept.add(request);
  return { kept, unread };
}
