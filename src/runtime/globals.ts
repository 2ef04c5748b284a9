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

/** Globals that a host may lack; each access may throw. */
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

export const isNative = (method: unknown): boolean =>
  typeof method === 'function' && apply(indexOf, apply(sourceOf, method, []), ['native code']) >= 0;
