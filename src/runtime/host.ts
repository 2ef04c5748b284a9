/**
 * What the runtime needs of the page or process, taken from its globals once: what the program replaces later
 * doesn't matter. Whatever is missing or throws is done without.
 */
import { attempt, type Globals, isNative, type Listen, nodeProcess, ownProperty } from './globals.ts';

export interface Host {
  /** Milliseconds, by the best clock there is. */
  now(): number;
  microtask(job: () => void): void;
  /** The process exits, or the page is hidden; that can happen again. Never where neither can be heard of. */
  onExit(listener: () => void): void;
  /** Nothing caught an error: its text, and whether it may be of a promise that no module waits for. */
  onError(listener: (text: string, isRejection: boolean) => void): void;
  /** Of what was thrown; runs nothing of it. */
  textOf(error: unknown): string;
}

export function createHost(globalObject: object = globalThis): Host {
  const globals = globalObject as Globals;
  const node = nodeProcess(globals);
  const on = attempt(() => (node ? node.on.bind(node) : globals.addEventListener.bind(globalObject)));
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
    textOf,
  };
}

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
