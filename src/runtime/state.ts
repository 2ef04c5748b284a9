import type { Edges } from '../graph/edges.ts';
import type { NewEvent, SharedTrace, Tracer } from '../protocol/calls.ts';
import type { Loc, TraceEvent } from '../protocol/events.ts';
import type { BuildTable, SiteRow } from '../protocol/tables.ts';
import type { Host } from './host.ts';
import type { BindingSlot, ModuleSlot } from './modules.ts';

/** What the parts of a build share. */
export interface BuildState {
  shared: SharedTrace;
  host: Host;
  table: BuildTable;
  /** By number: the modules that a module requests, and those that request it. */
  requests: Edges;
  requesters: () => Edges;
  modules: readonly ModuleSlot[];
  /** Modules that have started and neither ended nor failed, by number. */
  running: number[];
  /** By number. */
  sites: (SiteRow | undefined)[];
  seen: Uint32Array;
  bindingAt(row: SiteRow): BindingSlot | undefined;
  locOf(row: SiteRow): Loc;
  /**
   * Whether something that the program can repeat comes into the trace, by `limit`; what does not is counted. `isVital`:
   * it comes in all the same, unless it is of a module that has run in another build before.
   */
  admit(isVital?: boolean, module?: ModuleSlot): boolean;
  log(event: NewEvent, early?: SeenEarly): TraceEvent;
  /** Tells all parts of what happened. */
  tell<K extends keyof Hooks>(hook: K, ...args: Parameters<Hooks[K]>): void;
  /** The program never sees an error of the trace. */
  safely<A extends unknown[]>(job: (...args: A) => void): (...args: A) => void;
}

/** What a read that came too early found, for whoever explains it. */
export interface SeenEarly {
  importer: number;
  /** The module, unless it is an external. */
  exporter: number | string;
  slot: BindingSlot | undefined;
}

/** What a part may hear of. */
export interface Hooks {
  /** An event is in the trace. */
  event(event: TraceEvent, early?: SeenEarly): void;
  /** A module has ended, or failed with an error of which the text may be known. */
  ended(module: number): void;
  failed(module: number, error: string | undefined): void;
  /** Code of the module runs: it has ended, goes on after a wait, or after an error that it caught. */
  backIn(module: number): void;
  /** No code runs: all that ran has returned or thrown. */
  idle(): void;
  /** An error that no module is known to have thrown; `target` is the module whose import it rejected. */
  unowned(error: string, target?: number): void;
  /** All chunks' modules that were asked for have ended; `isOver`: the program exits. */
  finish(isOver: boolean): void;
}

/** What a bundle carries only if it can use it: what it hears of, and calls of realised code that are its own. */
export interface Part extends Partial<Hooks> {
  calls?: Partial<Tracer>;
}

/** What the core says of the phases of modules, to the parts that change them. */
export interface Phases {
  /** The body of a CommonJS module has returned, or thrown. */
  finish(module: number, isReturned: boolean): void;
  /** A dynamic import was rejected; `target` is the module that it asked for. */
  fail(error: string, target: number | undefined): void;
  /** It has thrown. */
  failOne(module: number, error: string): void;
  /** An error that was taken for its own was another's. */
  revive(module: number): void;
  /** Has `idle` told soon. */
  queueCheck(): void;
}

export type CreatePart = (state: BuildState, phases: Phases) => Part;
