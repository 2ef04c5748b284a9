/**
 * What the runtime needs of the page or process, taken from its globals once: what the program replaces later
 * doesn't matter. Whatever is missing or throws is done without.
 */
import type { ConsoleSettings } from '../protocol.ts';
import type { Line, Tone } from '../report/text/line.ts';

export interface Host {
  /** Milliseconds, by the best clock there is. */
  now(): number;
  microtask(job: () => void): void;
  /** The process exits, or the page is hidden; that can happen again. Never where neither can be heard of. */
  onExit(listener: () => void): void;
  /** Nothing caught an error: its text. */
  onError(listener: (text: string) => void): void;
}

/** Prints lines at once: `bad` as an error, `warn` as a warning. */
export type Print = (lines: readonly Line[], tone?: Tone) => void;

type Method = (...args: unknown[]) => unknown;

interface Stderr {
  isTTY?: boolean;
  write(text: string, done: (error?: unknown) => void): unknown;
  once(event: 'error', listener: () => void): unknown;
  listenerCount(event: 'error'): number;
}

interface Process {
  versions: { node: unknown };
  env: Readonly<Record<string, string | undefined>>;
  stderr: Stderr;
  on(event: string, listener: (error: unknown) => void): unknown;
  getBuiltinModule(id: 'util'): { types: { isNativeError(value: unknown): boolean } };
}

type Console = Record<'log' | 'warn' | 'error' | 'groupCollapsed' | 'groupEnd', Method>;

/** What any host might have; each access may throw. */
interface Globals {
  process: Process;
  console: Console;
  performance: { now(): number };
  queueMicrotask(job: () => void): void;
  addEventListener(type: string, listener: (event: unknown) => void): unknown;
  Error: { isError(value: unknown): boolean };
  ErrorEvent: { prototype: object };
  PromiseRejectionEvent: { prototype: object };
}

/** Stands for the text of an error that can't be read without running code of the program. */
const NO_TEXT = 'thrown value';

const { apply } = Reflect;
const { getOwnPropertyDescriptor } = Object;
const sourceText = Function.prototype.toString;

export function createHost(realm: object = globalThis): Host {
  const globals = realm as Globals;
  const wait = attempt(() => globals.queueMicrotask.bind(realm)) ?? reaction();
  const onProcess = attempt(() => isNode(globals.process) && globals.process.on.bind(globals.process));
  const onPage = attempt(() => globals.addEventListener.bind(realm));
  const message = getter(() => globals.ErrorEvent, 'message');
  const reason = getter(() => globals.PromiseRejectionEvent, 'reason');
  const textOf = errorText(globals);
  const listen = (inNode: string, inPage: string, listener: (subject: unknown) => void): unknown =>
    attempt(() =>
      onProcess
        ? onProcess(inNode, (error) => attempt(() => listener(error)))
        : onPage?.(inPage, (event) => attempt(() => listener(event))),
    );

  return {
    now: clock(globals) ?? Date.now,
    microtask: (job) => wait(() => attempt(job)),
    onExit: (listener) => listen('exit', 'pagehide', listener),
    onError(listener) {
      listen('uncaughtExceptionMonitor', 'error', (subject) => {
        const text = onProcess ? textOf(subject) : message && apply(message, subject, []);
        listener(typeof text === 'string' && text ? text : NO_TEXT);
      });
      if (!onProcess) {
        listen('', 'unhandledrejection', (event) =>
          listener(reason ? textOf(apply(reason, event, [])) : NO_TEXT),
        );
      }
    },
  };
}

/** What `capture` gives; nothing if it throws. */
function attempt<T>(capture: () => T): T | undefined {
  try {
    return capture();
  } catch {
    return undefined;
  }
}

const isNode = (process: Process): boolean => typeof process.versions.node === 'string';

const clock = (globals: Globals): (() => number) | undefined =>
  attempt(() => {
    const { performance } = globals;
    const now = performance.now.bind(performance);
    return now() >= 0 ? now : undefined;
  });

function reaction(): (job: () => void) => void {
  const settled = Promise.resolve();
  return settled.then.bind(settled);
}

/** The host's own getter, so that an event's own property of that name is never asked. */
const getter = (event: () => { prototype: object }, name: string): (() => unknown) | undefined =>
  attempt(() => getOwnPropertyDescriptor(event().prototype, name)?.get);

/** A polyfill would run traps. */
const native = <T>(method: T): T | undefined =>
  /\[native code\]/.test(apply(sourceText, method, [])) ? method : undefined;

/**
 * Reads the own data property `message` of errors alone. Any other object may be a Proxy, whose trap even
 * `getOwnPropertyDescriptor` runs; `instanceof` and `toString` run traps too. So the host has to say what is an
 * error: `Error.isError`, or Node's `util.types`; where it can't, no text is read.
 */
function errorText(globals: Globals): (error: unknown) => string {
  const isError =
    attempt(() => globals.process.getBuiltinModule('util').types.isNativeError) ??
    attempt(() => native(globals.Error.isError));
  return (error) => {
    const text = isError?.(error) && getOwnPropertyDescriptor(error, 'message')?.value;
    return typeof text === 'string' ? text : NO_TEXT;
  };
}

// --- printing --------------------------------------------------------------------------------------------

/** Prints to standard error in Node, else to the console, else nowhere. Takes what it needs now. */
export function createPrinter(color: ConsoleSettings['color'], realm: object = globalThis): Print {
  const globals = realm as Globals;
  const print = attempt(() => terminal(globals.process, color)) ?? attempt(() => page(globals.console));
  return (lines, tone) => attempt(() => print?.(lines, tone));
}

const ANSI: Readonly<Record<Tone, string>> = {
  plain: '',
  dim: '2',
  strong: '1',
  good: '32',
  note: '36',
  warn: '33',
  bad: '31',
};

const CSS: Readonly<Record<Tone, string>> = {
  plain: '',
  dim: 'color:#888',
  strong: 'font-weight:bold',
  good: 'color:#080',
  note: 'color:#07a',
  warn: 'color:#b60',
  bad: 'color:#d00',
};

/** A path or an error's text can hold what would move a cursor or break a line. */
const printable = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');

/** A bar before each line tells the trace from the program's own output. */
function terminal(process: Process, color: ConsoleSettings['color']): Print | undefined {
  if (!isNode(process)) return undefined;
  const { stderr } = process;
  const write = stderr.write.bind(stderr);
  const once = stderr.once.bind(stderr);
  const listenerCount = stderr.listenerCount.bind(stderr);
  const colored = color === 'auto' ? attempt(() => wantsColor(process.env, stderr.isTTY)) : color;
  const paint = (text: string, tone: Tone): string =>
    colored && text && ANSI[tone] ? `\x1b[${ANSI[tone]}m${text}\x1b[0m` : text;
  // As Node's own console does: a closed pipe must not end the program.
  const written = (error?: unknown): void => {
    if (error && !listenerCount('error')) once('error', () => {});
  };
  return (lines, tone = 'dim') => {
    let text = '';
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] ?? [];
      text += paint('│ ', tone);
      for (let j = 0; j < line.length; j++)
        text += paint(printable(line[j]?.[0] ?? ''), line[j]?.[1] ?? 'plain');
      text += '\n';
    }
    write(text, written);
  };
}

const wantsColor = (env: Process['env'], isTTY = false): boolean =>
  !env.NO_COLOR &&
  (env.FORCE_COLOR === undefined ? isTTY && env.TERM !== 'dumb' : !/^(0|false)$/.test(env.FORCE_COLOR));

/** An error or a warning is one message, which a page shows with a stack; other blocks are a closed group. */
function page(console: Console): Print {
  const log = console.log.bind(console);
  const method = (name: keyof Console, fallback?: Method): Method | undefined =>
    attempt(() => console[name].bind(console)) ?? fallback;
  const methods: { readonly [tone in Tone]?: Method | undefined } = {
    bad: method('error', log),
    warn: method('warn', log),
  };
  const open = method('groupCollapsed');
  const close = method('groupEnd');
  return (lines, tone = 'plain') => {
    const say = methods[tone];
    if (say || lines.length < 2 || !open || !close) {
      apply(say ?? log, undefined, styled(lines));
      return;
    }
    apply(open, undefined, styled(lines.slice(0, 1)));
    attempt(() => apply(log, undefined, styled(lines.slice(1))));
    close();
  };
}

/** Texts are arguments of the format, so that a `%` in them means nothing. */
function styled(lines: readonly Line[]): unknown[] {
  const args: unknown[] = [];
  let format = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? [];
    if (i) format += '\n';
    for (let j = 0; j < line.length; j++) {
      format += '%c%s';
      args.push(CSS[line[j]?.[1] ?? 'plain'], printable(line[j]?.[0] ?? ''));
    }
  }
  args.unshift(format);
  return args;
}
