/** Makes the manifest: the module graph as the source has it, and where the bundle has each module. */
import type { ModuleRecord } from '../model.ts';
import {
  MANIFEST_VERSION,
  type Manifest,
  type ManifestBinding,
  type ManifestChunk,
  type ManifestImport,
  type ManifestModule,
  type ManifestProperty,
  type ManifestRequest,
  type ManifestRequire,
  type ManifestWrite,
  type ReadGuard,
} from '../protocol/manifest.ts';

import { type ModuleRow, STATES } from '../protocol/tables.ts';
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

export interface ManifestInput {
  numbering: Numbering;
  /** By number of the module; a module of which the bundle has no statement is missing. */
  rendered: ReadonlyMap<number, RenderedModule>;
  /** Whether the bundler dropped the site with this index of the module's `sites`; false where nobody knows. */
  isDropped(module: number, site: number): boolean;
  /** Ids of static entries. */
  entries: { static: Iterable<string> };
  pathOf(id: string): string;
}

/** What the manifest says of the output as a whole. */
export interface ManifestOutput {
  format: string;
  chunks: readonly ManifestChunk[];
}

export function createManifest(input: ManifestInput, { format, chunks }: ManifestOutput): Manifest {
  const { modules, numbersOf } = input.numbering;
  return {
    version: MANIFEST_VERSION,
    modules: modules.map(({ record }, number) => {
      const module = manifestModule(input, number, true);
      return { ...module, bindings: withExportNames(module.bindings, record) };
    }),
    entries: numbersOf(input.entries.static),
    format,
    chunks,
  };
}

/** The manifest as JSON, a line for each module, so that two of them can be compared line by line. */
export function manifestText({ version, entries, format, chunks = [], modules }: Manifest): string {
  const lines = (rows: readonly unknown[]): string =>
    rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
  return `{
  "version": ${version},
  "entries": ${JSON.stringify(entries)},
  "format": ${JSON.stringify(format)},
  "chunks": [
${lines(chunks)}
  ],
  "modules": [
${lines(modules)}
  ]
}
`;
}

/** The bindings, each with the name under which it is exported, where that is another one. */
function withExportNames(
  bindings: readonly ManifestBinding[],
  { localExports }: ModuleRecord,
): ManifestBinding[] {
  const names = new Map<number, string>();
  for (const { name, binding } of localExports) {
    if (!names.has(binding) || name === bindings[binding]?.name) names.set(binding, name);
  }
  return bindings.map((binding, index) => {
    const exportedAs = names.get(index) ?? binding.name;
    return exportedAs === binding.name ? binding : { ...binding, exportedAs };
  });
}

/** @param withImports whether to say which names it imports, and which requests more than these need */
export function manifestModule(input: ManifestInput, number: number, withImports: boolean): ManifestModule {
  const { numbering, rendered, pathOf } = input;
  const module = numbering.modules[number] as GraphModule;
  const { id, record } = module;
  const { chunk, phases, states } = rendered.get(number) ?? {};
  const needs = withImports ? importsOf(input, number, module) : undefined;
  return {
    path: pathOf(id),
    ...(chunk !== undefined && { chunk }),
    ...(phases && { phases }),
    ...(!isIncluded(record.wanted) && { isExcluded: true }),
    ...(record.isCompiled && { isCompiled: true }),
    ...(record.hasTLA && { hasTLA: true }),
    requests: requestsOf(numbering, module, needs),
    bindings: record.bindings.map(({ name, kind, local }, index) => {
      const { line = 1, column = 0 } = record.positions.bindings[index] ?? {};
      const state = STATES[states?.get(index) ?? -1];
      const binding = { name, kind, line, column, ...(state && { state }) };
      const isKnown = local !== undefined && isIncluded(record.wanted);
      return isKnown ? { ...binding, local, ...localOf(input, number, record, index, local) } : binding;
    }),
    ...(needs && record.wanted.reads && { imports: needs.imports }),
    ...(phases === 'required' && withImports && propertiesOf(input, number, record)),
  };
}

/** What a CommonJS module assigns to properties of `exports`, and which it reads of others. */
function propertiesOf(
  { numbering }: ManifestInput,
  number: number,
  { properties = [], positions }: ModuleRecord,
): Pick<ManifestModule, 'exportsAt' | 'requires'> {
  const exportsAt: ManifestProperty[] = [];
  const requires = new Map<number, ManifestRequire & { reads: ManifestProperty[] }>();
  for (const [index, { name, site, replaces }] of properties.entries()) {
    const at = positions.properties?.[index];
    if (!at || at.file !== undefined) continue;
    const place = { line: at.line, column: at.column };
    if (site === undefined) exportsAt.push({ name, ...place, ...(replaces && { replaces }) });
    const target = numbering.moduleAt(number)?.targets[site ?? -1]?.[0]?.module;
    const from = positions.sites[site ?? -1];
    if (site === undefined || !from || typeof target !== 'number') continue;
    const row = requires.get(site) ?? { module: target, line: from.line, column: from.column, reads: [] };
    row.reads.push({ name, ...place });
    requires.set(site, row);
  }
  return {
    ...(exportsAt.length > 0 && { exportsAt }),
    ...(requires.size > 0 && { requires: [...requires.values()] }),
  };
}

/** What becomes of `export default a`, and of `a`. */
function localOf(
  { rendered, isDropped, pathOf }: ManifestInput,
  number: number,
  { bindings, sites, positions }: ModuleRecord,
  ofDefault: number,
  local: string,
): Pick<ManifestBinding, 'writes' | 'isAliased'> {
  const exported = bindings.findIndex(({ name }) => name === local);
  const written = exported < 0 ? ofDefault : exported;
  const writes = sites.flatMap((site, index): ManifestWrite[] => {
    if (site.kind !== 'write' || site.binding !== written || isDropped(number, index)) return [];
    const { line = 1, column = 0, file } = positions.sites[index] ?? {};
    return [{ line, column, ...(file !== undefined && { file: pathOf(file) }) }];
  });
  // Rollup drops the statement where it uses the variable itself.
  const statement = sites.findIndex(({ kind }) => kind === 'default');
  const isDeclared = rendered.get(number)?.states.has(ofDefault) !== false;
  const isAliased = !isDeclared && isDropped(number, statement);
  return { ...(writes.length > 0 && { writes }), ...(isAliased && { isAliased }) };
}

/** Two specifiers may stand for the same module: the first one has its place. */
function requestsOf(
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

interface Imports {
  imports: ManifestImport[];
  kept: ReadonlySet<number>;
  unread: ReadonlySet<number>;
}

function importsOf(
  { numbering, isDropped, pathOf }: ManifestInput,
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
    const chain = [entry.local, ...site.path].join('.');
    let imported = byChain.get(chain);
    if (imported === undefined) {
      imported = importOf(site.import, entry.local, site.path);
      byChain.set(chain, imported);
    }
    const isBinding = imported !== null && imported.binding >= 0;
    isListed.set(site.import, isBinding && isListed.get(site.import) !== false);
    if (imported) guard(imported, site.guard);
    if (imported && site.isUnconditional) unconditional(imported, index, site.isFatalUndefined === true);
    if (imported && site.isHeritage) imported.isHeritage = true;
  }
  return { imports: [...byLocal.values()], ...needsOf(module, isListed) };

  function unconditional(imported: ManifestImport, site: number, isFatalUndefined: boolean): void {
    const wasDropped = !imported.isUnconditional || imported.isDropped;
    imported.isUnconditional = true;
    const { line = 1, column = 0, file } = record.positions.sites[site] ?? {};
    const position = { line, column, ...(file !== undefined && { file: pathOf(file) }) };
    imported.at ??= position;
    if (isFatalUndefined) imported.throwsAt ??= position;
    if (wasDropped && isDropped(number, site)) imported.isDropped = true;
    else delete imported.isDropped;
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
