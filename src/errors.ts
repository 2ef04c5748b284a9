/** All messages of the plugin: one factory per code, which returns a log for `this.warn` or `this.error`. */
import { isAbsolute, relative } from 'node:path';
import { inspect } from 'node:util';
import { closest, distance } from 'fastest-levenshtein';
import type { RollupLog } from 'rollup';
import type { Position } from './model.ts';

const PACKAGE = 'rollup-plugin-module-phases';

const CHUNK_REWRITTEN = 'CHUNK_REWRITTEN',
  DUPLICATE_PLUGIN = 'DUPLICATE_PLUGIN',
  GLOBALS_HIDDEN = 'GLOBALS_HIDDEN',
  INVALID_OPTION = 'INVALID_OPTION',
  MANIFEST_NAME_TAKEN = 'MANIFEST_NAME_TAKEN',
  MARKS_REMOVED = 'MARKS_REMOVED',
  MARKS_REMOVED_IN_CHUNK = 'MARKS_REMOVED_IN_CHUNK',
  ROLLDOWN_NOT_FOUND = 'ROLLDOWN_NOT_FOUND',
  NEWER_TRACE = 'NEWER_TRACE',
  NO_BUNDLE = 'NO_BUNDLE',
  NOT_A_TRACE = 'NOT_A_TRACE',
  NOTHING_INCLUDED = 'NOTHING_INCLUDED',
  ROLLDOWN_TOO_OLD = 'ROLLDOWN_TOO_OLD',
  ROLLUP_TOO_OLD = 'ROLLUP_TOO_OLD',
  RUNTIME_NAME_TAKEN = 'RUNTIME_NAME_TAKEN',
  RUNTIME_PLACED = 'RUNTIME_PLACED',
  UNKNOWN_OPTION = 'UNKNOWN_OPTION',
  UNPARSABLE_CHUNK = 'UNPARSABLE_CHUNK',
  UNPARSABLE_MODULE = 'UNPARSABLE_MODULE',
  WRAPPER_UNKNOWN = 'WRAPPER_UNKNOWN';

/** The error of a parser, such as Rollup's `PARSE_ERROR`. */
export interface ParseFailure {
  message: string;
  /** Offset in UTF-16 code units. */
  pos?: number | undefined;
  /** Line and column of `pos`. */
  position?: Position | undefined;
}

export interface InvalidOption {
  /** Path of the option (`console.color`), or null for the options as a whole. */
  name: string | null;
  value: unknown;
  /** Completes "must be". */
  expected: string;
  /** A sentence: what to do. */
  remedy: string;
}

/** An option, or the options object itself, has an invalid value. */
export const invalidOption = ({ name, value, expected, remedy }: InvalidOption): RollupLog => ({
  code: INVALID_OPTION,
  message:
    name === null
      ? `The options of ${PACKAGE} must be ${expected}, but are ${render(value)}. ${remedy}`
      : `Option "${name}" of ${PACKAGE} must be ${expected}, but is ${render(value)}. ${remedy}`,
});

/** An option's name is not one of `known`; `prefix` is the path of the object that has the option. */
export function unknownOption(prefix: string, name: string, known: readonly string[]): RollupLog {
  const near = nearest(name, known);
  return {
    code: UNKNOWN_OPTION,
    message: `${PACKAGE} has no option ${quote(prefix + name)}. ${
      near === undefined
        ? `Remove it, or use one of ${list(known.map((other) => quote(prefix + other)))}.`
        : `Did you mean ${quote(prefix + near)}?`
    }`,
  };
}

/** The Rollup that runs is older than the peer range. */
export const rollupTooOld = (version: string, needed: string): RollupLog => ({
  code: ROLLUP_TOO_OLD,
  message: `Rollup ${version} is too old for ${PACKAGE}, which needs ${needed}. Update it: npm install --save-dev "rollup@${needed}".`,
});

/** The plugin is in the config twice. */
export const duplicatePlugin = (): RollupLog => ({
  code: DUPLICATE_PLUGIN,
  message: `${PACKAGE} is in the config twice, and the second one does nothing. Remove one of them.`,
});

/** A dev server serves modules as they are. */
export const noBundle = (): RollupLog => ({
  code: NO_BUNDLE,
  message: `${PACKAGE} traces bundles, and a dev server makes none, so nothing is traced. Build the app and run the build: vite build, then vite preview.`,
});

/** The Rolldown that runs is older than the oldest one that works. A warning, since Vite may have chosen it. */
export const rolldownTooOld = (version: string, needed: string): RollupLog => ({
  code: ROLLDOWN_TOO_OLD,
  message: `Rolldown ${version} is too old for ${PACKAGE}, which needs ${needed}, so this build is left untraced. Update it: npm install --save-dev "rolldown@${needed}". If Vite brings it, update Vite.`,
});

/** The utilities of Rolldown are installed nowhere that this package can see. */
export const rolldownNotFound = (version: string): RollupLog => ({
  code: ROLLDOWN_NOT_FOUND,
  message: `${PACKAGE} finds no Rolldown ${version} from its own folder, "root" or the working directory. So traced chunks stay unminified, and modules that Rolldown compiles (TypeScript, JSX) are left untraced. Install it in the project: npm install --save-dev "rolldown@${version}".`,
});

/** A plugin's renderChunk has changed the code of modules in these chunks. */
export const chunksRewritten = (chunks: readonly string[]): RollupLog => ({
  code: CHUNK_REWRITTEN,
  message: `${PACKAGE} leaves ${some('chunk', chunks)} untraced, because another plugin's renderChunk rewrote the code of their modules, as a minifier does. Let Rolldown minify (Vite: build.minify: 'oxc', the default), or leave that plugin out while you trace.`,
});

/** The patterns include no module; `id` is a module that they leave out. */
export const nothingIncluded = (
  { include, exclude }: { include: unknown; exclude: unknown },
  id: string,
  root: string,
): RollupLog => ({
  code: NOTHING_INCLUDED,
  message: `${PACKAGE} traces no reads and writes, because ${
    include === null ? '' : `"include" is ${render(include)} and `
  }"exclude" is ${render(exclude)}, which together include no module. Patterns match whole ids, such as ${quote(id)}, with globs relative to "root" (${quote(root)}).`,
});

/** Another plugin's file has the name of the runtime's file. */
export const runtimeNameTaken = (fileName: string): RollupLog => ({
  code: RUNTIME_NAME_TAKEN,
  message: `The bundle has a file ${quote(fileName)} already, a name that ${PACKAGE} needs for its runtime. Give that file another name.`,
});

export const manifestNameTaken = (fileName: string): RollupLog => ({
  code: MANIFEST_NAME_TAKEN,
  message: `The bundle has a file ${quote(fileName)} already, the name that the option "manifest" of ${PACKAGE} gives. Give the manifest another name.`,
});

/** A transform after ours removed the marks of the modules `ids`. */
export const marksRemoved = (ids: readonly string[]): RollupLog => ({
  code: MARKS_REMOVED,
  ids: [...ids],
  message: `Another plugin's transform removed the comments with which ${PACKAGE} marks code in ${someModules(ids)}, so they are left untraced. Put this plugin after that one, or have that one keep comments or run on the output (renderChunk).`,
});

/** A `renderChunk` before ours removed the marks of the modules `ids` in a chunk. */
export const marksRemovedInChunk = (chunk: string, ids: readonly string[]): RollupLog => ({
  code: MARKS_REMOVED_IN_CHUNK,
  ids: [...ids],
  message: `Another plugin's renderChunk removed the comments with which ${PACKAGE} marks code in chunk ${quote(chunk)} (${someModules(ids)}), so they are left untraced. Put this plugin before that one, or have that one keep comments or drop \`order: 'pre'\` from its renderChunk.`,
});

/** The code of a module that reached our transform isn't JavaScript. */
export const unparsableModule = (id: string, { message, pos, position }: ParseFailure): RollupLog => ({
  code: UNPARSABLE_MODULE,
  id,
  ...(pos !== undefined && { pos }),
  ...(position && { loc: { file: id, line: position.line, column: position.column } }),
  message: `${showId(id)} is left untraced, because it isn't JavaScript that the bundler parses (${message}). If another plugin compiles it, put that plugin before ${PACKAGE}.`,
});

/** A chunk that reached our `renderChunk` isn't JavaScript. */
export const unparsableChunk = (chunk: string, { message, pos }: ParseFailure): RollupLog => ({
  code: UNPARSABLE_CHUNK,
  ...(pos !== undefined && { pos }),
  message: `Chunk ${quote(chunk)} is left untraced, because it isn't JavaScript that the bundler parses (${message}). See what a banner, an intro, a renderDynamicImport or another plugin put there${pos === undefined ? '' : ` (position ${pos})`}.`,
});

/** The modules of a chunk are not inside the wrapper of the format. */
export const wrapperUnknown = (chunk: string, format: string): RollupLog => ({
  code: WRAPPER_UNKNOWN,
  message: `Chunk ${quote(chunk)} is left untraced, because its modules are not inside the wrapper of format "${format}". See what an intro, an outro or another plugin's renderChunk put there.`,
});

/** An output can't follow the `runtime` option: several chunks can't have it inline, iife and umd can't load a file. */
export const runtimePlaced = (
  { wanted, used }: { wanted: string; used: string },
  format: string,
  chunks: number,
): RollupLog => ({
  code: RUNTIME_PLACED,
  message: `Option "runtime" of ${PACKAGE} is ${quote(wanted)}, but this output (format "${format}", ${chunks === 1 ? 'one chunk' : `${chunks} chunks`}) ${
    used === 'file'
      ? 'has chunks that share one runtime, so it gets a file of its own'
      : 'cannot load another file, so the runtime is inlined'
  }. Use "auto" to choose by format and number of chunks.`,
});

/** The runtime would be in a scope that declares a `globalThis`. */
export const globalsHidden = (chunk: string): RollupLog => ({
  code: GLOBALS_HIDDEN,
  message: `Chunk ${quote(chunk)} is left untraced, because it declares a variable "globalThis" and so keeps the runtime from the global object. Rename that variable, or use a format whose chunks load the runtime from a file (es, cjs, amd, system).`,
});

/** A file is no trace: `line` is its first line. */
export const notATrace = (line: string): RollupLog => ({
  code: NOT_A_TRACE,
  message: `This is no trace of ${PACKAGE}: ${line === '' ? 'it is empty' : `it begins with ${quote(line)}`}, where a trace begins with {"type":"trace",…}. To get one, run a traced bundle with MODULE_PHASES_SINK=trace.ndjson.`,
});

/** A trace file has a newer version, of its shape or of its events, than this package reads. */
export const newerTrace = (what: 'file' | 'protocol', version: number, known: number): RollupLog => ({
  code: NEWER_TRACE,
  message: `This trace has ${what} version ${version}, and this ${PACKAGE} reads versions up to ${known}. Update it: npm install --save-dev ${PACKAGE}@latest.`,
});

/** The log as an error, to throw where there is no `this.error`. */
export const toError = (log: RollupLog): Error & RollupLog => Object.assign(new Error(log.message), log);

const quote = (text: string): string => JSON.stringify(cut(text));

const cut = (text: string, length = 80): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

const list = (words: readonly string[], last = 'or'): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

/** A short text of a value, on one line. */
function render(value: unknown): string {
  try {
    const text = inspect(value, {
      depth: 0,
      customInspect: false,
      breakLength: Number.POSITIVE_INFINITY,
      maxArrayLength: 5,
      maxStringLength: 40,
    });
    return cut(text.replace(/\s+/g, ' '));
  } catch {
    // `inspect` reads a few properties, which may be getters that throw.
    return typeof value;
  }
}

/** The words as a list of values: `'first', 'all' or false`. */
export const alternatives = (words: readonly unknown[]): string => list(words.map(render));

/**
 * The most similar name, if at most 40 % of its letters differ: two swapped letters in a word of five. Ignores case.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const word = cut(name.toLowerCase());
  const candidate = closest(word, known);
  return distance(word, candidate) <= 0.4 * Math.max(word.length, candidate.length) ? candidate : undefined;
}

/** Relative to the working directory, as in Rollup's own messages. */
const showId = (id: string): string =>
  (isAbsolute(id) ? relative('', id) : id).replaceAll('\\', '/').replaceAll('\0', 'virtual:');

const someModules = (ids: readonly string[]): string => some('module', ids.map(showId));

function some(noun: string, names: readonly string[]): string {
  const shown = names.slice(0, 3);
  const rest = names.length - shown.length;
  const count = names.length === 1 ? `1 ${noun}` : `${names.length} ${noun}s`;
  return `${count}: ${list(rest > 0 ? [...shown, `${rest} more`] : shown, 'and')}`;
}
