/** The global object that holds the trace. */
import type { ModuleStatus, TraceEvent } from './events.ts';
import type { Finding } from './finding.ts';

/** Version of the events and of the installed object. Runtimes of the same version share one trace. */
export const PROTOCOL_VERSION = 1;

/** The first runtime installs the trace at `globalThis[Symbol.for(TRACE_KEY)]`. */
export const TRACE_KEY = 'module-phases';

/** A module's current state. */
export interface TracedModule {
  readonly status: ModuleStatus;
  /** The module's surviving exports, each behind a getter that reads the live binding. */
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The object at `globalThis[Symbol.for('module-phases')]`. */
export interface Trace {
  /** Version of the events and of this object. */
  readonly version: number;
  readonly events: readonly TraceEvent[];
  readonly modules: Readonly<Record<string, TracedModule>>;
  /**
   * How many reads, writes, requests, waits and further runs of modules `limit` left out. A request or wait counts once
   * with its end.
   */
  readonly dropped: number;
  /** How many errors the trace kept from the program: those of subscribers, and its own. */
  readonly failures: number;
  /**
   * Calls `listener` with each event from now on; returns a function that ends the subscription. An error of the
   * listener is counted in `failures`, not thrown.
   */
  subscribe(listener: (event: TraceEvent) => void): () => void;
  /** What the events so far mean, the worst first. */
  explain(): readonly Finding[];
  /**
   * Says in lines of text why one module ran before another, or that it did not: the requests that made it so.
   *
   * @param first path of a module, or the end of one (`a.js` for `src/a.js`)
   * @param second as `first`
   */
  why(first: string, second: string): string;
  /**
   * Saves the trace so far as a trace file: a page downloads it, Node writes it. Throws an error where neither is possible,
   * as in a worker of a page, and that of the file system.
   *
   * @param name of the file, in Node its path. Default: `module-phases.ndjson`
   * @returns the name, in Node the absolute path
   */
  save(name?: string): string;
}
