/**
 * The host functions that the runtime needs, bound once before the program runs, so that later patches of the globals
 * don't reach it. A function that is missing or throws is replaced by one that does nothing.
 */
import {
  attempt,
  errorOutput,
  type Globals,
  isNative,
  type Listen,
  nodeProcess,
  ownProperty,
  type Process,
} from './globals.ts';

export interface Host {
  /** Undefined in a page. */
  node: Process | undefined;
  /** Milliseconds: `performance.now`, else `Date.now`. */
  now(): number;
  microtask(job: () => void): void;
  /**
   * Registers a listener for the exit of the process, or for each time the page is hidden. Where the host has no such
   * event, the listener is never called.
   */
  onExit(listener: () => void): void;
  /**
   * Registers a listener for errors that nothing caught. It gets the error's text, and whether the error is an
   * unhandled rejection, which may have nothing to do with a module.
   */
  onError(listener: (text: string, isRejection: boolean) => void): void;
  /** The message of a thrown value; runs no code of the value. */
  textOf(error: unknown): string;
  /** Prints a line to standard error, or to the console of a page. */
  warn(text: string): void;
}

export function createHost(globalObject: object = globalThis): Host {
  const globals = globalObject as Globals;
  const node = nodeProcess(globals);
  const on = attempt(() => (node ? node.on.bind(node) : globals.addEventListener.bind(globalObject)));
  const listen: Listen = (type, listener) =>
    attempt(() => on?.(type, (subject) => attempt(() => listener(subject))));
  const textOf = errorText(globals);
  const print = attempt(() => (node ? errorOutput(node) : globals.console.error));

  return {
    node,
    now: attempt(() => globals.performance.now.bind(globals.performance)) ?? Date.now,
    // Not `then`: it reads `constructor` and `Symbol.species`, where the program may have put getters.
    async microtask(job) {
      await undefined;
      attempt(job);
    },
    onExit: (listener) => listen(node ? 'exit' : 'pagehide', listener),
    onError(listener) {
      if (node) {
        // The process ends after this event, which also comes when an entry's evaluation is rejected.
        listen('uncaughtExceptionMonitor', (error) => listener(textOf(error), false));
      } else {
        // Not events that the program dispatches itself: their getters could run its code.
        listen('error', (event) => event.isTrusted && listener(asText(event.message), false));
        listen('unhandledrejection', (event) => event.isTrusted && listener(textOf(event.reason), true));
      }
    },
    textOf,
    warn: (text) => attempt(() => print?.(node ? `${text}\n` : text)),
  };
}

const asText = (message: unknown): string =>
  typeof message === 'string' && message ? message : 'thrown value';

/**
 * Reads the own data property `message`, and only of true errors: any other object may be a Proxy, whose traps run on
 * `getOwnPropertyDescriptor`, `instanceof` and `toString`. Node's `util.types`, or a native `Error.isError`, tells
 * errors from other objects; without either, no text is read.
 */
function errorText(globals: Globals): (error: unknown) => string {
  const isError =
    attempt(() => globals.process.getBuiltinModule('util').types.isNativeError) ??
    attempt(() => (isNative(globals.Error.isError) ? globals.Error.isError : undefined));
  return (error) => asText(isError?.(error) && ownProperty(error, 'message').value);
}
