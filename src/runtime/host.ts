/**
 * What the runtime needs of the page or process, taken from its globals once: what the program replaces later
 * doesn't matter. Whatever is missing or throws is done without.
 */
import type { ConsoleSettings } from '../protocol.ts';
import type { Line, Span, Tone } from '../report/text/line.ts';
import { bare } from './bare.ts';

export interface Host {
  /** Milliseconds, by the best clock there is. */
  now(): number;
  microtask(job: () => void): void;
  /** The process exits, or the page is hidden; that can happen again. Never where neither can be heard of. */
  onExit(listener: () => void): void;
  /** Nothing caught an error: its text, and whether it may be of a promise that no module waits for. */
  onError(listener: (text: string, isRejection: boolean) => void): void;
  /**
   * Adds a reaction to a promise that has one already, or gets one at once; false where that would run code of the
   * program, and where it is none of the host's.
   */
  onSettled(promise: unknown, fulfilled: () => void, rejected: (text: string) => void): boolean;
}

/** Prints lines at once: `bad` as an error, `warn` as a warning. */
export type Print = (lines: readonly Line[], tone?: Tone) => unknown;

interface Stderr {
  isTTY?: boolean;
  write(text: string, done: (error?: unknown) => void): unknown;
  once(event: 'error', listener: () => void): unknown;
}

/** An event of a page; in Node, whatever was thrown. */
interface Subject {
  isTrusted: boolean;
  message: unknown;
  reason: unknown;
}

type Listen = (type: string, listener: (subject: Subject) => void) => unknown;

interface Process {
  versions: { node: unknown };
  env: Readonly<Record<string, string | undefined>>;
  stderr: Stderr;
  on: Listen;
  getBuiltinModule(id: 'util'): { types: { isNativeError(value: unknown): value is object } };
}

type Log = (...args: unknown[]) => unknown;

interface Console {
  log: Log;
  warn?: Log;
  error?: Log;
  groupCollapsed?: Log;
  groupEnd?: Log;
}

/** What any host might have; each access may throw. */
interface Globals {
  process: Process;
  console: Console;
  performance: { now(): number };
  addEventListener: Listen;
  Error: { isError(value: unknown): value is object };
}

const { apply } = Reflect;
const { getOwnPropertyDescriptor } = Object;
const { then } = Promise.prototype;
const sourceOf = Function.prototype.toString;
const { indexOf } = String.prototype;

/** What is an object's own, so that no accessor that a page puts on `Object.prototype` is asked for what is not there. */
const ownProperty = (object: object, key: PropertyKey): PropertyDescriptor =>
  bare(getOwnPropertyDescriptor(object, key) ?? {});

const isNative = (method: unknown): boolean =>
  typeof method === 'function' && apply(indexOf, apply(sourceOf, method, []), ['native code']) >= 0;

/** What makes the promises of a bundle, and what `then` asks of one: its class, and that class for a species. */
const PROMISE_PARTS: readonly (readonly [object: object, key: PropertyKey])[] = [
  [globalThis, 'Promise'],
  [Promise, 'resolve'],
  [Promise, Symbol.species],
  [Promise.prototype, 'constructor'],
  [Promise.prototype, 'then'],
];

function promiseParts(): unknown[] {
  const parts: unknown[] = [];
  for (let i = 0; i < PROMISE_PARTS.length; i++) {
    const part = PROMISE_PARTS[i] as (typeof PROMISE_PARTS)[number];
    const { value, get } = ownProperty(part[0], part[1]);
    parts[i] = value ?? get;
  }
  return parts;
}

const partsAtFirst = promiseParts();

/** Whether no code of the program runs when a promise gets a reaction: none of these is another than the engine's. */
function arePromisesNative(): boolean {
  const parts = promiseParts();
  for (let i = 0; i < parts.length; i++)
    if (parts[i] !== partsAtFirst[i] || !isNative(parts[i])) return false;
  return true;
}

export function createHost(realm: object = globalThis): Host {
  const globals = realm as Globals;
  const node = nodeProcess(globals);
  const on = attempt(() => (node ? node.on.bind(node) : globals.addEventListener.bind(realm)));
  const listen: Listen = (type, listener) =>
    attempt(() => on?.(type, (subject) => attempt(() => listener(subject))));
  const textOf = errorText(globals);

  return {
    now: attempt(() => globals.performance.now.bind(globals.performance)) ?? Date.now,
    // No `then`, which asks a promise for its class, and that for its species: the program may have put getters there.
    async microtask(job) {
      await undefined;
      attempt(job);
    },
    onExit: (listener) => listen(node ? 'exit' : 'pagehide', listener),
    onError(listener) {
      if (node) {
        // Whatever it is of, the process ends with it: as well what rejects an entry's evaluation.
        listen('uncaughtExceptionMonitor', (error) => listener(textOf(error), false));
      } else {
        // Events that the program made itself tell nothing, and may run its code.
        listen('error', (event) => event.isTrusted && listener(asText(event.message), false));
        listen('unhandledrejection', (event) => event.isTrusted && listener(textOf(event.reason), true));
      }
    },
    onSettled(promise, fulfilled, rejected) {
      if (!arePromisesNative()) return false;
      const reactions = [
        () => attempt(fulfilled),
        (error: unknown) => attempt(() => rejected(textOf(error))),
      ];
      return attempt(() => apply(then, promise, reactions)) !== undefined;
    },
  };
}

/** What `get` gives; nothing if it throws. */
export function attempt<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

const nodeProcess = (globals: Globals): Process | undefined =>
  attempt(() => (typeof globals.process.versions.node === 'string' ? globals.process : undefined));

const asText = (message: unknown): string =>
  typeof message === 'string' && message ? message : 'thrown value';

/**
 * Reads the own data property `message` of errors alone. Any other object may be a Proxy, whose trap even
 * `getOwnPropertyDescriptor` runs; `instanceof` and `toString` run traps too. So the host has to say what is an
 * error: Node's `util.types`, or `Error.isError` unless it is a polyfill; where it can't, no text is read.
 */
function errorText(globals: Globals): (error: unknown) => string {
  const isError =
    attempt(() => globals.process.getBuiltinModule('util').types.isNativeError) ??
    attempt(() => (isNative(globals.Error.isError) ? globals.Error.isError : undefined));
  return (error) => asText(isError?.(error) && ownProperty(error, 'message').value);
}

// --- printing --------------------------------------------------------------------------------------------

/** Prints to standard error in Node, else to the console, else nowhere. Takes what it needs now. */
export function createPrinter(color: ConsoleSettings['color'], realm: object = globalThis): Print {
  const globals = realm as Globals;
  const node = nodeProcess(globals);
  const print = attempt(() => node && terminal(node, color)) ?? attempt(() => page(globals.console));
  return (lines, tone) => attempt(() => print?.(lines, tone));
}

/**
 * Of each tone: the code of a terminal, the style of a page. A page's are mixed with the colour of the text around
 * them: consoles are light or dark, and errors and warnings in them have grounds of their own.
 */
const LOOKS: Readonly<Record<Tone, readonly [ansi: number, css: string]>> = {
  plain: [0, ''],
  dim: [2, 'color:color-mix(in srgb,currentcolor 60%,transparent)'],
  strong: [1, 'font-weight:bold'],
  warn: [33, 'color:color-mix(in srgb,currentcolor,orange)'],
  bad: [31, 'color:color-mix(in srgb,currentcolor,red)'],
};

/** A path or an error's text can hold what would move a cursor or break a line. */
function printable(text: string): string {
  let shown = '';
  let wasControl = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    const isControl = char < ' ' || (char >= '\x7f' && char <= '\x9f');
    if (!isControl) shown += char;
    else if (!wasControl) shown += ' ';
    wasControl = isControl;
  }
  return shown;
}

/** The spans of all lines, each line after a `bar`. */
const spans = (lines: readonly Line[], bar: string, tone: Tone): Span[] =>
  lines.reduce<Span[]>(
    (all, line, i) =>
      all.concat(
        [[(i ? '\n' : '') + bar, tone]],
        line.map((span) => [printable(span[0]), span[1]]),
      ),
    [],
  );

/** A bar before each line tells the trace from the program's own output. */
function terminal({ stderr, env }: Process, color: ConsoleSettings['color']): Print {
  const write = stderr.write.bind(stderr);
  const colored = color === 'auto' ? attempt(() => wantsColor(env, stderr.isTTY)) : color;
  const paint = (span: Span): string =>
    colored && LOOKS[span[1]][0] ? `\x1b[${LOOKS[span[1]][0]}m${span[0]}\x1b[0m` : span[0];
  // A closed pipe must not end the program. A listener that is there may be a pipe's, which throws on.
  const written = (error?: unknown): void => {
    if (error) stderr.once('error', () => {});
  };
  return (lines, tone = 'dim') => write(`${spans(lines, '│ ', tone).map(paint).join('')}\n`, written);
}

const wantsColor = ({ NO_COLOR, FORCE_COLOR, TERM }: Process['env'], isTTY?: boolean): boolean | undefined =>
  !NO_COLOR &&
  (FORCE_COLOR === undefined ? isTTY && TERM !== 'dumb' : FORCE_COLOR !== '0' && FORCE_COLOR !== 'false');

/** As many as a small program's summary has: closed, it would hide that there were early reads. */
const LINES_OPEN = 11;

/** An error or a warning is one message, which a page shows with a stack; another long block is a closed group. */
function page(console: Console): Print {
  const { log, warn = log, error = log, groupCollapsed, groupEnd } = console;
  /** Texts are arguments of the format, so that a `%` in them means nothing. */
  const say = (method: Log, lines: readonly Line[]): unknown => {
    const args: string[] = [];
    spans(lines, '', 'plain').forEach((span) => {
      args.push(LOOKS[span[1]][1], span[0]);
    });
    return apply(method, console, ['%c%s'.repeat(args.length / 2)].concat(args));
  };
  return (lines, tone) => {
    if (tone === 'bad') say(error, lines);
    else if (tone === 'warn') say(warn, lines);
    else if (groupCollapsed && groupEnd && lines.length > LINES_OPEN) {
      say(groupCollapsed, lines.slice(0, 1));
      say(log, lines.slice(1));
      say(groupEnd, []);
    } else say(log, lines);
  };
}
