/** One build: passes Rollup's hooks on to its modules and outputs, and issues the warnings. */
import type {
  InternalModuleFormat,
  NormalizedOutputOptions,
  OutputBundle,
  RenderedChunk,
  RenderedModule,
  RollupLog,
} from 'rollup';
import { EditedText } from './edited-text.ts';
import {
  globalsHidden,
  marksRemovedInChunk,
  nothingIncluded,
  runtimePlaced,
  unparsableChunk,
  wrapperUnknown,
} from './errors.ts';
import { factOf, verdictOf } from './findings/verdict.ts';
import { type FoundMark, findMarks } from './locate/marks/grammar.ts';
import { hideMarks, sortedByToken } from './locate/marks/rendered.ts';
import { createNumbering, inLinkOrder } from './manifest/numbering.ts';
import { modulePath, uniquePaths } from './manifest/path.ts';
import type { WantedSites } from './model.ts';
import { createModules, type Host, type Modules } from './modules.ts';
import type { ResolvedOptions } from './options.ts';
import { type AddedFile, createOutput, type Output } from './output.ts';
import type { Manifest } from './protocol/manifest.ts';
import { PHASES_ALONE } from './record/record.ts';
import { buildLogs, gateError } from './report/logs.ts';
import { runtimeFileName } from './runtime-file.ts';
import type { RuntimeTexts } from './runtime-text.ts';

/** What a build needs of the bundler. */
interface BuildHost extends Host {
  info(log: RollupLog): void;
  error(log: RollupLog): never;
}

export interface BuildInput extends ResolvedOptions {
  /** Version of the plugin. */
  version: string;
  /** Texts of the runtime's parts. */
  runtimeTexts: RuntimeTexts;
  /** The text of a file; undefined where it can't be read. */
  textOf(path: string): string | undefined;
  host: BuildHost;
}

export interface Build {
  modules: Modules;
  /** Called when all modules are parsed, or the build has failed. */
  end(hasFailed: boolean): Promise<void>;
  renderChunk(
    code: string,
    chunk: RenderedChunk,
    options: NormalizedOutputOptions,
    chunks: Readonly<Record<string, RenderedChunk>>,
  ): EditedText | null;
  /** Removes marks from the `bundle` that other plugins see. Returns the files that this output needs. */
  finish(options: NormalizedOutputOptions, bundle: OutputBundle): readonly AddedFile[];
}

export function createBuild(input: BuildInput): Build {
  const { version, host, settings, filter, textOf } = input;
  const included: WantedSites = {
    bindings: true,
    reads: settings.reads !== false,
    writes: settings.writes !== false,
  };
  const modules = createModules({
    version,
    host,
    isFile: (id, text) => textOf(id) === text,
    wantedOf: (id) => (filter(id) ? included : PHASES_ALONE),
  });
  const outputs = new WeakMap<NormalizedOutputOptions, Output>();
  /** By rendered module: sum of the lengths of its marks. */
  const marked = new WeakMap<RenderedModule, number>();
  /** What an output has told. */
  const told = new Set<string>();
  let hasEnded = false;

  return {
    modules,

    async end(hasFailed) {
      // The plugin may be in the config twice.
      if (hasEnded || hasFailed) return;
      hasEnded = true;
      await modules.end();
      const example = exampleOfUntraced();
      if (example !== undefined) host.warn(nothingIncluded(input.patterns, example, input.root));
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
          hideMarks(rendered, modules.recordOf(id)?.token, marked.get(rendered));
          // The plugin may be in the config twice: nothing is left to hide the second time.
          marked.set(rendered, 0);
        }
      }
      const finished = outputs.get(options)?.finish((fileName) => names.get(fileName) ?? fileName);
      if (!finished) return [];
      tell(finished.manifest());
      return finished.files;
    },
  };

  /** Says what the manifest proves, once for all outputs that it proves it of. */
  function tell(manifest: Manifest): void {
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
  }

  function outputOf(
    options: NormalizedOutputOptions,
    byName: Readonly<Record<string, RenderedChunk>>,
  ): Output {
    const known = outputs.get(options);
    if (known) return known;
    const chunks = Object.values(byName);
    modules.placeRendered(chunks.flatMap((chunk) => Object.keys(chunk.modules)));
    const ids = [...host.getModuleIds()];
    const entries = {
      static: chunks.flatMap((chunk) => entryOf(chunk) ?? []),
      dynamic: ids.flatMap((id) => host.getModuleInfo(id)?.dynamicallyImportedIds ?? []).sort(),
    };
    const roots = [...entries.static, ...entries.dynamic];
    const paths = uniquePaths(ids, input.root);
    const output = createOutput({
      numbering: createNumbering(inLinkOrder(modules.graph(ids), roots)),
      settings,
      runtime: input.runtimeTexts,
      placement: input.runtime,
      tracesNamespaces: input.namespaces === 'traced' && settings.reads !== false,
      format: options.format,
      chunks: chunks.map(({ fileName, imports, ...chunk }) => ({
        fileName,
        modules: Object.keys(chunk.modules),
        entry: entryOf(chunk),
        imports,
      })),
      runtimeFileName: runtimeFileName(chunks),
      manifestFileName: input.manifest,
      keepsExtension: options.format !== 'amd' || options.amd.forceJsExtensionForImports,
      entries,
      pathOf: (file) => paths.get(file) ?? modulePath(file, input.root),
      isUnmarked: modules.isUnmarked,
    });
    outputs.set(options, output);
    if (output.insteadOf) host.warn(runtimePlaced(output.insteadOf, options.format, chunks.length));
    return output;
  }

  /** The traced chunk; null where it is left untraced, after a warning where the user can change that. */
  function trace(
    output: Output,
    code: string,
    chunk: RenderedChunk,
    format: InternalModuleFormat,
  ): EditedText | null {
    const marks = findMarks(code);
    const layout = output.layoutOf({
      code,
      marks,
      rendered: renderedBy(chunk),
    });
    const hasSlices = layout && 'extents' in layout && layout.extents;
    if (hasSlices) noteMarks(output, chunk, marks);
    else warnOfLost(chunk, marks);
    if (layout && 'message' in layout) {
      host.warn(unparsableChunk(chunk.fileName, layout));
      return null;
    }
    if (layout && output.isUnreachable(layout)) {
      host.warn(globalsHidden(chunk.fileName));
      return null;
    }
    const traced = layout ? output.trace(chunk.fileName, layout) : 'no wrapper';
    if (traced === 'no statement') return null;
    if (traced === 'no wrapper') host.warn(wrapperUnknown(chunk.fileName, format));
    else if ('message' in traced) host.warn(unparsableChunk(chunk.fileName, traced));
    else return traced;
    return null;
  }

  /** Notes the lengths of each module's marks: a chunk with slices has all of them. */
  function noteMarks(output: Output, chunk: RenderedChunk, marks: readonly FoundMark[]): void {
    const byToken = sortedByToken(marks);
    for (const [id, rendered] of Object.entries(chunk.modules)) {
      const own = byToken.get(modules.recordOf(id)?.token ?? '');
      marked.set(rendered, own?.length ?? 0);
      output.noteKept(id, own?.sites ?? new Set());
    }
  }

  /** Warns if a plugin's `renderChunk` before ours removed the marks of modules. */
  function warnOfLost(chunk: RenderedChunk, marks: readonly FoundMark[]): void {
    const foundTokens = new Set(marks.map(({ token }) => token));
    const lost = Object.entries(chunk.modules).flatMap(([id, rendered]) => {
      const token = modules.recordOf(id)?.token;
      return token && !foundTokens.has(token) && rendered.code?.includes(token) ? [id] : [];
    });
    if (lost.length > 0) host.warn(marksRemovedInChunk(chunk.fileName, lost));
  }

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

  /** The untraced chunk without marks; null if it has none. */
  function strip(code: string, chunk: RenderedChunk): EditedText | null {
    const tokens = new Set(Object.keys(chunk.modules).map((id) => modules.recordOf(id)?.token));
    const marks = findMarks(code).filter(({ token }) => tokens.has(token));
    const text = new EditedText(code);
    for (const { start, end } of marks) text.replace(start, end, '');
    return marks.length > 0 ? text : null;
  }
}

/** Id of the static entry whose chunk it is. */
const entryOf = ({ isEntry, facadeModuleId }: Pick<RenderedChunk, 'isEntry' | 'facadeModuleId'>) =>
  isEntry ? facadeModuleId : null;

/** A generator, because Rollup renders `code` at each access. */
function* renderedBy({ modules }: RenderedChunk): Iterable<[id: string, code: string | null]> {
  for (const [id, rendered] of Object.entries(modules)) yield [id, rendered.code];
}
