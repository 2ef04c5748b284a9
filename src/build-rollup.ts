/** One build of Rollup: passes its hooks on to its modules and outputs. */
import type {
  InternalModuleFormat,
  NormalizedOutputOptions,
  OutputBundle,
  RenderedChunk,
  RenderedModule,
} from 'rollup';
import { type BuildInput, createSharedBuild } from './build.ts';
import { EditedText } from './edited-text.ts';
import { marksRemovedInChunk } from './errors.ts';
import { type FoundMark, findMarks } from './locate/marks/grammar.ts';
import { layoutOfMarked } from './locate/marks/layout.ts';
import { hideMarks, sortedByToken } from './locate/marks/rendered.ts';
import { createModules, type Modules } from './modules.ts';
import type { AddedFile, Output } from './output.ts';

export interface RollupBuild {
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

/** An output, and by id of a module the indices of its sites of which a chunk still has the text. */
interface RollupOutput {
  output: Output;
  kept: Map<string, ReadonlySet<number>>;
}

export function createRollupBuild(input: BuildInput): RollupBuild {
  const { version, host, parser } = input;
  const shared = createSharedBuild(input);
  const { wantedOf, isFile } = shared;
  const modules = createModules({ version, host, parser, isFile, wantedOf });
  const outputs = new WeakMap<NormalizedOutputOptions, RollupOutput>();
  /** By rendered module: sum of the lengths of its marks. */
  const marked = new WeakMap<RenderedModule, number>();
  let hasEnded = false;

  return {
    modules,

    async end(hasFailed) {
      // The plugin may be in the config twice.
      if (hasEnded || hasFailed) return;
      hasEnded = true;
      await modules.end();
      shared.warnOfUnincluded();
    },

    renderChunk(code, chunk, options, chunks) {
      const output = outputOf(options, chunks);
      if (output.output.has(chunk.fileName)) return null;
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
      const finished = outputs.get(options)?.output.finish((fileName) => names.get(fileName) ?? fileName);
      if (!finished) return [];
      shared.tell(finished.manifest());
      return finished.files;
    },
  };

  function outputOf(
    options: NormalizedOutputOptions,
    byName: Readonly<Record<string, RenderedChunk>>,
  ): RollupOutput {
    const known = outputs.get(options);
    if (known) return known;
    const chunks = Object.values(byName);
    modules.placeRendered(chunks.flatMap((chunk) => Object.keys(chunk.modules)));
    const rendered = new Set(chunks.flatMap((chunk) => Object.keys(chunk.modules)));
    const kept = new Map<string, ReadonlySet<number>>();
    const output = shared.createOutput({
      options,
      chunks,
      graph: modules.graph,
      lossOf: (id, site) =>
        // A module of which no chunk has a statement was dropped as a whole.
        !modules.isUnmarked(id) && (kept.get(id)?.has(site) === false || !rendered.has(id))
          ? 'dropped'
          : undefined,
    });
    const made = { output, kept };
    outputs.set(options, made);
    return made;
  }

  /** The traced chunk; null where it is left untraced, after a warning where the user can change that. */
  function trace(
    { output, kept }: RollupOutput,
    code: string,
    chunk: RenderedChunk,
    format: InternalModuleFormat,
  ): EditedText | null {
    const marks = findMarks(code);
    const { numbering } = output;
    const layout = layoutOfMarked({
      code,
      format,
      marks,
      rendered: renderedBy(chunk),
      parser,
      moduleOf: (id) => (modules.isUnmarked(id) ? undefined : numbering.moduleOf(id)),
      markedBy: numbering.markedBy,
    });
    const hasSlices = layout && 'extents' in layout && layout.extents;
    if (hasSlices) noteMarks(kept, chunk, marks);
    else warnOfLost(chunk, marks);
    return shared.trace(output, chunk.fileName, format, layout);
  }

  /** Notes the lengths of each module's marks: a chunk with slices has all of them. */
  function noteMarks(kept: RollupOutput['kept'], chunk: RenderedChunk, marks: readonly FoundMark[]): void {
    const byToken = sortedByToken(marks);
    for (const [id, rendered] of Object.entries(chunk.modules)) {
      const own = byToken.get(modules.recordOf(id)?.token ?? '');
      marked.set(rendered, own?.length ?? 0);
      kept.set(id, own?.sites ?? new Set());
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

  /** The untraced chunk without marks; null if it has none. */
  function strip(code: string, chunk: RenderedChunk): EditedText | null {
    const tokens = new Set(Object.keys(chunk.modules).map((id) => modules.recordOf(id)?.token));
    const marks = findMarks(code).filter(({ token }) => tokens.has(token));
    const text = new EditedText(code);
    for (const { start, end } of marks) text.replace(start, end, '');
    return marks.length > 0 ? text : null;
  }
}

/** A generator, because Rollup renders `code` at each access. */
function* renderedBy({ modules }: RenderedChunk): Iterable<[id: string, code: string | null]> {
  for (const [id, rendered] of Object.entries(modules)) yield [id, rendered.code];
}
