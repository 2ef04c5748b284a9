/** Records and marks the modules of one build, from their `transform` until all are parsed. */
import type { Node } from 'estree';
import type { GetModuleInfo, ModuleInfo, RollupLog, SourceMap } from 'rollup';
import { endOf } from './ast/node-path.ts';
import { marksRemoved, type ParseFailure, unparsableModule } from './errors.ts';
import { findMarks, mayHaveMarks, stripMarks } from './locate/marks/grammar.ts';
import { createToken, type MarkedCode, markModule } from './locate/marks/mark.ts';
import { type GraphModule, NOT_RECORDED } from './manifest/graph.ts';
import { recordMissing } from './manifest/missing.ts';
import type { ModuleRecord, WantedSites } from './model.ts';
import type { Parser } from './parse.ts';
import {
  createLocator,
  originalPositions,
  type ParsedModule,
  positionsIn,
  requestsIn,
} from './places/positions.ts';
import { isIncluded, mayHavePhaseSites, PHASES_ALONE, type Recorded, recordModule } from './record/record.ts';

/** Name of the plugin, and of its property in the `meta` of modules. */
export const NAME = 'module-phases';

/** Functions of the bundler that a build calls. */
export interface Host {
  getModuleInfo: GetModuleInfo;
  getModuleIds(): IterableIterator<string>;
  warn(log: RollupLog): void;
}

export interface ModulesInput {
  /** Version of the plugin. */
  version: string;
  host: Host;
  parser: Parser;
  wantedOf(id: string): WantedSites;
  /** Whether a file's whole content is the text. */
  isFile(id: string, text: string): boolean;
}

export interface Modules {
  /** Whether a log is to be suppressed, because only this plugin caused it. Removes marks from the log's code frame. */
  dropsLog(log: RollupLog): boolean;
  /** Whether a cached module comes from a build without this plugin, with another version, or with other sites. */
  isOutdated(id: string, code: string, meta: ModuleInfo['meta'] | undefined): boolean;
  /**
   * Marks a module; null if it needs no record. `mapOf` gives the map of the transforms up to ours, also when called
   * later.
   */
  transform(code: string, id: string, mapOf: () => SourceMap): Promise<TransformedModule | null>;
  /** Called for a dynamic import whose specifier, an expression, no plugin before this one has resolved. */
  noteUnresolved(importer: string, specifier: Node): void;
  /** Called when a module is parsed. Returns a promise only where a later transform has changed the code. */
  parsed(info: ModuleInfo): Promise<void> | undefined;
  /**
   * Called when all modules are parsed. Records modules that are not included where other modules need their records.
   */
  end(): Promise<void>;
  recordOf(id: string): ModuleRecord | undefined;
  /** Whether a transform after ours has removed the marks. */
  isUnmarked(id: string): boolean;
  /** Maps the positions of rendered modules to the source where that was postponed, as for modules not included. */
  placeRendered(ids: Iterable<string>): void;
  graph(ids: readonly string[]): GraphModule[];
}

export type TransformedModule = Partial<Pick<MarkedCode, 'code' | 'map'>> & {
  meta: { [NAME]: ModuleRecord };
};

/**
 * A module that is not included and has at least this many UTF-16 code units keeps its positions in compiled code.
 * Rollup keeps each requested map decoded in memory, about 100 bytes per character for the maps that many plugins make.
 */
const LARGE = 50_000;

/** State of a module between its `transform` and `parsed`. */
interface Transformed extends Pick<MarkedCode, 'code' | 'insertions'> {
  /** Gives the map; undefined where the code is the user's own file. */
  mapOf: (() => SourceMap) | undefined;
  isLarge: boolean;
}

const isSame = (a: WantedSites, b: WantedSites): boolean =>
  a.bindings === b.bindings && a.reads === b.reads && a.writes === b.writes;

export function createModules({ version, host, parser, wantedOf, isFile }: ModulesInput): Modules {
  const transformed = new Map<string, Transformed>();
  const unparsed = new Map<string, ParseFailure>();
  /**
   * By id of a module that is not included: a function that maps its positions to the source. Called only for rendered
   * modules, because requesting a map costs memory.
   */
  const unplaced = new Map<string, () => void>();
  /** By id of a module without a record: a function that gives its map. */
  const mapsOf = new Map<string, () => SourceMap>();
  /** By id: end offsets of the specifiers of dynamic imports that no plugin resolved. */
  const unresolved = new Map<string, number[]>();
  /** True while this plugin requests a map: warnings about the map are then suppressed, as the user may not want it. */
  let isAskingForMap = false;

  return {
    dropsLog(log) {
      if (isAskingForMap && log.code === 'SOURCEMAP_BROKEN') return true;
      // Where a position has no original, Rollup's frame quotes the code with marks.
      const token = log.frame && mayHaveMarks(log.frame) ? recordOf(log.id ?? '')?.token : undefined;
      if (log.frame && token) log.frame = stripMarks(log.frame, token);
      return false;
    },

    isOutdated(id, code, meta) {
      const record = meta?.[NAME] as ModuleRecord | undefined;
      const wanted = wantedOf(id);
      if (!record && !isIncluded(wanted)) return mayHavePhaseSites(code);
      return record?.version !== version || !isSame(record.wanted, wanted);
    },

    async transform(code, id, mapOf) {
      // The plugin is in the config twice.
      const token = recordOf(id)?.token;
      if (token && code.includes(token)) return null;
      const wanted = wantedOf(id);
      if (!isIncluded(wanted) && !mayHavePhaseSites(code)) {
        mapsOf.set(id, mapOf);
        return null;
      }
      const program = await parser.parseModuleAsync(code);
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
      // Without marks the code is unchanged.
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
      const ids = [...host.getModuleIds()];
      const areRecorded = ids.every((id) => recordOf(id) || host.getModuleInfo(id)?.isExternal);
      if (!areRecorded)
        await recordMissing(
          ids.flatMap((id) => graphModule(id) ?? []),
          recordParsed,
        );
      mapsOf.clear();
      const unmarked = ids.filter(isUnmarked);
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
    return {
      version,
      token: createToken(id, code),
      ...record,
      positions: positionsIn(createLocator(code), record),
    };
  }

  /**
   * Maps the positions of a parsed module to its source, or postpones that. Requesting the map earlier, in `transform`,
   * would collapse the chain of maps by which Rollup finds the positions of its own messages.
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
    if (isIncluded(record.wanted)) {
      locateInSource();
      return;
    }
    record.isCompiled = true;
    if (!isLarge) unplaced.set(id, locateInSource);
  }

  /**
   * As `settle`, for code that a later transform has changed. Parses it anew, because Rollup's `ast` would stay in
   * memory.
   */
  async function settleChanged(
    id: string,
    record: ModuleRecord,
    transformedModule: Transformed,
    code: string,
  ): Promise<void> {
    const program = await parser.parseModuleAsync(code);
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

  /** Rollup lists `importedIds` in the order in which the specifiers first appear. */
  function graphModule(id: string): GraphModule | undefined {
    const info = host.getModuleInfo(id);
    if (!info || info.isExternal) return undefined;
    const { importedIds } = info;
    const record = recordOf(id);
    if (!record) return { id, record: NOT_RECORDED, requested: importedIds, dynamic: new Map() };
    const requested = record.requests.map((request, index) => importedIds[request.index ?? index] ?? null);
    return { id, record, requested, dynamic: dynamicTargets(record, info, unresolved.get(id) ?? []) };
  }

  /** Stores the record in `meta`, where the cache keeps it too. */
  async function recordParsed(id: string): Promise<ModuleRecord | undefined> {
    const info = host.getModuleInfo(id);
    const code = info?.code;
    const program = code == null ? undefined : await parser.parseModuleAsync(code);
    if (!info || code == null || !program || !('body' in program)) return undefined;
    // The module was not marked in `transform`, so more sites than these could not be located.
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

/** By number of a site: start offset of its mark. */
const marksIn = (code: string, { token }: ModuleRecord): Map<number, number> =>
  new Map(findMarks(code).flatMap((mark) => (mark.token === token ? [[mark.site, mark.start]] : [])));

/**
 * Ids that dynamic imports resolve to, by number of the site. Rollup lists them in the order of the source, without
 * unresolved ones.
 *
 * @param unresolved end offsets of the specifiers that are unresolved
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
