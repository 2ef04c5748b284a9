import type { Edges } from '../graph/edges.ts';
import type { BuildTable, Loc, SiteRow, TraceEvent } from '../protocol.ts';
import type { EarlyRead } from '../report/text/early-read.ts';
import type { Wait } from '../report/text/summary.ts';
import type { BindingSlot, ModuleSlot } from './modules.ts';
import type { NewEvent, Realm } from './realm.ts';

/** What the parts of a build share. */
export interface BuildState {
  realm: Realm;
  table: BuildTable;
  /** By number: the modules that a module requests, and those that request it. */
  requests: Edges;
  requesters: () => Edges;
  modules: readonly ModuleSlot[];
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
  log(event: NewEvent): TraceEvent;
  /** For a read that came too early: `explain` says of the event why. */
  logEarly(event: NewEvent, explain: (event: TraceEvent) => EarlyRead): void;
  /** All chunks' modules that were asked for have ended. */
  finish(waiting?: readonly Wait[]): void;
}
