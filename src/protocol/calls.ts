/** What realised code says to the runtime, and what the builds of a page or process share. */
import type { Trace, TracedModule, TraceEvent } from './events.ts';
import type { ChunkTable } from './tables.ts';

/**
 * One build's side of the runtime. `seen` has a cell per site: 0 sends the realised code to the runtime, anything
 * else lets it pass. No method throws; `value`, `after`, `suspend`, `resume`, `importing`, `imported`,
 * `snapshot`, `requiring` and `required` return what they are given.
 */
export interface Tracer {
  readonly seen: Uint32Array;
  /** Called first in a chunk: its sites and getters. */
  chunk(table: ChunkTable): void;
  start(module: number): void;
  end(module: number): void;
  /** A read of an identifier of the chunk, about to happen. */
  read(site: number, get: () => unknown): void;
  /** A read of a member of a namespace object that the bundler printed, about to happen. */
  probe(site: number): void;
  /** A read of a member, whose value is here. */
  value<T>(site: number, value: T): T;
  /** Gives nothing when it is iterated, and runs nothing of the program. */
  readonly none: Iterable<never>;
  /** A read of which no value can be taken: a method of an object that only the program may touch. */
  note(site: number): void;
  /** A write that has happened, and the new value where it can be told. */
  write(site: number, value?: unknown): void;
  /** A write by an expression with another value (`n++`, a pattern): that value, then as `write`. */
  after<T>(result: T, site: number, value?: unknown): T;
  /** Stands in for a target in a pattern or a loop's head: what is assigned to its `value` goes to `assign`. */
  target(site: number, assign: (value: unknown) => void): { value: unknown };
  /** `++` or `--` after a member: the old value, by how much it changes. */
  step<T>(old: T, site: number, by: number): T;
  /** A binding has left its temporal dead zone, or has its first value. */
  init(site: number, value: unknown): void;
  suspend<T>(site: number, awaited: T): T;
  resume<T>(site: number, value: T): T;
  /** A block that declares `await using` begins: it waits when it is left. */
  disposal(site: number): void;
  /** What such a block declares last of all: disposed of before the rest, it tells that the wait begins. */
  disposing(site: number): object | null;
  /** The block has been left. */
  disposed(site: number): void;
  /** A `catch` or `finally` runs around an await of the module, which goes on if it was suspended. */
  caught(module: number): void;
  /** A dynamic import, about to happen; of a module known at run time with what was asked for, which is returned. */
  importing<T>(site: number, specifier?: T): T;
  /** The promise of a dynamic import that the program waits for. */
  imported<T>(site: number, promise: T): T;
  /** Reads of members of the namespace that a dynamic import gave, about to happen all at once. */
  snapshot<T>(namespace: T, ...sites: number[]): T;
  /** The function that runs a CommonJS module is about to be called; of one known at run time with what was asked for. */
  requiring<T>(site: number, specifier?: T): T;
  /** What that function returned. */
  required<T>(site: number, exports: T): T;
}

type WithoutBase<E> = E extends TraceEvent ? Omit<E, 'seq' | 'time'> : never;
/** An event that has no place in the trace yet. */
export type NewEvent = WithoutBase<TraceEvent>;

/** The trace, as a build writes it. */
export interface SharedTrace {
  readonly trace: Trace;
  /** Those of {@link Trace.modules}, where a build puts its own. */
  readonly modules: Record<string, TracedModule>;
  /** Adds an event and tells subscribers; returns the event as it stands in the trace. */
  log(event: NewEvent): TraceEvent;
  /** Counts what the program can repeat: whether it is among the first `limit`, or is not to be lost. */
  admit(limit: number, isVital: boolean): boolean;
  /** The process exits, or the page is hidden. */
  onExit(listener: () => void): void;
  /** Nothing caught an error: its text, and whether it may be of a promise that no module waits for. */
  onError(listener: (text: string, isRejection: boolean) => void): void;
  /** Counts what must not reach the program. */
  fail(): void;
}

/** A trace as bundles of one version find it: the way in for their builds is not enumerable. */
export interface Installed extends Trace {
  /** Each bundle has a runtime of its own, whose parts are those that it can use. */
  connect(createTracer: (shared: SharedTrace) => Tracer): Tracer;
}
