/** Types of the globals that the runtime uses, and functions that look them up without running code of the page. */
import { bare } from './bare.ts';

export interface Stderr {
  isTTY?: boolean;
  write(text: string, done: (error?: unknown) => void): unknown;
  once(event: 'error', listener: () => void): unknown;
}

/** The event of a page; in Node the thrown value. */
export interface Subject {
  isTrusted: boolean;
  message: unknown;
  reason: unknown;
}

export type Listen = (type: string, listener: (subject: Subject) => void) => unknown;

/** What the runtime uses of Node's modules. */
export interface NodeModules {
  util: { types: { isNativeError(value: unknown): value is object } };
  buffer: { Buffer: { alloc(length: number): Uint8Array } };
  fs: {
    openSync(path: string, flags: 'a+'): number;
    closeSync(file: number): void;
    readSync(file: number, into: Uint8Array, at: number, length: number, position: number): number;
    writeSync(file: number, text: string): unknown;
    ftruncateSync(file: number): void;
    writeFileSync(path: string, text: string): void;
  };
  path: {
    parse(path: string): { dir: string; name: string; ext: string };
    format(parts: { dir: string; base: string }): string;
    resolve(path: string): string;
  };
  timers: { setTimeout(job: () => void): { unref(): void } };
  worker_threads: { isMainThread: boolean; threadId: number };
}

export interface Process {
  pid: number;
  versions: { node: unknown };
  env: Readonly<Record<string, string | undefined>>;
  stderr: Stderr;
  on: Listen;
  kill(pid: number, signal: 0): unknown;
  /** Seconds since the process began. */
  uptime(): number;
  /** From Node 20.16 on. */
  getBuiltinModule<Id extends keyof NodeModules>(id: Id): NodeModules[Id];
}

export type Log = (...args: unknown[]) => unknown;

export interface Console {
  log: Log;
  warn?: Log;
  error?: Log;
  groupCollapsed?: Log;
  groupEnd?: Log;
}

/** What a download takes. */
interface Anchor {
  href: string;
  download: string;
  click(): void;
}

/** Globals that a host may lack; each access may throw. */
export interface Globals {
  process: Process;
  document: { createElement(tag: 'a'): Anchor };
  Blob: new (parts: readonly string[]) => object;
  URL: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };
  setTimeout(job: () => void, milliseconds: number): unknown;
  console: Console;
  performance: { now(): number };
  addEventListener: Listen;
  Error: { isError(value: unknown): value is object };
}

const { apply } = Reflect;
const { getOwnPropertyDescriptor } = Object;
const sourceOf = Function.prototype.toString;
const { indexOf } = String.prototype;

/** The result of `get`; undefined if it throws. */
export function attempt<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

export const nodeProcess = (globals: Globals): Process | undefined =>
  attempt(() => (typeof globals.process.versions.node === 'string' ? globals.process : undefined));

/**
 * The descriptor of an own property, or an empty one; neither inherits accessors that a page put on `Object.prototype`.
 */
export const ownProperty = (object: object, key: PropertyKey): PropertyDescriptor =>
  bare(getOwnPropertyDescriptor(object, key) ?? {});

/** Prints to standard error. */
export function errorOutput({ stderr }: Process): (text: string) => unknown {
  const write = stderr.write.bind(stderr);
  // Without a listener, an error of a closed pipe would end the program.
  // Existing listeners don't help: a pipe's own throws the error again.
  const written = (error?: unknown): void => {
    if (error) stderr.once('error', () => {});
  };
  return (text) => write(text, written);
}

export const isNative = (method: unknown): boolean =>
  typeof method === 'function' && apply(indexOf, apply(sourceOf, method, []), ['native code']) >= 0;
