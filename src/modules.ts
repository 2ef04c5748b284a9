/** The modules of one build: what is recorded of each, from its `transform` until all are parsed. */
import type { Node } from 'estree';
import type { GetModuleInfo, ModuleInfo, RollupLog, SourceMap } from 'rollup';
import { endOf } from './ast/node-path.ts';
import { marksRemoved, type ParseFailure, unparsableModule } from './errors.ts';
import { findMarks, mayHaveMarks, stripMarks } from './locate/marks/grammar.ts';
import { createToken, type MarkedCode, markModule } from './locate/marks/mark.ts';
import { type GraphModule, NOT_RECORDED } from './manifest/graph.ts';
import { missingRecords } from './manifest/missing.ts';
import type { ModuleRecord, WantedSites } from './model.ts';
import { parseModuleAsync } from './parse.ts';
import {
  createLocator,
  originalPositions,
  type ParsedModule,
  positionsIn,
  requestsIn,
} from './places/positions.ts';
import { mayHavePhaseSites, PHASES_ALONE, type Recorded, recordModule } from './record/record.ts';

/** Name of the plugin, and of its property in the `meta` of modules. */
export const NAME = 'module-phases';

/** What a build asks of its bundler. */
export interface Host {
  getModuleInfo: GetModuleInfo;
  getModuleIds(): IterableIterator<string>;
  warn(log: RollupLog): void;
}

export interface ModulesInput {
  /** Of the plugin. */
  version: string;
  host: Host;
  wantedOf(id: string): WantedSites;
  /** Whether a file's whole content is the text. */
  isFile(id: string, text: string): boolean;
}

export interface Modules {
  /** Whether a log is none of the user's; takes the marks out of its code frame. */
  dropsLog(log: RollupLog): boolean;
  /** A cache may come from a build without this plugin, or with one that saw other sites. */
  isOutdated(id: string, code: string, meta: ModuleInfo['meta'] | undefined): boolean;
  /** The marked module. `mapOf` gives the map of all transforms so far, also later. */
  transform(code: string, id: string, mapOf: () => SourceMap): Promise<TransformedModule | null>;
  /** No plugin before this one tells what a dynamic import asks for; here is its specifier. */
  noteUnresolved(importer: string, specifier: Node): void;
  /** Waits only where a later transform has changed the code. */
  parsed(info: ModuleInfo): Promise<void> | undefined;
  /** All are parsed: looks into those that are not included, as far as others need it. */
  end(): Promise<void>;
  recordOf(id: string): ModuleRecord | undefined;
  /** Whether a transform after ours has taken the marks out. */
  isUnmarked(id: string): boolean;
  /** Of modules that are not included, those that are rendered have positions that show. */
  placeRendered(ids: Iterable<string>): void;
  graph(ids: readonly string[]): GraphModule[];
}

export type TransformedModule = Partial<Pick<MarkedCode, 'code' | 'map'>> & {
  meta: { [NAME]: ModuleRecord };
};

/**
 * Characters of a module that is not included and keeps the positions of its compiled code: Rollup holds on to each map
 * that it was asked for, decoded, and a map of each character, as many plugins make them, takes some 100 bytes for it.
 */
const LARGE = 50_000;

/** A module from its `transform` until it is parsed. */
interface Transformed extends Pick<MarkedCode, 'code' | 'insertions'> {
  /** Gives the map; nothing where the source is the user's own file. */
  mapOf: (() => SourceMap) | undefined;
  isLarge: boolean;
}

const isIncluded = ({ wanted }: Pick<ModuleRecord, 'wanted'>): boolean => wanted.bindings;

const isSame = (a: WantedSites, b: WantedSites): boolean =>
  a.bindings === b.bindings && a.reads === b.reads && a.writes === b.writes;

export function createModules({ version, host, wantedOf, isFile }: ModulesInput): Modules {
  const transformed = new Map<string, Transformed>();
  const unparsed = new Map<string, ParseFailure>();
  /** By module that is not included: gives it the positions of the source. Asking for its map costs memory. */
  const unplaced = new Map<string, () => void>();
  /** By module that has no record: gives its map. */
  const mapsOf = new Map<string, () => SourceMap>();
  /** By module: where specifiers of dynamic imports end that nobody resolved. */
  const unresolved = new Map<string, number[]>();
  /** While this plugin asks for a map that nobody else may want, its warnings are nobody's. */
  let isAskingForMap = false;

  return {
    dropsLog(log) {
      if (isAskingForMap && log.code === 'SOURCEMAP_BROKEN') return true;
      // Where the maps of the transforms before ours don't tell, Rollup quotes the code as we left it.
      const token = log.frame && mayHaveMarks(log.frame) ? recordOf(log.id ?? '')?.token : undefined;
      if (log.frame && token) log.frame = stripMarks(log.frame, token);
      return false;
    },

    isOutdated(id, code, meta) {
      const record = meta?.[NAME] as ModuleRecord | undefined;
      const wanted = wantedOf(id);
      if (!record && !wanted.bindings) return mayHavePhaseSites(code);
      return record?.version !== version || !isSame(record.wanted, wanted);
    },

    async transform(code, id, mapOf) {
      // The plugin stands in the config twice.
      const token = recordOf(id)?.token;
      if (token && code.includes(token)) return null;
      const wanted = wantedOf(id);
      if (!wanted.bindings && !mayHavePhaseSites(code)) {
        mapsOf.set(id, mapOf);
        return null;
      }
      const program = await parseModuleAsync(code);
      if (!('body' in program)) {
        const { message, pos } = program;
        unparsed.set(id, {
          message,
          pos,
          position: pos === undefined ? undefined : createLocator(code)(pos),
        });
        return null;
      }
      const { record, marks } = recordModule({ code, program, wanted });
      const kept = keep(id, code, record);
      const { code: marked, map, insertions } = markModule(code, kept.token, marks);
      transformed.set(id, {
        code: marked,
        insertions,
        mapOf: isFile(id, code) ? undefined : mapOf,
        isLarge: code.length >= LARGE,
      });
      // Without a mark the code is as it was.
      return { ...(marks.length > 0 && { code: marked, map }), meta: { [NAME]: kept } };
    },

    noteUnresolved(importer, specifier) {
      unresolved.set(importer, [...(unresolved.get(importer) ?? []), endOf(specifier)]);
    },

    parsed({ id, code }) {
      const record = recordOf(id);
      const module = transformed.get(id);
      transformed.delete(id);
      const failure = unparsed.get(id);
      if (failure) host.warn(unparsableModule(id, failure));
      if (!module || !record) return undefined;
      if (module.code !== code) return settleChanged(id, record, module, code ?? '');
      settle(id, record, module);
      return undefined;
    },

    async end() {
      await recordMissing();
      mapsOf.clear();
      const unmarked = [...host.getModuleIds()].filter(isUnmarked);
      if (unmarked.length > 0) host.warn(marksRemoved(unmarked));
    },

    recordOf,
    isUnmarked,

    placeRendered(ids) {
      for (const id of ids) {
        unplaced.get(id)?.();
        unplaced.delete(id);
      }
    },

    graph: (ids) => ids.flatMap((id) => graphModule(id) ?? []),
  };

  function recordOf(id: string): ModuleRecord | undefined {
    return host.getModuleInfo(id)?.meta[NAME] as ModuleRecord | undefined;
  }

  function isUnmarked(id: string): boolean {
    const record = recordOf(id);
    return !!record && record.sites.length > 0 && !host.getModuleInfo(id)?.code?.includes(record.token);
  }

  function keep(id: string, code: string, record: Recorded['record']): ModuleRecord {
    return { version, token: createToken(id, code), ...record, positions: positionsIn(code, record) };
  }

  /**
   * What is known once no transform is to come. Asking Rollup for the map while a module is transformed would collapse
   * the chain by which it finds the places of its own messages; once the module is parsed, that chain is a copy.
   */
  function settle(
    id: string,
    record: ModuleRecord,
    transformedModule: Transformed,
    parsed?: ParsedModule,
  ): void {
    const { code: marked, insertions, mapOf, isLarge } = transformedModule;
    if (!mapOf) return;
    const locateInSource = (): void => {
      const module = { id, record, marked, insertions, ...(parsed && { parsed }) };
      record.positions = originalPositions(module, askForMap(mapOf));
      delete record.isCompiled;
    };
    if (isIncluded(record)) {
      locateInSource();
      return;
    }
    record.isCompiled = true;
    if (!isLarge) unplaced.set(id, locateInSource);
  }

  /** The same where a later transform has changed the code. Rollup's `ast` of it, once asked for, stays in memory. */
  async function settleChanged(
    id: string,
    record: ModuleRecord,
    transformedModule: Transformed,
    code: string,
  ): Promise<void> {
    const program = await parseModuleAsync(code);
    if (!('body' in program)) return;
    const requests = requestsIn(program);
    const specifiers = [...requests.keys()];
    for (const request of record.requests) request.index = specifiers.indexOf(request.specifier);
    settle(id, record, transformedModule, {
      code,
      requests,
      marks: marksIn(code, record),
      marksBefore: marksIn(transformedModule.code, record),
    });
  }

  function askForMap(mapOf: () => SourceMap): SourceMap {
    isAskingForMap = true;
    try {
      return mapOf();
    } finally {
      isAskingForMap = false;
    }
  }

  /** Rollup gives the ids that a module's specifiers resolve to in the order in which each appears first. */
  function graphModule(id: string): GraphModule | undefined {
    const info = host.getModuleInfo(id);
    if (!info || info.isExternal) return undefined;
    const { importedIds } = info;
    const record = recordOf(id);
    if (!record) return { id, record: NOT_RECORDED, requested: importedIds, dynamic: new Map() };
    const requested = record.requests.map((request, index) => importedIds[request.index ?? index] ?? null);
    return { id, record, requested, dynamic: dynamicTargets(record, info, unresolved.get(id) ?? []) };
  }

  async function recordMissing(): Promise<void> {
    const modules = [...host.getModuleIds()].flatMap((id) => graphModule(id) ?? []);
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
    // Whatever else there may be, it has no marks.
    const { record } = recordModule({ code, program, wanted: PHASES_ALONE });
    const kept = keep(id, code, record);
    info.meta[NAME] = kept;
    if (isFile(id, code)) return kept;
    const mapOf = mapsOf.get(id);
    if (mapOf) {
      const module = { id, record: kept, marked: code, insertions: [] };
      kept.positions = originalPositions(module, askForMap(mapOf));
    } else kept.isCompiled = true;
    return kept;
  }
}

/** Where the marks of a module's sites begin. */
const marksIn = (code: string, { token }: ModuleRecord): Map<number, number> =>
  new Map(findMarks(code).flatMap((mark) => (mark.token === token ? [[mark.site, mark.start]] : [])));

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
