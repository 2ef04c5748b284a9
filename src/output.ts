/** One output of a build: traces its chunks one by one, and makes the runtime that they share. */
import { posix } from 'node:path';
import type { EditedText } from './edited-text.ts';
import type { ParseFailure } from './errors.ts';
import { onCycle } from './graph/components.ts';
import { isDeclaredAround } from './locate/layout.ts';
import type { Layout } from './located.ts';
import type { Loss } from './manifest/imports.ts';
import { createManifest, manifestText, type RenderedModule } from './manifest/manifest.ts';
import type { Numbering } from './manifest/numbering.ts';
import { buildTable, siteRow } from './manifest/table.ts';
import type { RuntimePlacement } from './options.ts';
import type { Manifest, ManifestChunk } from './protocol/manifest.ts';
import type { RuntimeSettings, SiteRow, SiteTable } from './protocol/tables.ts';
import type { Entry } from './realise/bodies.ts';
import {
  type FileFormat,
  inlineRuntime,
  isFileFormat,
  loadRuntime,
  mayRunEarly,
  runtimeFile,
} from './realise/formats/index.ts';
import { type ChunkContents, realise } from './realise/realise.ts';
import { buildArguments, chunkTable } from './realise/table-text.ts';
import { partsFor, type RuntimeTexts, runtimeText } from './runtime-text.ts';

/** A chunk of the output, before it is traced. */
export interface OutputChunk {
  /** With placeholders where Rollup puts a hash. */
  fileName: string;
  modules: readonly string[];
  /** Id of the static entry whose chunk it is. */
  entry: string | null;
  /** File names of the chunks that it imports statically. */
  imports: readonly string[];
}

export interface OutputInput {
  numbering: Numbering;
  settings: RuntimeSettings;
  /** Text of the function that gets the trace; null where there is none. */
  sinkFunction: string | null;
  /** Texts of the runtime's parts. */
  runtime: RuntimeTexts;
  placement: RuntimePlacement;
  /** Whether reads by getters of the namespace objects that Rollup prints are traced. */
  tracesNamespaces: boolean;
  format: string;
  chunks: readonly OutputChunk[];
  /** Name of the runtime's file, if it gets one. */
  runtimeFileName: string;
  /** Name of the manifest's file; false if there is none. */
  manifestFileName: string | false;
  /** Whether chunks import files with their extension; AMD's identifiers have none. */
  keepsExtension: boolean;
  /** Ids of static entries, and of targets of dynamic imports. */
  entries: { static: readonly string[]; dynamic: readonly string[] };
  pathOf(file: string): string;
  /** What became of a site of a module that the bundle has no more, where that is known. */
  lossOf(id: string, site: number): Loss | undefined;
}

/** A file that the plugin adds to the bundle. */
export interface AddedFile {
  content: 'runtime' | 'manifest';
  fileName: string;
  text: string;
}

/** What a finished output gives. */
export interface Finished {
  files: readonly AddedFile[];
  /** Makes the manifest; the same one each time. */
  manifest(): Manifest;
}

export interface Output {
  /** Whether the chunk has been traced. */
  has(fileName: string): boolean;
  numbering: Numbering;
  /** Whether the chunk has to carry the runtime inline, in a scope that declares a `globalThis`. */
  isUnreachable(layout: Layout): boolean;
  /** Where this output can't follow the `runtime` option: the wanted placement, and the one used instead. */
  insteadOf: { wanted: RuntimePlacement; used: RuntimePlacement } | null;
  /** The traced chunk, or the reason why it can't be traced. */
  trace(fileName: string, layout: Layout): EditedText | ParseFailure | 'no statement' | 'no wrapper';
  /**
   * Called when all chunks are traced. Returns the files that this output needs, and the manifest; null on the second
   * call.
   */
  finish(nameOf: (fileName: string) => string): Finished | null;
}

export function createOutput(input: OutputInput): Output {
  const { numbering, format, chunks, placement } = input;
  const wantsFile = placement === 'file' || (placement === 'auto' && chunks.length > 1);
  const mustInline = !isFileFormat(format);
  let placed: RuntimePlacement = mustInline || (!wantsFile && chunks.length === 1) ? 'inline' : 'file';
  const numbers = numberSites(numbering, chunks);
  const entries = entriesByChunk(numbering, chunks);
  const chunkNumbers = new Map(chunks.map(({ fileName }, number) => [fileName, number]));
  const circular = circularChunks(chunks, chunkNumbers);
  const traced = new Map<string, ChunkContents>();
  /** By number of a module: its reads that the bundler has dropped, or in whose place it has put a constant's value. */
  const gone = new Map<number, Set<number>>();
  /** The plugin may be in the config twice; its files must be emitted once. */
  let isFinished = false;

  return {
    has: (fileName) => traced.has(fileName),
    numbering,
    isUnreachable: (layout) => mustInline && hidesGlobals(layout),
    insteadOf: placement === 'auto' || placement === placed ? null : { wanted: placement, used: placed },
    trace(fileName, layout) {
      if (placed === 'inline' && !mustInline && hidesGlobals(layout)) placed = 'file';
      const isInline = placed === 'inline';
      const first = numbers.first.get(fileName) ?? 0;
      const realised = realise({
        layout,
        first,
        tracesNamespaces: input.tracesNamespaces,
        entry: entries.get(fileName),
        // A bundle of one chunk without statements has nothing to trace.
        mayBeEmpty: !isInline,
        isHolderFunction: isInline && mayRunEarly(layout.skeleton),
      });
      if (typeof realised === 'string' || 'message' in realised) return realised;
      const { contents, around } = realised;
      const table = chunkTable(first, rowsOf(contents), contents.declared);
      const prologue =
        isInline || !isFileFormat(format)
          ? inlineRuntime(around, runtimeOf([contents]), given(new Map([[fileName, contents]])), table)
          : loadRuntime(format, pathFrom(fileName), around, table);
      if (prologue === null) return 'no wrapper';
      traced.set(fileName, contents);
      for (const { module, number } of contents.gone)
        gone.set(module, (gone.get(module) ?? new Set()).add(number));
      return realised.finish(prologue);
    },
    finish(nameOf) {
      if (isFinished) return null;
      isFinished = true;
      const files: AddedFile[] = [];
      if (placed === 'file' && traced.size > 0) {
        const runtime = runtimeOf([...traced.values()]);
        const text = runtimeFile(format as FileFormat, runtime, given(traced, nameOf));
        files.push({ content: 'runtime', fileName: input.runtimeFileName, text });
      }
      const rendered = renderedBy(traced, nameOf);
      let made: Manifest | undefined;
      const manifest = (): Manifest => {
        made ??= createManifest({ ...input, rendered, lossOf }, { format, chunks: manifestChunks(nameOf) });
        return made;
      };
      if (input.manifestFileName !== false) {
        const text = manifestText(manifest());
        files.push({ content: 'manifest', fileName: input.manifestFileName, text });
      }
      return { files, manifest };
    },
  };

  function lossOf(module: number, site: number): Loss | undefined {
    return gone.get(module)?.has(site) ? 'inlined' : input.lossOf(numbering.modules[module]?.id ?? '', site);
  }

  function manifestChunks(nameOf: (fileName: string) => string): ManifestChunk[] {
    return chunks.map(({ fileName, entry, imports }) => {
      const module = numbering.numberOf(entry ?? '');
      return {
        file: nameOf(fileName),
        modules: traced.get(fileName)?.modules ?? [],
        imports: imports.flatMap((name) => chunkNumbers.get(name) ?? []),
        ...(module !== undefined && { entry: module }),
      };
    });
  }

  /** The path by which a chunk imports the runtime's file. */
  function pathFrom(fileName: string): string {
    const target = posix.relative(posix.dirname(fileName), input.runtimeFileName);
    const path = target.startsWith('.') ? target : `./${target}`;
    return input.keepsExtension ? path : path.replace(/\.js$/, '');
  }

  function rowsOf({ sites }: ChunkContents): SiteRow[] {
    return sites.map((site) => siteRow(numbering, site, input.pathOf));
  }

  /** Text of the runtime, with only the parts that these chunks can use. */
  function runtimeOf(contents: readonly ChunkContents[]): string {
    const kinds = contents.flatMap(({ sites }) => sites.map(({ kind }) => kind));
    const parts = partsFor({
      settings: input.settings,
      kinds,
      isCyclic: numbering.isCircular.includes(true),
    });
    return runtimeText(input.runtime, parts);
  }

  /** What the runtime is given of the build. */
  function given(
    contents: ReadonlyMap<string, ChunkContents>,
    nameOf = (fileName: string): string => fileName,
  ): string {
    const sites = [...contents].flatMap(([fileName, chunk]): SiteTable[] =>
      circular.has(fileName) ? [{ first: numbers.first.get(fileName) ?? 0, sites: rowsOf(chunk) }] : [],
    );
    const { settings, entries, pathOf } = input;
    const cells = placed === 'file' ? numbers.count : sitesOf(contents);
    const rendered = renderedBy(contents, nameOf);
    const table = { numbering, settings, entries, pathOf, rendered, lossOf, cells, sites };
    return buildArguments(buildTable(table, { format, chunks: manifestChunks(nameOf) }), input.sinkFunction);
  }

  /** By number: the modules that these chunks have. */
  function renderedBy(
    contents: ReadonlyMap<string, ChunkContents>,
    nameOf: (fileName: string) => string,
  ): Map<number, RenderedModule> {
    const rendered = new Map<number, RenderedModule>();
    for (const [fileName, chunk] of contents) {
      const states = statesByModule(chunk);
      for (const module of chunk.modules) {
        rendered.set(module, {
          chunk: nameOf(fileName),
          states: states.get(module) ?? new Map(),
          phases: chunk.unstarted.has(module) ? undefined : numbering.moduleAt(module)?.phases,
        });
      }
    }
    for (const [fileName, chunk] of contents) {
      for (const target of readNamespaces(chunk)) {
        if (rendered.has(target)) continue;
        rendered.set(target, { chunk: nameOf(fileName), states: new Map() });
      }
    }
    return rendered;
  }
}

/** A runtime in a scope that declares a `globalThis` can't reach the globals. */
const hidesGlobals = (layout: Layout): boolean => isDeclaredAround(layout, 'globalThis');

const sitesOf = (contents: ReadonlyMap<string, ChunkContents>): number =>
  [...contents.values()].reduce((sum, { sites }) => sum + sites.length, 0);

/** By file name, the number of a chunk's first site; and how many there are in all. */
interface SiteNumbers {
  first: ReadonlyMap<string, number>;
  count: number;
}

/**
 * Number of each chunk's first site. Chunks are traced in any order, so each reserves a number for every site of its
 * modules, and for every binding, which may get a site in a namespace object.
 */
function numberSites({ graph }: Numbering, chunks: readonly OutputChunk[]): SiteNumbers {
  const first = new Map<string, number>();
  let count = 0;
  for (const { fileName, modules } of chunks) {
    first.set(fileName, count);
    for (const id of modules) {
      const record = graph.modules.get(id)?.record;
      count += (record?.sites.length ?? 0) + (record?.bindings.length ?? 0);
    }
  }
  return { first, count };
}

function entriesByChunk({ numberOf }: Numbering, chunks: readonly OutputChunk[]): Map<string, Entry> {
  return new Map(
    chunks.flatMap(({ fileName, entry }): [string, Entry][] => {
      const module = numberOf(entry ?? '');
      return module === undefined ? [] : [[fileName, { module, chunk: fileName }]];
    }),
  );
}

/** Modules whose namespace object the chunk reads: they belong to a chunk even without a statement, as a barrel. */
const readNamespaces = ({ sites }: ChunkContents): number[] =>
  sites.flatMap((site) => {
    const { module = null, binding } = site.kind === 'r' ? site.target : {};
    return binding === -1 && typeof module === 'number' ? [module] : [];
  });

function statesByModule({ declared }: ChunkContents): Map<number, Map<number, number>> {
  const byModule = new Map<number, Map<number, number>>();
  for (const { module, binding, state } of declared) {
    const states = byModule.get(module) ?? new Map<number, number>();
    byModule.set(module, states.set(binding, state));
  }
  return byModule;
}

/** File names of chunks on import cycles: their functions can run before their own first statement. */
function circularChunks(chunks: readonly OutputChunk[], numbers: ReadonlyMap<string, number>): Set<string> {
  const circular = onCycle(chunks.map(({ imports }) => imports.flatMap((name) => numbers.get(name) ?? [])));
  return new Set(chunks.filter((_, number) => circular[number]).map(({ fileName }) => fileName));
}
