/** What the builds of all bundlers share: how an output is set up, and what a build says. */
import type { NormalizedOutputOptions, RollupLog } from 'rollup';
import type { EditedText } from './edited-text.ts';
import {
  globalsHidden,
  nothingIncluded,
  type ParseFailure,
  runtimePlaced,
  unparsableChunk,
  wrapperUnknown,
} from './errors.ts';
import { factOf, verdictOf } from './findings/verdict.ts';
import type { Layout } from './located.ts';
import type { GraphModule } from './manifest/graph.ts';
import { createNumbering, inLinkOrder } from './manifest/numbering.ts';
import { modulePath, uniquePaths } from './manifest/path.ts';
import type { WantedSites } from './model.ts';
import type { Host } from './modules.ts';
import type { ResolvedOptions } from './options.ts';
import { createOutput, type Output, type OutputInput } from './output.ts';
import type { Parser } from './parse.ts';
import type { Manifest } from './protocol/manifest.ts';
import { PHASES_ALONE } from './record/record.ts';
import { buildLogs, gateError } from './report/logs.ts';
import { type NamedChunk, runtimeFileName } from './runtime-file.ts';
import type { RuntimeTexts } from './runtime-text.ts';

/** What a build needs of the bundler. */
export interface BuildHost extends Host {
  info(log: RollupLog): void;
  error(log: RollupLog): never;
}

/** What other code may ask of the plugin, as its property `api`. */
export interface PluginApi {
  enabled: boolean;
  /**
   * Of the command `module-phases` alone: gets the manifest of each output, and the `root` of its paths. The build itself then
   * says nothing of what the manifest proves, and `gate` does not end it.
   *
   * @internal
   */
  onManifest?: (manifest: Manifest, root: string) => void;
}

export interface BuildInput extends ResolvedOptions {
  api: PluginApi;
  /** Version of the plugin. */
  version: string;
  /** Texts of the runtime's parts. */
  runtimeTexts: RuntimeTexts;
  parser: Parser;
  /** The text of a file; undefined where it can't be read. */
  textOf(path: string): string | undefined;
  host: BuildHost;
}

/** A chunk, as Rollup and Rolldown describe it before and after it is complete. */
export interface ChunkInfo extends Omit<NamedChunk, 'modules'> {
  /** With placeholders where the bundler has put a hash into `fileName`; absent where it has not yet. */
  preliminaryFileName?: string;
  isEntry: boolean;
  facadeModuleId: string | null;
  modules: Readonly<Record<string, unknown>>;
}

export interface OutputsInput {
  options: Pick<NormalizedOutputOptions, 'format'> & { amd?: NormalizedOutputOptions['amd'] };
  chunks: readonly ChunkInfo[];
  graph(ids: readonly string[]): GraphModule[];
  /** What became of a site of a module that the bundle has no more, where that is known. */
  lossOf: OutputInput['lossOf'];
}

export interface SharedBuild {
  wantedOf(id: string): WantedSites;
  isFile(id: string, text: string): boolean;
  createOutput(input: OutputsInput): Output;
  /** The traced chunk; null where it is left untraced, after a warning where the user can change that. */
  trace(
    output: Output,
    fileName: string,
    format: string,
    layout: Layout | ParseFailure | null,
  ): EditedText | null;
  /** Says what the manifest proves, once for all outputs that it proves it of. */
  tell(manifest: Manifest): void;
  /** Warns if no module is included. */
  warnOfUnincluded(): void;
}

export function createSharedBuild(input: BuildInput): SharedBuild {
  const { host, settings, filter, textOf } = input;
  const included: WantedSites = {
    bindings: true,
    reads: settings.reads !== false,
    writes: settings.writes !== false,
  };
  /** What an output has told. */
  const told = new Set<string>();
  return {
    wantedOf: (id) => (filter(id) ? included : PHASES_ALONE),
    isFile: (id, text) => textOf(id) === text,

    createOutput({ options, chunks, graph, lossOf }) {
      const ids = [...host.getModuleIds()];
      const entries = {
        static: chunks.flatMap((chunk) => entryOf(chunk) ?? []),
        dynamic: ids.flatMap((id) => host.getModuleInfo(id)?.dynamicallyImportedIds ?? []).sort(),
      };
      const roots = [...entries.static, ...entries.dynamic];
      const paths = uniquePaths(ids, input.root);
      const pathOf = (file: string): string => paths.get(file) ?? modulePath(file, input.root);
      const output = createOutput({
        numbering: createNumbering(inLinkOrder(graph(ids), roots)),
        settings,
        sinkFunction: input.sinkFunction,
        runtime: input.runtimeTexts,
        placement: input.runtime,
        tracesNamespaces: input.namespaces === 'traced' && settings.reads !== false,
        format: options.format,
        chunks: chunks.map((chunk) => ({
          fileName: chunk.fileName,
          modules: Object.keys(chunk.modules),
          entry: entryOf(chunk),
          imports: chunk.imports,
        })),
        runtimeFileName: runtimeFileName(
          chunks.map(({ preliminaryFileName, fileName, name, imports, modules }) => ({
            fileName: preliminaryFileName ?? fileName,
            name,
            imports,
            modules: Object.keys(modules).map(pathOf),
          })),
        ),
        manifestFileName: input.manifest,
        keepsExtension: options.format !== 'amd' || options.amd?.forceJsExtensionForImports === true,
        entries,
        pathOf,
        lossOf,
      });
      if (output.insteadOf) host.warn(runtimePlaced(output.insteadOf, options.format, chunks.length));
      return output;
    },

    trace(output, fileName, format, layout) {
      if (layout && 'message' in layout) {
        host.warn(unparsableChunk(fileName, layout));
        return null;
      }
      if (layout && output.isUnreachable(layout)) {
        host.warn(globalsHidden(fileName));
        return null;
      }
      const traced = layout ? output.trace(fileName, layout) : 'no wrapper';
      if (traced === 'no statement') return null;
      if (traced === 'no wrapper') host.warn(wrapperUnknown(fileName, format));
      else if ('message' in traced) host.warn(unparsableChunk(fileName, traced));
      else return traced;
      return null;
    },

    tell(manifest) {
      if (input.api.onManifest) {
        input.api.onManifest(manifest, input.root);
        return;
      }
      if (!input.verdict && input.gate === false) return;
      const verdict = verdictOf(manifest);
      const findings = verdict.findings.filter((finding) => !told.has(factOf(finding)));
      for (const finding of findings) told.add(factOf(finding));
      const { warnings, infos } = buildLogs({ ...verdict, findings }, input);
      if (input.verdict) {
        for (const log of warnings) host.warn(log);
        for (const log of infos) host.info(log);
      }
      const error = input.gate === false ? null : gateError(findings, input.gate);
      if (error) host.error(error);
    },

    warnOfUnincluded() {
      const example = exampleOfUntraced();
      if (example !== undefined) host.warn(nothingIncluded(input.patterns, example, input.root));
    },
  };

  /** Id of some module if no module is included. Skips virtual modules, whose ids no pattern matches. */
  function exampleOfUntraced(): string | undefined {
    let example: string | undefined;
    for (const id of host.getModuleIds()) {
      if (id.includes('\0') || host.getModuleInfo(id)?.code == null) continue;
      if (filter(id)) return undefined;
      example ??= id;
    }
    return example;
  }
}

/** Id of the static entry whose chunk it is. */
const entryOf = ({ isEntry, facadeModuleId }: Pick<ChunkInfo, 'isEntry' | 'facadeModuleId'>) =>
  isEntry ? facadeModuleId : null;
