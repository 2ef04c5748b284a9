/** One build of Rolldown, for one output: realises the chunks when they are complete, by their source maps. */
import { decodedMappings, encodedMappings, TraceMap } from '@jridgewell/trace-mapping';
import { type BuildHost, type BuildInput, type ChunkInfo, createSharedBuild } from './build.ts';
import type { EditedText } from './edited-text.ts';
import { chunksRewritten } from './errors.ts';
import { createChunkMap } from './locate/maps/chunk-map.ts';
import { layoutOfMapped } from './locate/maps/layout.ts';
import { wrapperNames } from './locate/maps/printed-by-rolldown.ts';
import type { RawMap } from './model.ts';
import {
  createModulesByPlace,
  type Lowered,
  type ModulesByPlace,
  type ModulesByPlaceInput,
} from './modules-by-place.ts';
import type { AddedFile, Output } from './output.ts';
import type { RolldownUtils } from './rolldown-utils.ts';

/** What the user's config says of an output, and the plugin changes until the chunks are realised. */
export interface WantedOutput {
  sourcemap: boolean | 'inline' | 'hidden';
  /** Options of Rolldown's minifier, or whether to call it. */
  minify: unknown;
}

interface Settling extends WantedOutput {
  minifier: RolldownUtils | undefined;
  /** The chunk is a module: its top-level variables are nobody else's. */
  isModule: boolean;
}

/** Rolldown's chunk and asset, as far as they are used. */
export interface RolldownChunk extends ChunkInfo {
  type: 'chunk';
  preliminaryFileName: string;
  sourcemapFileName: string | null;
  code: string;
  map: (RawMap & { toString(): string }) | null;
  modules: Readonly<Record<string, { code: string | null }>>;
}
interface RolldownAsset {
  type: 'asset';
  fileName: string;
  source: string | Uint8Array;
}
export type RolldownBundle = Record<string, RolldownChunk | RolldownAsset>;

export interface RolldownOptions {
  format: string;
  sourcemapBaseUrl?: string | undefined;
}

export interface RolldownBuildInput extends Omit<BuildInput, 'host'> {
  host: BuildHost & ModulesByPlaceInput['host'];
  /** Loads them once; undefined where there are none. */
  utils(): Promise<RolldownUtils | undefined>;
}

export interface RolldownBuild {
  /** Whether its output is still to come: in watch mode each output is a build of its own. */
  isOpen(): boolean;
  modules: ModulesByPlace;
  end(hasFailed: boolean): Promise<void>;
  /** Traces the chunks of the bundle. Returns the files that the output needs beside them. */
  finish(
    options: RolldownOptions,
    wanted: WantedOutput,
    bundle: RolldownBundle,
  ): Promise<readonly AddedFile[]>;
}

export function createRolldownBuild(input: RolldownBuildInput): RolldownBuild {
  const { host, parser, utils, version } = input;
  const shared = createSharedBuild(input);
  const { wantedOf, isFile } = shared;
  let hasEnded = false;
  let isFinished = false;
  const modules = createModulesByPlace({ version, host, parser, wantedOf, isFile, lower });

  return {
    isOpen: () => !isFinished,
    modules,
    async end(hasFailed) {
      if (hasFailed || hasEnded) return;
      hasEnded = true;
      await modules.end();
      shared.warnOfUnincluded();
    },
    async finish(options, given, bundle) {
      // The plugin may be in the config twice.
      if (isFinished) return [];
      isFinished = true;
      const removesDeadCode = given.minify === 'dce-only';
      const minifier = given.minify && !removesDeadCode ? await utils() : undefined;
      const wanted = { ...given, minifier, isModule: options.format === 'es' };
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      // Once: Rolldown hands the text over each time that it is asked for it.
      const rendered = new Map(
        chunks.flatMap(({ modules }) =>
          Object.entries(modules).flatMap(([id, { code }]): [string, string][] => (code ? [[id, code]] : [])),
        ),
      );
      const output = shared.createOutput({
        // Rolldown's formats are a part of Rollup's.
        options: { format: options.format as 'es' },
        chunks,
        graph: (ids) => modules.graph(ids),
        // A site may be missing in Rolldown's map: only of a module that is missing as a whole nothing is left.
        lossOf: (id) => (rendered.has(id) ? undefined : 'dropped'),
      });
      const names = preliminaryNames(chunks);
      const wrappers = wrappersIn(rendered);
      const rewritten: string[] = [];
      for (const chunk of chunks) {
        const traced = trace(
          output,
          chunk,
          options,
          { rendered, names, wrappers, removesDeadCode },
          rewritten,
        );
        settle(chunk, traced, options, wanted, bundle);
      }
      if (rewritten.length > 0) host.warn(chunksRewritten(rewritten));
      const finished = output.finish((fileName) => fileName);
      if (!finished) return [];
      shared.tell(finished.manifest());
      return finished.files.map((file) =>
        file.content === 'runtime'
          ? { ...file, text: minified(file.fileName, file.text, wanted).code }
          : file,
      );
    },
  };

  /** TypeScript and JSX, which Rolldown compiles after all `transform` hooks. */
  async function lower(id: string, code: string): Promise<Lowered | undefined> {
    const result = (await utils())?.transformSync(id.replace(/[?#].*$/, ''), code, { sourcemap: true });
    // Rolldown itself reports what does not compile.
    return result && result.errors.length === 0
      ? { code: result.code, map: result.map ?? undefined }
      : undefined;
  }

  /** The traced chunk; null where it is left untraced, after a warning where the user can change that. */
  function trace(
    output: Output,
    chunk: RolldownChunk,
    { format }: RolldownOptions,
    { rendered, names, wrappers, removesDeadCode }: Rendered,
    rewritten: string[],
  ): EditedText | null {
    const { code, fileName, map } = chunk;
    const { numbering } = output;
    const layout = layoutOfMapped({
      removesDeadCode,
      code,
      format,
      rendered: renderedBy(chunk, rendered, names),
      parser,
      map: createChunkMap(code, map),
      moduleOf: numbering.moduleOf,
      placesOf: ({ index }) => modules.placesOf(numbering.modules[index]?.id ?? ''),
      wrappedBy: (name) => numbering.moduleOf(wrappers.get(name) ?? ''),
    });
    if (!layout) {
      rewritten.push(fileName);
      return null;
    }
    return shared.trace(output, fileName, format, layout);
  }

  /** Gives the chunk its final code and map, and the map's asset what the user wants of it. */
  function settle(
    chunk: RolldownChunk,
    traced: EditedText | null,
    { sourcemapBaseUrl }: RolldownOptions,
    wanted: Settling,
    bundle: RolldownBundle,
  ): void {
    const original = wanted.sourcemap === false ? null : chunk.map;
    const map = original && mapOf(original, traced);
    const text = traced ? traced.toString() : chunk.code;
    const final = minified(chunk.fileName, text, wanted, map);
    const name = chunk.sourcemapFileName ?? `${chunk.fileName}.map`;
    const asset = bundle[name];
    let { code } = final;
    if (!original || wanted.sourcemap === 'inline') delete bundle[name];
    if (final.map) {
      const stored: RawMap =
        asset?.type === 'asset' ? (JSON.parse(String(asset.source)) as RawMap) : (original ?? final.map);
      const whole = { ...stored, names: final.map.names, mappings: final.map.mappings };
      const json = JSON.stringify(whole);
      if (asset?.type === 'asset') asset.source = json;
      const url =
        wanted.sourcemap === 'inline'
          ? `data:application/json;charset=utf-8;base64,${Buffer.from(json).toString('base64')}`
          : sourcemapBaseUrl
            ? new URL(name, sourcemapBaseUrl).href
            : (name.split('/').at(-1) ?? name);
      if (wanted.sourcemap !== 'hidden') code = `${code.replace(/\n?$/, '\n')}//# sourceMappingURL=${url}\n`;
      chunk.map = { ...whole, toString: () => json };
    } else chunk.map = null;
    chunk.code = code;
  }

  /** The map of a chunk, through the edits. */
  function mapOf({ names, sources, sourcesContent, mappings }: RawMap, traced: EditedText | null): RawMap {
    const map: RawMap = { version: 3, names, sources, ...(sourcesContent && { sourcesContent }), mappings };
    if (traced) {
      const decoded = traced.mapped(decodedMappings(new TraceMap(map)));
      map.mappings = encodedMappings(new TraceMap({ ...map, mappings: decoded }));
    }
    return map;
  }

  function minified(
    file: string,
    code: string,
    { minify, minifier, isModule }: Settling,
    map: RawMap | null = null,
  ): { code: string; map: RawMap | null } {
    if (!minify || !minifier) return { code, map };
    const given = typeof minify === 'object' ? minify : {};
    const result = minifier.minifySync(file, code, {
      module: isModule,
      ...given,
      sourcemap: map !== null,
      ...(map && { inputMap: map }),
    });
    const [error] = result.errors;
    if (error) throw new Error(error.message);
    return { code: result.code, map: result.map ?? null };
  }
}

/** By the placeholder of a hash in the names of chunks: the hash. */
function preliminaryNames(chunks: readonly RolldownChunk[]): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const { preliminaryFileName, fileName } of chunks) {
    const placeholder = PLACEHOLDER.exec(preliminaryFileName);
    if (!placeholder) continue;
    const [text] = placeholder;
    hashes.set(
      text,
      fileName.slice(
        placeholder.index,
        placeholder.index + fileName.length - preliminaryFileName.length + text.length,
      ),
    );
  }
  return hashes;
}

interface Rendered {
  /** By id of a module: its code, as Rolldown rendered it. */
  rendered: ReadonlyMap<string, string>;
  /** By the placeholder of a hash: the hash. */
  names: ReadonlyMap<string, string>;
  /** By the name of a function around a module: its id. */
  wrappers: ReadonlyMap<string, string>;
  /** Whether Rolldown would have removed dead code. */
  removesDeadCode: boolean;
}

/** Chunks keep these names where they import them from each other; one that two chunks declare is left out. */
function wrappersIn(rendered: ReadonlyMap<string, string>): Map<string, string> {
  const wrappers = new Map<string, string>();
  const twice = new Set<string>();
  for (const [id, code] of rendered) {
    for (const name of wrapperNames(code)) {
      if (wrappers.has(name)) twice.add(name);
      wrappers.set(name, id);
    }
  }
  for (const name of twice) wrappers.delete(name);
  return wrappers;
}

const PLACEHOLDER = /!~\{[^}]*\}~/;
const PLACEHOLDERS = new RegExp(PLACEHOLDER, 'g');

/** A module's code names other chunks by placeholders, which the chunk has no more. */
function* renderedBy(
  { modules }: RolldownChunk,
  rendered: ReadonlyMap<string, string>,
  hashes: ReadonlyMap<string, string>,
): Iterable<[id: string, code: string | null]> {
  const hashOf = (placeholder: string): string => hashes.get(placeholder) ?? placeholder;
  for (const id of Object.keys(modules)) yield [id, rendered.get(id)?.replace(PLACEHOLDERS, hashOf) ?? null];
}
