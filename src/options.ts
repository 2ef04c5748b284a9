/** Checks the options and fills in defaults, which only this file has. */
import { posix, resolve, win32 } from 'node:path';
import { isAsyncFunction, isGeneratorFunction } from 'node:util/types';
import { Script } from 'node:vm';
import { createFilter, type FilterPattern } from '@rollup/pluginutils';
import { alternatives, invalidOption, toError, unknownOption } from './errors.ts';
import type { Severity } from './protocol/finding.ts';
import type { Manifest } from './protocol/manifest.ts';
import type {
  ConsoleDetail,
  ConsoleSettings,
  ReadsMode,
  RuntimeSettings,
  ValuesMode,
  WritesMode,
} from './protocol/tables.ts';
import type { TraceFileLine } from './protocol/trace-file.ts';

/**
 * `inline`: in the chunk; `file`: one file that every chunk imports first; `auto`: inline if there is only one chunk.
 */
export type RuntimePlacement = 'auto' | 'inline' | 'file';

/** How the bundle prints its trace. */
export interface ConsoleOptions {
  /**
   * How much the console shows: every event as a line (`'full'`), the order in which modules start (`'order'`), a
   * summary of one screen at the end (`'summary'`), or every event or the summary by the number of modules (`'auto'`).
   * The first reads that threw or gave `undefined` too early are always explained at once, the worst of them again in the
   * summary.
   * @default 'auto'
   */
  detail?: ConsoleDetail | undefined;
  /**
   * Whether the output in a terminal is coloured. `'auto'`: if standard error is a terminal, unless `NO_COLOR` or
   * `FORCE_COLOR` decides.
   * @default 'auto'
   */
  color?: boolean | 'auto' | undefined;
}

/** Options of the plugin, all optional. */
export interface Options {
  /**
   * With `false` the bundle is the same as without the plugin.
   * @default true
   */
  enabled?: boolean | undefined;
  /**
   * Modules whose reads and writes are traced: globs (relative to `root`) and regular expressions, matched against
   * ids. Phases are traced for every module, included or not. Ids that contain `\0` never match.
   * @default null (all modules)
   */
  include?: FilterPattern | undefined;
  /**
   * Modules whose reads and writes are not traced, even if `include` matches them. `[]` excludes nothing.
   * @default null (with an `include`), else every module in a `node_modules` folder
   */
  exclude?: FilterPattern | undefined;
  /**
   * `'first'`: a read is logged again only when its result may have changed; `'all'`: every read is logged; `false`:
   * none.
   * @default 'first'
   */
  reads?: ReadsMode | undefined;
  /**
   * `'observed'`: a write is logged if something has read the binding since the last logged write, and other writes are
   * counted; `'all'`: every write is logged; `false`: none.
   * @default 'observed'
   */
  writes?: WritesMode | undefined;
  /**
   * With `'traced'`, reads through the getters of namespace objects that Rollup prints are traced too, wherever the
   * program passes such an object. This changes the text of the getters and makes them slower. Bindings that never
   * change are plain properties of these objects, whose reads are not traced.
   * @default false
   */
  namespaces?: NamespacesMode | undefined;
  /**
   * How values appear: a short text (`'preview'`), their type alone (`'type'`), or not at all (`false`). A preview can
   * carry a secret into a log.
   * @default 'preview'
   */
  values?: ValuesMode | undefined;
  /**
   * Whether, or how, the bundle prints its trace. With `false` it prints nothing; the trace is still at
   * `globalThis[Symbol.for('module-phases')]`.
   * @default true
   */
  console?: boolean | ConsoleOptions | undefined;
  /**
   * Shows modules as a track of the performance panel in Chrome's DevTools, and early reads that threw or gave
   * `undefined` as markers. The program can see them too, as entries of `performance`.
   * @default false
   */
  devtools?: boolean | undefined;
  /**
   * Where the trace goes, line by line as it happens: to a file (a path, relative to the folder in which the program is
   * started; Node, Deno and Bun write it, a page does not), or to a function. The environment variable
   * `MODULE_PHASES_SINK` names another file, for any bundle, without a new build.
   *
   * The text of the function goes into the bundle, so it can use globals, and nothing that is declared around it.
   * An error of it is counted in `trace.failures`, not thrown.
   * @default false
   */
  sink?: string | ((line: TraceFileLine) => void) | false | undefined;
  /**
   * How many events that a program can repeat the trace keeps, over all its bundles: reads, writes, requests
   * (`import()`, `require`), waits of a top-level `await`, and further runs of a module. A request or wait counts once,
   * and its end is kept with its start. Further ones are only counted, in `trace.dropped`.
   *
   * Not bounded by `limit`, but by the size of the program: the phases of each module and the initializations of its
   * bindings, the first request of each target, the first wait of each module, and the first read of each place that came
   * too early and threw or gave `undefined`. A finite whole number from 0.
   * @default 100_000
   */
  limit?: number | undefined;
  /**
   * Folder to which module paths in the trace, and globs of `include` and `exclude`, are relative. A relative path
   * starts at the working directory.
   * @default process.cwd()
   */
  root?: string | undefined;
  /**
   * Where the runtime goes: into the chunk (`'inline'`), into a file that every chunk imports first (`'file'`), or
   * inline if the output has only one chunk, else into a file (`'auto'`).
   * @default 'auto'
   */
  runtime?: RuntimePlacement | undefined;
  /**
   * Name of a JSON file, relative to the output's folder, that gets the manifest: what the build knows of each module
   * (see {@link Manifest}). `false`: there is no such file.
   * @default false
   */
  manifest?: string | false | undefined;
  /**
   * Whether the build itself says what it can prove of the order, before anything runs: a read that comes too early
   * whenever the program runs is a warning, what else it finds an info.
   * @default true
   */
  verdict?: boolean | undefined;
  /**
   * Ends the build with an error where it has a finding of this severity or a worse one. `false`: never.
   * @default false
   */
  gate?: Severity | false | undefined;
}

/** Whether getters of the namespace objects that Rollup prints are traced. */
export type NamespacesMode = 'traced' | false;

/** `include` and `exclude`, with defaults; null where there is none. */
export interface Patterns {
  include: FilterPattern;
  exclude: FilterPattern;
}

export interface ResolvedOptions {
  enabled: boolean;
  /** Whether the reads and writes of the module with this id are traced. */
  filter: (id: string) => boolean;
  /** The patterns of `filter`. */
  patterns: Patterns;
  /** Absolute. */
  root: string;
  namespaces: NamespacesMode;
  runtime: RuntimePlacement;
  /** Normalized file name; false where there is none. */
  manifest: string | false;
  verdict: boolean;
  gate: Severity | false;
  settings: RuntimeSettings;
  /** Text of the function that gets the trace; null where there is none. */
  sinkFunction: string | null;
}

/**
 * Throws at the first wrong option, in the plugin's factory: there the error's stack has the line of the user's config,
 * which a `this.error` in `buildStart` would not have.
 */
export function resolveOptions(options: unknown): ResolvedOptions {
  const given = options === undefined ? {} : options;
  if (!isPlainObject(given)) throw toError(invalidOption({ ...WHOLE, value: given }));
  const { enabled, include, exclude, namespaces, root, runtime, manifest, verdict, gate, sink, ...others } =
    settle<Options, Settled>(OPTIONS, given);
  const settings = { ...others, sink: sink.file };
  const excluded = exclude ?? (include === null ? NODE_MODULES : null);
  const filter = createFilter(include, excluded, { resolve: root });
  const patterns = { include, exclude: excluded };
  return {
    enabled,
    filter,
    patterns,
    namespaces,
    root,
    runtime,
    manifest,
    verdict,
    gate,
    settings,
    sinkFunction: sink.text,
  };
}

/** One option: how its public type is checked and resolved. */
interface Row<From, To> {
  /** Used where the option isn't given. */
  fallback: From;
  /** Completes "must be". */
  expected: string;
  /** A sentence: what to do instead of a wrong value. */
  remedy: string;
  /** The resolved value; undefined if `value` is wrong. `name` is the option's path. */
  read(value: unknown, name: string): To | undefined;
}

type Given<O> = { [Name in keyof O]-?: Exclude<O[Name], undefined> };
/** What `sink` names. */
interface SettledSink {
  file: string | false;
  /** Of a function. */
  text: string | null;
}
type Settled = Omit<Given<Options>, 'console' | 'sink'> & {
  console: ConsoleSettings | false;
  sink: SettledSink;
};
/** One row for each public option: an option without a row does not compile. */
type Rows<O, S extends Record<keyof O, unknown>> = {
  [Name in keyof O]-?: Row<Exclude<O[Name], undefined>, S[Name]>;
};
/** Each word of a union under its own name: a missing one does not compile. */
type Words<W extends string | boolean> = { [Word in W as `${Word}`]: Word };

/** What is not included by default. */
export const NODE_MODULES = /(?:^|\/)node_modules\//;

export const isDefaultFilter = ({ include, exclude }: Patterns): boolean =>
  include === null && exclude === NODE_MODULES;

const WHOLE = {
  name: null,
  expected: 'a plain object',
  remedy: 'Call the plugin with an object of options, or with nothing.',
};

const CONSOLE: Rows<ConsoleOptions, ConsoleSettings> = {
  detail: choice<ConsoleDetail>(
    'auto',
    { auto: 'auto', full: 'full', order: 'order', summary: 'summary' },
    "Use 'full' for every event as a line, 'order' for the order of modules, 'summary' for one screen at the end.",
  ),
  color: choice<boolean | 'auto'>(
    'auto',
    { true: true, false: false, auto: 'auto' },
    "Use 'auto' for colour on a terminal only.",
  ),
};

const OPTIONS: Rows<Options, Settled> = {
  enabled: choice<boolean>(
    true,
    { true: true, false: false },
    'Use false for a bundle as without the plugin.',
  ),
  include: patterns('Use globs such as "src/**" for the modules whose reads and writes to trace.'),
  exclude: patterns('Use globs such as "**/vendor/**" for the modules whose reads and writes not to trace.'),
  reads: choice<ReadsMode>(
    'first',
    { first: 'first', all: 'all', false: false },
    "Use 'first' to log a read again only after a change, 'all' to log every read, false to log none.",
  ),
  writes: choice<WritesMode>(
    'observed',
    { observed: 'observed', all: 'all', false: false },
    "Use 'observed' to log the writes that follow a read, 'all' to log every write, false to log none.",
  ),
  namespaces: choice<NamespacesMode>(
    false,
    { traced: 'traced', false: false },
    "Use 'traced' to see what is read of a namespace object that was handed on.",
  ),
  values: choice<ValuesMode>(
    'preview',
    { preview: 'preview', type: 'type', false: false },
    "Use 'preview' for short values, 'type' for their types alone, false to keep values out of the trace.",
  ),
  console: {
    fallback: true,
    expected: 'true, false or an object',
    remedy: "Use false to print nothing, or an object such as { detail: 'summary' } to say how.",
    read(value, name) {
      if (value === false) return false;
      const given = value === true ? {} : value;
      return isPlainObject(given)
        ? settle<ConsoleOptions, ConsoleSettings>(CONSOLE, given, `${name}.`)
        : undefined;
    },
  },
  devtools: choice<boolean>(
    false,
    { true: true, false: false },
    "Use true for a track in the performance panel of Chrome's DevTools.",
  ),
  sink: {
    fallback: false,
    expected: 'the path of a file, an arrow function, a function expression or false',
    remedy:
      "Use a path such as 'trace.ndjson', or (line) => { … }; the function's text goes into the bundle, so it can't be a method, a class, native, bound, async or a generator.",
    read(value) {
      if (value === false || isText(value)) return { file: value, text: null };
      const text = typeof value === 'function' ? functionText(value) : undefined;
      return text === undefined ? undefined : { file: false, text };
    },
  },
  limit: {
    fallback: 100_000,
    expected: 'a whole number from 0',
    remedy: 'Use a finite number of events, because they are kept in memory.',
    read: (value) => (Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined),
  },
  root: {
    fallback: '.',
    expected: 'the path of a folder',
    remedy: 'Use a string that is not empty, or leave it out for the working directory.',
    read: (value) => (isText(value) ? resolve(value) : undefined),
  },
  runtime: choice<RuntimePlacement>(
    'auto',
    { auto: 'auto', inline: 'inline', file: 'file' },
    "Use 'inline' to put the runtime into the chunk, 'file' to put it into a file of its own.",
  ),
  manifest: {
    fallback: false,
    expected: "false or the name of a file in the output's folder",
    remedy: "Use a name such as 'module-phases.json'; it must not leave that folder.",
    read: (value) => (value === false ? value : isText(value) ? fileName(value) : undefined),
  },
  verdict: choice<boolean>(
    true,
    { true: true, false: false },
    'Use false for a build that says nothing of the order in which modules load.',
  ),
  gate: choice<Severity | false>(
    false,
    { error: 'error', warning: 'warning', info: 'info', false: false },
    "Use 'error' to end a build that breaks the program, 'warning' for one that may, false for none.",
  ),
};

/** The normalized name of a file in a folder; undefined where it leaves the folder, or names a folder. */
function fileName(text: string): string | undefined {
  const name = posix.normalize(text.replaceAll('\\', '/'));
  const isOutside = posix.isAbsolute(name) || win32.isAbsolute(name) || /^\w:|^\.\.(?:\/|$)/.test(name);
  return isOutside || name === '.' || name.endsWith('/') ? undefined : name;
}

/** Text of a function as an expression; undefined where it is none by itself, or would give a promise or an iterator. */
function functionText(value: object): string | undefined {
  const text = Function.prototype.toString.call(value);
  if (isAsyncFunction(value) || isGeneratorFunction(value) || /^class\b/.test(text)) return undefined;
  try {
    // As in a module.
    new Script(`'use strict';(${text})`);
    return text;
  } catch {
    return undefined;
  }
}

function choice<W extends string | boolean>(fallback: W, words: Words<W>, remedy: string): Row<W, W> {
  const values = Object.values<W>(words);
  return {
    fallback,
    expected: alternatives(values),
    remedy,
    read: (value) => values.find((word) => word === value),
  };
}

function patterns(remedy: string): Row<FilterPattern, FilterPattern> {
  const isPattern = (value: unknown): value is string | RegExp => isText(value) || value instanceof RegExp;
  return {
    fallback: null,
    expected: 'a glob, a regular expression, an array of these or null',
    remedy,
    read(value) {
      if (value === null || isPattern(value)) return value;
      return Array.isArray(value) && value.every(isPattern) ? value : undefined;
    },
  };
}

/** Resolves all options of `rows`; `prefix` is the path of `given`. */
function settle<O, S extends Record<keyof O, unknown>>(rows: Rows<O, S>, given: object, prefix = ''): S {
  const table = new Map<string, Row<unknown, unknown>>(Object.entries(rows));
  for (const name of Object.keys(given)) {
    if (!table.has(name)) throw toError(unknownOption(prefix, name, [...table.keys()]));
  }
  const values = new Map<string, unknown>(Object.entries(given));
  const settled = Array.from(table, ([name, row]) => {
    const { expected, remedy } = row;
    const givenValue = values.get(name);
    const value = givenValue === undefined ? row.fallback : givenValue;
    const result = row.read(value, prefix + name);
    if (result === undefined) throw toError(invalidOption({ name: prefix + name, value, expected, remedy }));
    return [name, result];
  });
  return Object.fromEntries(settled) as S;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * True for plain objects, also from other contexts (`vm`), and for module namespaces. Not for a Promise or Map, which
 * would look like an object without options.
 */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
