/** The globals of the page or process, as far as the runtime looks for them. */
import { bare } from './bare.ts';

export interface Stderr {
  isTTY?: boolean;
  write(text: string, done: (error?: unknown) => void): unknown;
  once(event: 'error', listener: () => void): unknown;
}

/** An event of a page; in Node, whatever was thrown. */
export interface Subject {
  isTrusted: boolean;
  message: unknown;
  reason: unknown;
}

export type Listen = (type: string, listener: (subject: Subject) => void) => unknown;

export interface Process {
  versions: { node: unknown };
  env: Readonly<Record<string, string | undefined>>;
  stderr: Stderr;
  on: Listen;
  getBuiltinModule(id: 'util'): { types: { isNativeError(value: unknown): value is object } };
}

export type Log = (...args: unknown[]) => unknown;

export interface Console {
  log: Log;
  warn?: Log;
  error?: Log;
  groupCollapsed?: Log;
  groupEnd?: Log;
}

/** What any host might have; each access may throw. */
export interface Globals {
  process: Process;
  console: Console;
  performance: { now(): number };
  addEventListener: Listen;
  Error: { isError(value: unknown): value is object };
}

const { apply } = Reflect;
const { getOwnPropertyDescriptor } = Object;
const sourceOf = Function.prototype.toString;
const { indexOf } = String.prototype;

/** What `get` gives; nothing if it throws. */
export function attempt<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

export const nodeProcess = (globals: Globals): Process | undefined =>
  attempt(() => (typeof globals.process.versions.node === 'string' ? globals.process : undefined));

/** What is an object's own, so that no accessor that a page puts on `Object.prototype` is asked for what is not there. */
export const ownProperty = (object: object, key: PropertyKey): PropertyDescriptor =>
  bare(getOwnPropertyDescriptor(object, key) ?? {});

export const isNative = (method: unknown): boolean =>
  typeof method === 'function' && apply(indexOf, apply(sourceOf, method, []), ['native code']) >= 0;
