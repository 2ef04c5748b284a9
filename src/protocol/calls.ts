/** The interface between realised code and the runtime, and between the runtimes of a page or process. */
import type { TraceEvent } from './events.ts';
import type { Finding } from './finding.ts';
import type { Manifest } from './manifest.ts';
import type { ChunkTable } from './tables.ts';
import type { Trace, TracedModule } from './trace.ts';
import type { TraceFileLine } from './trace-file.ts';

/** The calls that the core of the runtime answers. */
export interface CoreCalls {
  readonly seen: Uint32Array;
  /** Called first in each chunk, with its sites and getters. */
  chunk(table: ChunkTable): void;
  /**
   * The chunk of a static entry begins its own body; `module` is the entry's index in the build. The chunk gives its own
   * file name, because an entry may have several chunks, which re-export from one that has its statements.
   */
  entry(module: number, chunk: string): void;
  /** A module's body begins; `module` is its index in the build. */
  start(module: number): void;
  /** A module's body has come to its end. */
  end(module: number): void;
  /** Called before an identifier of the chunk is read; `get` reads it. */
  read(site: number, get: () => unknown): void;
  /** Called before a member of a namespace object that the bundler printed is read. */
  probe(site: number): void;
  /** Called with a value that was read from, or written to, a member. */
  value<T>(site: number, value: T): T;
  /** An empty iterable, whose iteration runs no code of the program. */
  readonly none: Iterable<never>;
  /** Called before a read whose value can't be seen: of a method on an object that only the program may touch. */
  note(site: number): void;
  /** Called after a write, with the new value where the realised code can name it. */
  write(site: number, value?: unknown): void;
  /** As `write`, for an expression whose value (`result`) is not the new value: `n++`, `[n] = v`. */
  after<T>(result: T, site: number, value?: unknown): T;
  /**
   * Replaces a target in a pattern or a loop's head: a value assigned to its `value` is passed to `assign`, then
   * logged.
   */
  target(site: number, assign: (value: unknown) => void): { value: unknown };
  /** Called with the old value of `a.n++` or `a.n--`, which it returns, and with 1 or -1. */
  step<T>(old: T, site: number, by: number): T;
  /** Called when a binding has its first value. */
  init(site: number, value: unknown): void;
  /** Called in a `catch` or `finally` around an await of the module: the module, if suspended, goes on. */
  caught(module: number): void;
  /** Called before members of the namespace of a dynamic import are read all at once, by a pattern. */
  snapshot<T>(namespace: T, ...sites: number[]): T;
}

/** The calls that the part for top-level awaits answers. */
export interface AwaitCalls {
  /** Called before a top-level await waits. */
  suspend<T>(site: number, awaited: T): T;
  /** Called after a top-level await, with the value that it gave. */
  resume<T>(site: number, value: T): T;
  /** Called at the start of a block that declares `await using`: it waits when it is left. */
  disposal(site: number): void;
  /** A resource that such a block declares last: it is disposed of first, when the wait begins. */
  disposing(site: number): object | null;
  /** Called when the block has been left. */
  disposed(site: number): void;
}

/** The calls that the part for dynamic imports answers. */
export interface ImportCalls {
  /** Called before a dynamic import; with its specifier, which it returns, where that is known only at run time. */
  importing<T>(site: number, specifier?: T): T;
  /** Called with the promise of a dynamic import that the program itself awaits. */
  imported<T>(site: number, promise: T): T;
}

/** The calls that the part for CommonJS modules answers. */
export interface RequireCalls {
  /**
   * Called before a CommonJS module is required; with the specifier, which it returns, where that is known only at run
   * time.
   */
  requiring<T>(site: number, specifier?: T): T;
  /** Called with the exports that `require` returned. */
  required<T>(site: number, exports: T): T;
}

/**
 * One build's side of the runtime: the realised code of its chunks calls it. `seen` has a cell per site: while it is 0
 * the realised code calls the runtime, else it skips the call. No method throws. `value`, `after`, `suspend`, `resume`,
 * `importing`, `imported`, `snapshot`, `requiring` and `required` return the value that they are passed.
 */
export interface Tracer extends CoreCalls, AwaitCalls, ImportCalls, RequireCalls {}

type WithoutBase<E> = E extends TraceEvent ? Omit<E, 'seq' | 'time'> : never;
/** An event before it is logged. */
export type NewEvent = WithoutBase<TraceEvent>;

/** Gets the trace, line by line. */
export type Sink = (line: TraceFileLine) => void;

/** Knows the part of the trace that one build made. */
export interface TracedBuild {
  /** As far as the bundle carries it. */
  manifest(): Manifest;
  explain(): readonly Finding[];
  /** See {@link Trace.why}; undefined where the build lacks one of the modules. */
  why(first: string, second: string): string | undefined;
}

/** The trace of a page or process, as its builds write it. */
export interface SharedTrace {
  readonly trace: Trace;
  /** {@link Trace.modules}, to which each build adds its own. */
  readonly modules: Record<string, TracedModule>;
  /** Adds an event, calls the subscribers, and returns the event as it is in the trace. */
  log(event: NewEvent): TraceEvent;
  /**
   * Counts an event that the program can repeat. True if it is vital or among the first `limit`; else it is dropped.
   */
  admit(limit: number, isVital: boolean): boolean;
  /** Registers a listener for the exit of the process, or for each time the page is hidden. */
  onExit(listener: () => void): void;
  /** Registers a listener for errors that nothing caught: their text, and whether they are unhandled rejections. */
  onError(listener: (text: string, isRejection: boolean) => void): void;
  /** Registers a build, before its first event. */
  join(build: TracedBuild): void;
  /** Tells an event again to the sinks: it has changed. */
  retell(event: TraceEvent): void;
  /**
   * Adds a sink, which gets what the trace has so far, then all that comes: a function, or the path of a file for Node.
   * A trace has one file, that of the environment variable `MODULE_PHASES_SINK` before all others.
   */
  addSink(sink: Sink | string): void;
  /** Counts an error of the trace, which must not reach the program. */
  fail(): void;
}

/** The installed trace, as bundles find it. `connect`, for their builds alone, is not enumerable. */
export interface Installed extends Trace {
  /** Creates a tracer on this trace. Each bundle passes its own, since it carries only the parts that it can use. */
  connect(createTracer: (shared: SharedTrace) => Tracer): Tracer;
}
