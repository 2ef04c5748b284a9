/** Records the modules of one build of Rolldown, which touches no code: sites are found again by their places. */
import { TraceMap } from '@jridgewell/trace-mapping';
import type { ModuleInfo } from 'rollup';
import { type ParseFailure, unparsableModule } from './errors.ts';
import { type GraphModule, NOT_RECORDED } from './manifest/graph.ts';
import { recordMissing } from './manifest/missing.ts';
import type { ModuleRecord, Position, RawMap, WantedSites } from './model.ts';
import type { Host } from './modules.ts';
import type { Parser } from './parse.ts';
import { createLocator, createMapper, positionsIn } from './places/positions.ts';
import { isGenerated } from './record/commonjs.ts';
import { propertiesOfSource } from './record/properties.ts';
import { isIncluded, mayHavePhaseSites, PHASES_ALONE, recordModule } from './record/record.ts';
import { addRequires, isCommonJS } from './record/requires.ts';

/** What Rolldown's `transform` tells of a module. */
export interface ModuleCode {
  id: string;
  code: string;
  /** Rolldown's module type: `js`, `ts`, `jsx` … */
  type: string;
  /** The map of the transforms up to ours. Must be called before `transform` returns: later Rolldown panics. */
  mapOf(): RawMap | undefined;
}

/** What Rolldown makes of a module that is not JavaScript yet. */
export interface Lowered {
  code: string;
  map: RawMap | undefined;
}

export interface ModulesByPlaceInput {
  version: string;
  host: Host & { resolve(specifier: string, importer: string): Promise<{ id: string } | null> };
  parser: Parser;
  wantedOf(id: string): WantedSites;
  isFile(id: string, text: string): boolean;
  /** TypeScript or JSX → JavaScript, as Rolldown itself does it after `transform`. */
  lower(id: string, code: string): Promise<Lowered | undefined>;
}

export interface ModulesByPlace {
  transform(module: ModuleCode): Promise<void> | undefined;
  end(): Promise<void>;
  graph(ids: readonly string[]): GraphModule[];
  /** Places of a module's sites in the original sources, by their index. */
  placesOf(id: string): readonly Position[];
}

/** JavaScript, and the maps by which it goes back to the sources, the last transform first. */
interface Recordable {
  code: string;
  maps: readonly (RawMap | undefined)[];
}

interface Known {
  record: ModuleRecord;
  isCommonJS: boolean;
  places: readonly Position[];
  /** By specifier: the id, where the bundler's list alone doesn't tell. */
  resolved?: ReadonlyMap<string, string | null>;
}

/** Rolldown says of newer versions how it has read the module. */
type RolldownInfo = ModuleInfo & { inputFormat?: 'es' | 'cjs' };

const SCRIPTS: ReadonlySet<string> = new Set(['js', 'jsx', 'ts', 'tsx']);

export function createModulesByPlace({
  version,
  host,
  parser,
  wantedOf,
  isFile,
  lower,
}: ModulesByPlaceInput): ModulesByPlace {
  const known = new Map<string, Known>();
  /** Told at the end: where the bundler can't parse one either, its own error says more. */
  const unparsed = new Map<string, ParseFailure>();

  return {
    transform(module) {
      const { id, code, mapOf } = module;
      const wanted = wantedOf(id);
      if (!SCRIPTS.has(module.type) || (!isIncluded(wanted) && !mayHavePhaseSites(code))) return undefined;
      // The map has to be asked for before this returns.
      const map = isGenerated(id) || isFile(id, code) ? undefined : mapOf();
      if (module.type !== 'js') return recordLowered(id, code, map, wanted);
      record(id, { code, maps: [map] }, wanted);
      return undefined;
    },

    async end() {
      const ids = [...host.getModuleIds()];
      await Promise.all([...known.keys()].map(resolveUnclear));
      await recordMissing(
        ids.flatMap((id) => graphModule(id) ?? []),
        recordFile,
      );
      for (const [id, failure] of unparsed) host.warn(unparsableModule(id, failure));
    },

    graph: (ids) => ids.flatMap((id) => graphModule(id) ?? []),
    placesOf: (id) => known.get(id)?.places ?? [],
  };

  /** Rolldown lists each resolved id once: where two specifiers may share one, they are resolved again. */
  async function resolveUnclear(id: string): Promise<void> {
    const module = known.get(id);
    const info = host.getModuleInfo(id);
    if (!module || !info) return;
    const { importedIds, dynamicallyImportedIds } = info;
    const { requests, sites } = module.record;
    const specifiers = sites.flatMap((site) =>
      site.kind === 'import' && site.specifier !== null ? [site.specifier] : [],
    );
    const isClear =
      requests.length === importedIds.length && new Set(specifiers).size === dynamicallyImportedIds.length;
    if (isClear) return;
    const resolved = new Map<string, string | null>();
    for (const specifier of new Set([...requests.map((request) => request.specifier), ...specifiers]))
      resolved.set(specifier, (await host.resolve(specifier, id))?.id ?? null);
    module.resolved = resolved;
  }

  /** Of compiled code the map is gone by now. */
  async function recordFile(id: string): Promise<ModuleRecord | undefined> {
    const code = host.getModuleInfo(id)?.code;
    if (code != null && isFile(id, code)) record(id, { code, maps: [] }, PHASES_ALONE);
    return known.get(id)?.record;
  }

  async function recordLowered(
    id: string,
    code: string,
    map: RawMap | undefined,
    wanted: WantedSites,
  ): Promise<void> {
    const lowered = await lower(id, code);
    if (lowered) record(id, { code: lowered.code, maps: [lowered.map, map] }, wanted);
  }

  function record(id: string, { code, maps }: Recordable, wanted: WantedSites): void {
    const asModule = parser.parseModule(code);
    // A CommonJS module may return at its top level.
    const asScript = 'body' in asModule ? asModule : parser.parse(code);
    const program = 'body' in asScript ? asScript : asModule;
    if (!('body' in program)) {
      const { message, pos } = program;
      const position = pos === undefined ? undefined : createLocator(code)(pos);
      unparsed.set(id, { message, pos, position });
      return;
    }
    const { record: recorded, marks } = recordModule({ code, program, wanted });
    addRequires(program, code, recorded);
    const isScript = isCommonJS(program, code);
    if (isScript) recorded.properties = propertiesOfSource(program, recorded.sites);
    const mappers = maps.flatMap((map) => (map ? [createMapper(id, new TraceMap(map))] : []));
    const original = (position: Position): Position =>
      mappers.reduce<Position>((at, originalOf) => originalOf(at) ?? at, position);
    const locate = createLocator(code);
    const { requests, bindings, sites, properties } = positionsIn(locate, recorded);
    const positions = {
      requests: requests.map(original),
      bindings: bindings.map(original),
      sites: sites.map(original),
      ...(properties && { properties: properties.map(original) }),
    };
    known.set(id, {
      record: {
        version,
        token: '',
        ...recorded,
        positions,
      },
      // Rolldown gives the name of a default export the place of the whole statement, where its mark would go.
      places: recorded.sites.map(({ kind, offset }, number) =>
        kind === 'default'
          ? original(locate(marks[number] ?? offset))
          : (positions.sites[number] as Position),
      ),
      isCommonJS: isScript,
    });
  }

  function graphModule(id: string): GraphModule | undefined {
    const info = host.getModuleInfo(id);
    if (!info || info.isExternal) return undefined;
    const { importedIds, dynamicallyImportedIds } = info;
    const module = known.get(id);
    const format = (info as RolldownInfo).inputFormat;
    const isCommonJS = format ? format === 'cjs' : (module?.isCommonJS ?? false);
    if (!module) return { id, record: NOT_RECORDED, requested: importedIds, dynamic: new Map(), isCommonJS };
    const { record, resolved } = module;
    const requested = record.requests.map(
      ({ specifier }, index) => (resolved ? resolved.get(specifier) : importedIds[index]) ?? null,
    );
    /** By specifier: its index among those of dynamic imports. */
    const specifiers = new Map<string, number>();
    const dynamic = new Map<number, string>();
    for (const [number, site] of record.sites.entries()) {
      if (site.kind !== 'import' || site.specifier === null) continue;
      if (!specifiers.has(site.specifier)) specifiers.set(site.specifier, specifiers.size);
      const target = resolved
        ? resolved.get(site.specifier)
        : dynamicallyImportedIds[specifiers.get(site.specifier) ?? -1];
      if (target != null) dynamic.set(number, target);
    }
    return { id, record, requested, dynamic, isCommonJS };
  }
}
