import type { Explained } from '../findings/not-run.ts';
import type { Seen } from '../findings/run.ts';
import type { Edges } from '../graph/edges.ts';
import type { NewEvent, SharedTrace, Tracer } from '../protocol/calls.ts';
import type { Loc, TraceEvent } from '../protocol/events.ts';
import type { Finding } from '../protocol/finding.ts';
import type { BuildTable, SiteRow } from '../protocol/tables.ts';
import type { Host } from './host.ts';
import type { BindingSlot, ModuleSlot } from './modules.ts';

/** State and functions that all parts of one build's tracer share. */
export interface BuildState {
  shared: SharedTrace;
  host: Host;
  table: BuildTable;
  /** By index of a module: the modules that it requests. */
  requests: Edges;
  /** By index of a module: the modules that request it. */
  requesters: () => Edges;
  modules: readonly ModuleSlot[];
  /** Indices of modules that have started and neither ended nor failed. */
  running: number[];
  /** The events of this build: bundles of one page share the trace. */
  events: TraceEvent[];
  /** By number of the site. */
  sites: (SiteRow | undefined)[];
  seen: Uint32Array;
  bindingAt(row: SiteRow): BindingSlot | undefined;
  locOf(row: SiteRow): Loc;
  /**
   * Decides by `limit` whether an event that the program can repeat is logged, and counts it as dropped if not. A vital
   * event is always logged, unless `module` is a further instance of one that another build has published.
   */
  admit(isVital?: boolean, module?: ModuleSlot): boolean;
  log(event: NewEvent): TraceEvent;
  /** What the events mean. Set by the part that explains them. */
  findings?: Findings;
  /** Calls a hook of all parts. */
  tell<K extends keyof Hooks>(hook: K, ...args: Parameters<Hooks[K]>): void;
  /** Wraps a function so that errors of the trace are counted and never reach the program. */
  safely<A extends unknown[]>(job: (...args: A) => void): (...args: A) => void;
}

export interface Findings {
  /** All of them, the worst first. */
  all(): readonly Finding[];
  /** That of a read that gave no value, by `seq` of its event; undefined where it is known already. */
  ofRead(seq: number): Finding | undefined;
  /** What other parts look for findings of their own in. */
  seen(): Seen;
}

/** Hooks that a part may have; the core calls them. */
export interface Hooks {
  /** An event was logged. */
  event(event: TraceEvent): void;
  ended(module: number): void;
  /** A module has failed; `error` is the text, where it is known. */
  failed(module: number, error: string | undefined): void;
  /** Code of the module runs: it comes to its end, goes on after a wait, or catches an error. */
  backIn(module: number): void;
  /** No code runs: each module that ran has returned, thrown or begun to wait. */
  idle(): void;
  /** An error of which no module is known to have thrown it; `target` is the module whose import it rejected. */
  unowned(error: string, target?: number): void;
  /** Somebody asks what the events mean: adds what only bundles with this part can have. */
  find(explained: Explained, found: Finding[]): void;
  /** A part has found something that can't wait until somebody asks. */
  found(finding: Finding): void;
  /** An entry has ended and no module is pending, or (`isOver`) the program exits. */
  finish(isOver: boolean): void;
}

/** A part of the runtime that a bundle carries only if it can use it: its hooks, and the calls that it answers. */
export interface Part extends Partial<Hooks> {
  calls?: Partial<Tracer>;
}

/** Functions of the core by which parts change the phases of modules. */
export interface Phases {
  /** The body of a CommonJS module has returned, or thrown. */
  finish(module: number, isReturned: boolean): void;
  /** A dynamic import was rejected; `target` is the index of the module that it requested. */
  fail(error: string, target: number | undefined): void;
  /** The module has thrown. */
  failOne(module: number, error: string): void;
  /** The module, which was taken for failed, runs on: the error was another's. */
  revive(module: number): void;
  /** Calls the hook `idle` in a microtask. */
  queueCheck(): void;
}

export type CreatePart = (state: BuildState, phases: Phases) => Part;
