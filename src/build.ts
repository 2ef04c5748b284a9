/** One build: what its modules were made of, and its outputs. */
import type { Node } from 'estree';
import type {
  GetModuleInfo,
  InternalModuleFormat,
  ModuleInfo,
  NormalizedOutputOptions,
  OutputBundle,
  RenderedChunk,
  RenderedModule,
  RollupLog,
  SourceMap,
} from 'rollup';
import { endOf } from './ast/walk.ts';
import { EditedText } from './edited-text.ts';
import {
  globalsHidden,
  marksRemoved,
  marksRemovedInChunk,
  nothingIncluded,
  type ParseFailure,
  runtimePlaced,
  unparsableChunk,
  unparsableModule,
  wrapperUnknown,
} from './errors.ts';
import { createToken, type MarkedCode, markModule } from './locate/marks/mark.ts';
import { findMarks, MARK_START, stripMarks } from './locate/marks/strip.ts';
import { type GraphModule, NOT_RECORDED } from './manifest/graph.ts';
import { missingRecords } from './manifest/missing.ts';
import { createNumbering, inLinkOrder } from './manifest/numbering.ts';
import { modulePath, uniquePaths } from './manifest/path.ts';
import type { FoundMark, ModuleRecord, WantedSites } from './model.ts';
import type { ResolvedOptions } from './options.ts';
import { createOutput, type Output, type RuntimeFile } from './output.ts';
import { parseModuleAsync } from './parse.ts';
import {
  createLocator,
  originalPositions,
  type ParsedModule,
  positionsIn,
  requestsIn,
} from './places/positions.ts';
import { mayHavePhaseSites, type Recorded, recordModule } from './record/record.ts';
import { runtimeFileName } from './runtime-file.ts';
import type { RuntimeTexts } from './runtime-text.ts';

/** Name of the plugin, and of its property in the `meta` of modules. */
export const NAME = 'module-phases';

/** What a build asks of its bundler. */
export interface Host {
  getModuleInfo: GetModuleInfo;
  getModuleIds(): IterableIterator<string>;
  warn(log: RollupLog): void;
}

export interface BuildInput extends ResolvedOptions {
  /** Of the plugin. */
  version: string;
  /** Texts of the runtime's parts. */
  runtimeTexts: RuntimeTexts;
  /** Whether a file's whole content is the text. */
  isFile(id: string, text: string): boolean;
  host: Host;
}

export interface Build {
  /** Whether a log is none of the user's; takes the marks out of its code frame. */
  dropsLog(log: RollupLog): boolean;
  /** A cache may come from a build without this plugin, or with one that saw other sites. */
  isOutdated(id: string, code: string, meta: ModuleInfo['meta'] | undefined): boolean;
  /** The marked module. `mapOf` gives the map of all transforms so far, also later. */
  transform(code: string, id: string, mapOf: () => SourceMap): Promise<TransformedModule | null>;
  /** No plugin before this one tells what a dynamic import asks for; here is its specifier. */
  noteUnresolved(importer: string, specifier: Node): void;
  /** Waits only where a later transform has changed the code. */
  moduleParsed(info: ModuleInfo): Promise<void> | undefined;
  /** All modules are parsed, or the build has failed. */
  end(hasFailed: boolean): Promise<void>;
  renderChunk(
    code: string,
    chunk: RenderedChunk,
    options: NormalizedOutputOptions,
    chunks: Readonly<Record<string, RenderedChunk>>,
  ): EditedText | null;
  /** Takes the marks out of what other plugins see; the file of the runtime, if this output has one. */
  finish(options: NormalizedOutputOptions, bundle: OutputBundle): RuntimeFile | null;
}

type TransformedModule = Partial<Pick<MarkedCode, 'code' | 'map'>> & { meta: { [NAME]: ModuleRecord } };

/**
 * Characters of a module that is not included and keeps the places of its compiled code: Rollup holds on to each map that
 * it was asked for, decoded, and a map of each character, as many plugins make them, takes some 100 bytes for it.
 */
const LARGE = 50_000;

/** A module from its `transform` until it is parsed. */
interface Transformed extends Pick<MarkedCode, 'code' | 'insertions'> {
  /** The code before it was marked. */
  source: string;
  /** Gives the map; nothing where the source is the user's own file. */
  mapOf: (() => SourceMap) | undefined;
}

export function createBuild(input: BuildInput): Build {
  const { version, host, settings, filter } = input;
  const outputs = new WeakMap<NormalizedOutputOptions, Output>();
  const transformed = new Map<string, Transformed>();
  const unparsed = new Map<string, ParseFailure>();
  const unmarked = new Set<string>();
  /** How long the marks are in what is rendered of a module. */
  const marked = new WeakMap<RenderedModule, number>();
  /** By module that is not included: gives it the places of the source. Asking for its map costs memory. */
  const unplaced = new Map<string, () => void>();
  /** By module that has no record: gives its map. */
  const mapsOf = new Map<string, () => SourceMap>();
  /** By module: where specifiers of dynamic imports end that nobody resolved. */
  const unresolved = new Map<string, number[]>();
  /** While this plugin asks for a map that nobody else may want, its warnings are nobody's. */
  let isAskingForMap = false;
  let hasEnded = false;

  return {
    dropsLog(log) {
      if (isAskingForMap && log.code === 'SOURCEMAP_BROKEN') return true;
      // Where the maps of the transforms before ours don't tell, Rollup quotes the code as we left it.
      const token = log.frame?.includes(MARK_START) ? recordOf(log.id ?? '')?.token : undefined;
      if (log.frame && token) log.frame = stripMarks(log.frame, token);
      return false;
    },

    isOutdated(id, code, meta) {
      const record = meta?.[NAME] as ModuleRecord | undefined;
      if (!record && !filter(id)) return mayHavePhaseSites(code);
      return record?.version !== version || record.wanted !== wantedOf(id);
    },

    async transform(code, id, mapOf) {
      // The plugin stands in the config twice.
      const token = recordOf(id)?.token;
      if (token && code.includes(token)) return null;
      if (!filter(id) && !mayHavePhaseSites(code)) {
        mapsOf.set(id, mapOf);
        return null;
      }
      const program = await parseModuleAsync(code);
      if (!('body' in program)) {
        const { message, pos } = program;
        unparsed.set(id, { message, pos, place: pos === undefined ? undefined : createLocator(code)(pos) });
        return null;
      }
      const { record, marks } = recordModule({ code, program, wanted: wantedOf(id) });
      const meta = keptOf(id, code, record);
      const { code: markedCode, map, insertions } = markModule(code, meta.token, marks);
      transformed.set(id, {
        code: markedCode,
        insertions,
        source: code,
        mapOf: input.isFile(id, code) ? undefined : mapOf,
      });
      // Without a mark the code is as it was.
      return { ...(marks.length > 0 && { code: markedCode, map }), meta: { [NAME]: meta } };
    },

    noteUnresolved(importer, specifier) {
      unresolved.set(importer, [...(unresolved.get(importer) ?? []), endOf(specifier)]);
    },

    moduleParsed({ id, code, meta }) {
      const record = meta[NAME] as ModuleRecord | undefined;
      if (record && record.sites.length > 0 && !code?.includes(record.token)) unmarked.add(id);
      const made = transformed.get(id);
      transformed.delete(id);
      const failure = unparsed.get(id);
      if (failure) host.warn(unparsableModule(id, failure));
      if (!made || !record) return undefined;
      if (made.code !== code) return settleChanged(id, record, made, code ?? '');
      settle(id, record, made);
      return undefined;
    },

    async end(hasFailed) {
      // The plugin stands in the config twice.
      if (hasEnded) return;
      hasEnded = true;
      if (!hasFailed) await recordMissing();
      mapsOf.clear();
      if (unmarked.size > 0) host.warn(marksRemoved([...unmarked]));
      const untaken = exampleOfUntaken();
      if (untaken !== undefined) host.warn(nothingIncluded(input.patterns, untaken, input.root));
    },

    renderChunk(code, chunk, options, chunks) {
      const output = outputOf(options, chunks);
      if (output.has(chunk.fileName)) return null;
      return trace(output, code, chunk, options.format) ?? strip(code, chunk);
    },

    finish(options, bundle) {
      const names = new Map<string, string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        names.set(chunk.preliminaryFileName, chunk.fileName);
        for (const [id, rendered] of Object.entries(chunk.modules)) {
          clean(rendered, recordOf(id)?.token, marked.get(rendered));
          // The plugin may stand in the config twice.
          marked.set(rendered, 0);
        }
      }
      return outputs.get(options)?.file((fileName) => names.get(fileName) ?? fileName) ?? null;
    },
  };

  function keptOf(id: string, code: string, record: Recorded['record']): ModuleRecord {
    return { version, token: createToken(id, code), ...record, positions: positionsIn(code, record) };
  }

  function recordOf(id: string): ModuleRecord | undefined {
    return host.getModuleInfo(id)?.meta[NAME] as ModuleRecord | undefined;
  }

  /** Which sites of a module are marked; part of its record, so that a cached one of another kind is not taken. */
  function wantedOf(id: string): WantedSites {
    if (!filter(id)) return 'phases';
    const reads = settings.reads === false ? '' : ' reads';
    const writes = settings.writes === false ? '' : ' writes';
    return `phases bindings${reads}${writes}`;
  }

  /**
   * What is known once no transform is to come. Asking Rollup for the map while a module is transformed would collapse
   * the chain by which it finds the places of its own messages; once the module is parsed, that chain is a copy.
   */
  function settle(id: string, record: ModuleRecord, made: Transformed, parsed?: ParsedModule): void {
    const { source, code: marked, insertions, mapOf } = made;
    if (!mapOf) return;
    const place = (): void => {
      const module = { id, record, marked, insertions, ...(parsed && { parsed }) };
      record.positions = originalPositions(module, askForMap(mapOf));
      delete record.isCompiled;
    };
    if (filter(id)) {
      place();
      return;
    }
    record.isCompiled = true;
    if (source.length < LARGE) unplaced.set(id, place);
  }

  function askForMap(mapOf: () => SourceMap): SourceMap {
    isAskingForMap = true;
    try {
      return mapOf();
    } finally {
      isAskingForMap = false;
    }
  }

  /** Of modules that are not included, those that are rendered have places that show. */
  function placeRendered(chunks: readonly RenderedChunk[]): void {
    for (const id of chunks.flatMap(({ modules }) => Object.keys(modules))) {
      unplaced.get(id)?.();
      unplaced.delete(id);
    }
  }

  /** The same where a later transform has changed the code. Rollup's `ast` of it, once asked for, stays in memory. */
  async function settleChanged(
    id: string,
    record: ModuleRecord,
    made: Transformed,
    code: string,
  ): Promise<void> {
    const program = await parseModuleAsync(code);
    if (!('body' in program)) return;
    const requests = requestsIn(program);
    const specifiers = [...requests.keys()];
    for (const request of record.requests) request.index = specifiers.indexOf(request.specifier);
    settle(id, record, made, {
      code,
      requests,
      marks: marksIn(code, record),
      marksBefore: marksIn(made.code, record),
    });
  }

  function outputOf(
    options: NormalizedOutputOptions,
    byName: Readonly<Record<string, RenderedChunk>>,
  ): Output {
    const known = outputs.get(options);
    if (known) return known;
    const chunks = Object.values(byName);
    placeRendered(chunks);
    const ids = [...host.getModuleIds()];
    const entries = {
      static: chunks.flatMap(({ isEntry, facadeModuleId }) =>
        isEntry && facadeModuleId !== null ? [facadeModuleId] : [],
      ),
      dynamic: ids.flatMap((id) => host.getModuleInfo(id)?.dynamicallyImportedIds ?? []).sort(),
    };
    const roots = [...entries.static, ...entries.dynamic];
    const paths = uniquePaths(ids, input.root);
    const output = createOutput({
      numbering: createNumbering(inLinkOrder(graphModules(ids), roots)),
      settings,
      runtime: input.runtimeTexts,
      placement: input.runtime,
      tracesNamespaces: input.namespaces === 'traced' && settings.reads !== false,
      format: options.format,
      chunks: chunks.map(({ fileName, modules, imports }) => ({
        fileName,
        modules: Object.keys(modules),
        imports,
      })),
      runtimeFileName: runtimeFileName(chunks),
      keepsExtension: options.format !== 'amd' || options.amd.forceJsExtensionForImports,
      entries,
      pathOf: (file) => paths.get(file) ?? modulePath(file, input.root),
    });
    outputs.set(options, output);
    if (output.insteadOf) host.warn(runtimePlaced(output.insteadOf, options.format, chunks.length));
    return output;
  }

  /** The traced chunk; null where it is left as it is. */
  function trace(
    output: Output,
    code: string,
    chunk: RenderedChunk,
    format: InternalModuleFormat,
  ): EditedText | null {
    const marks = findMarks(code);
    const layout = output.layoutOf({ code, marks, rendered: renderedBy(chunk), untraced: unmarked });
    const hasSlices = layout && 'extents' in layout && layout.extents;
    if (hasSlices) noteMarks(chunk, marks);
    else warnOfLost(chunk, marks);
    if (layout && 'message' in layout) {
      host.warn(unparsableChunk(chunk.fileName, layout));
      return null;
    }
    if (layout && output.isUnreachable(layout)) {
      host.warn(globalsHidden(chunk.fileName));
      return null;
    }
    const traced = layout ? output.trace(chunk.fileName, code, layout) : 'no wrapper';
    if (traced === 'no statement') return null;
    if (traced === 'no wrapper') host.warn(wrapperUnknown(chunk.fileName, format));
    else if ('message' in traced) host.warn(unparsableChunk(chunk.fileName, traced));
    else return traced;
    return null;
  }

  /** Slices have all marks of their modules. */
  function noteMarks({ modules }: RenderedChunk, marks: readonly FoundMark[]): void {
    const lengths = new Map<string, number>();
    for (const { token, start, end } of marks) lengths.set(token, (lengths.get(token) ?? 0) + end - start);
    for (const [id, rendered] of Object.entries(modules)) {
      marked.set(rendered, lengths.get(recordOf(id)?.token ?? '') ?? 0);
    }
  }

  /** A plugin before ours has taken the marks of modules out of a chunk. */
  function warnOfLost(chunk: RenderedChunk, marks: readonly FoundMark[]): void {
    const found = new Set(marks.map(({ token }) => token));
    const lost = Object.entries(chunk.modules).flatMap(([id, rendered]) => {
      const token = recordOf(id)?.token;
      return token && !found.has(token) && rendered.code?.includes(token) ? [id] : [];
    });
    if (lost.length > 0) host.warn(marksRemovedInChunk(chunk.fileName, lost));
  }

  /** Rollup gives the ids that a module's specifiers resolve to in the order in which each appears first. */
  function graphModules(ids: readonly string[]): GraphModule[] {
    return ids.flatMap((id): GraphModule[] => {
      const info = host.getModuleInfo(id);
      if (!info || info.isExternal) return [];
      const { importedIds } = info;
      const record = recordOf(id);
      if (!record) return [{ id, record: NOT_RECORDED, requested: importedIds, dynamic: new Map() }];
      const requested = record.requests.map((request, index) => importedIds[request.index ?? index] ?? null);
      return [{ id, record, requested, dynamic: dynamicTargets(record, info, unresolved.get(id) ?? []) }];
    });
  }

  /** Looks into modules that are not included, as far as others need it. */
  async function recordMissing(): Promise<void> {
    const modules = graphModules([...host.getModuleIds()]);
    const tried = new Set<string>();
    for (;;) {
      const missing = missingRecords(modules).filter(({ id }) => !tried.has(id));
      if (missing.length === 0) return;
      await Promise.all(
        missing.map(async (module) => {
          tried.add(module.id);
          module.record = (await recordParsed(module.id)) ?? NOT_RECORDED;
        }),
      );
    }
  }

  /** The record goes where the cache finds it too. */
  async function recordParsed(id: string): Promise<ModuleRecord | undefined> {
    const info = host.getModuleInfo(id);
    const code = info?.code;
    const program = code == null ? undefined : await parseModuleAsync(code);
    if (!info || code == null || !program || !('body' in program)) return undefined;
    const { record } = recordModule({ code, program, wanted: 'phases' });
    const made = keptOf(id, code, record);
    info.meta[NAME] = made;
    if (input.isFile(id, code)) return made;
    const mapOf = mapsOf.get(id);
    if (mapOf)
      made.positions = originalPositions(
        { id, record: made, marked: code, insertions: [] },
        askForMap(mapOf),
      );
    else made.isCompiled = true;
    return made;
  }

  /** Some module where reads and writes of none are traced. No pattern matches the id of a virtual module. */
  function exampleOfUntaken(): string | undefined {
    let example: string | undefined;
    for (const id of host.getModuleIds()) {
      if (id.includes('\0') || host.getModuleInfo(id)?.code == null) continue;
      if (filter(id)) return undefined;
      example ??= id;
    }
    return example;
  }

  /** The chunk without marks; null where it has none. */
  function strip(code: string, { modules }: RenderedChunk): EditedText | null {
    if (!code.includes(MARK_START)) return null;
    const tokens = new Set(Object.keys(modules).map((id) => recordOf(id)?.token));
    const marks = findMarks(code).filter(({ token }) => tokens.has(token));
    const text = new EditedText(code);
    for (const { start, end } of marks) text.replace(start, end, '');
    return marks.length > 0 ? text : null;
  }
}

/** Rollup makes the text each time that it is asked for. */
function* renderedBy({ modules }: RenderedChunk): Iterable<[id: string, code: string | null]> {
  for (const [id, rendered] of Object.entries(modules)) yield [id, rendered.code];
}

/** Where the marks of a module's sites begin. */
const marksIn = (code: string, { token }: ModuleRecord): Map<number, number> =>
  new Map(findMarks(code).flatMap((mark) => (mark.token === token ? [[mark.site, mark.start]] : [])));

/**
 * What other plugins see of a module in a chunk is without marks. Rollup makes its code each time that it is asked for.
 *
 * @param length of the marks, if it is known
 */
function clean(rendered: RenderedModule, token: string | undefined, length?: number): void {
  const get = Object.getOwnPropertyDescriptor(rendered, 'code')?.get;
  if (token === undefined || !get || length === 0) return;
  const strip = (code: string | null): string | null => code && stripMarks(code, token);
  // Not the length of the stripped code: Rollup measures before it indents, and `code` is indented.
  rendered.renderedLength -= length ?? (rendered.code?.length ?? 0) - (strip(rendered.code)?.length ?? 0);
  Object.defineProperty(rendered, 'code', { get: () => strip(get()), enumerable: true, configurable: true });
}

/**
 * Ids that dynamic imports resolve to, by site. Rollup gives them in the order of the source, without those that it
 * can't tell.
 *
 * @param unresolved where their specifiers end
 */
function dynamicTargets(
  { sites, token }: ModuleRecord,
  { code, dynamicallyImportedIds: ids }: ModuleInfo,
  unresolved: readonly number[],
): Map<number, string> {
  const asked = sites.flatMap(({ kind }, site) => (kind === 'import' ? [site] : []));
  const marks = unresolved.length > 0 ? findMarks(code ?? '') : [];
  const behind = (end: number): number | undefined =>
    marks.find(({ start, site, ...mark }) => mark.token === token && start >= end && asked.includes(site))
      ?.site;
  const unknown = new Set(unresolved.map(behind));
  const known = asked.filter((site) => !unknown.has(site));
  return new Map(known.length === ids.length ? known.map((site, index) => [site, ids[index] ?? '']) : []);
}
