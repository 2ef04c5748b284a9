/** Makes the manifest: the module graph as the source has it, and where the bundle has each module. */
import type { ModuleRecord } from '../model.ts';
import {
  MANIFEST_VERSION,
  type Manifest,
  type ManifestBinding,
  type ManifestChunk,
  type ManifestModule,
  type ManifestProperty,
  type ManifestRequire,
  type ManifestWrite,
} from '../protocol/manifest.ts';
import { type ModuleRow, STATES } from '../protocol/tables.ts';
import { isIncluded } from '../record/record.ts';
import type { GraphModule } from './graph.ts';
import { type ImportsInput, importsOf, requestsOf, sitePosition } from './imports.ts';

/** A module in the bundle. */
export interface RenderedModule {
  /** File name of the chunk. */
  chunk: string;
  /** By index of a binding that the bundle declares: its state before any module runs, as index of `STATES`. */
  states: ReadonlyMap<number, number>;
  /** As in {@link ModuleRow}. */
  phases?: ModuleRow['phases'] | undefined;
}

export interface ManifestInput extends ImportsInput {
  /** By number of the module; a module of which the bundle has no statement is missing. */
  rendered: ReadonlyMap<number, RenderedModule>;
  /** Ids of static entries. */
  entries: { static: Iterable<string> };
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
  { rendered, lossOf, pathOf }: ManifestInput,
  number: number,
  record: ModuleRecord,
  ofDefault: number,
  local: string,
): Pick<ManifestBinding, 'writes' | 'isAliased'> {
  const { bindings, sites } = record;
  const exported = bindings.findIndex(({ name }) => name === local);
  const written = exported < 0 ? ofDefault : exported;
  const writes = sites.flatMap((site, index): ManifestWrite[] => {
    if (site.kind !== 'write' || site.binding !== written || lossOf(number, index)) return [];
    return [sitePosition(record, index, pathOf)];
  });
  // Rollup drops the statement where it uses the variable itself.
  const statement = sites.findIndex(({ kind }) => kind === 'default');
  const isDeclared = rendered.get(number)?.states.has(ofDefault) !== false;
  const isAliased = !isDeclared && lossOf(number, statement) === 'dropped';
  return { ...(writes.length > 0 && { writes }), ...(isAliased && { isAliased }) };
}
