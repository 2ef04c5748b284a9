import type { BuildTable, Loc, SiteRow, TraceEvent } from '../protocol.ts';
import type { EarlyRead } from '../report/text/early-read.ts';
import type { Wait } from '../report/text/summary.ts';
import type { BindingSlot, ModuleSlot } from './modules.ts';
import type { NewEvent, Realm } from './realm.ts';

/** What the parts of a build share. */
export interface BuildState {
  realm: Realm;
  table: BuildTable;
  modules: readonly ModuleSlot[];
  /** By number. */
  sites: (SiteRow | undefined)[];
  seen: Uint32Array;
  bindingAt(row: SiteRow): BindingSlot | undefined;
  locOf(row: SiteRow): Loc;
  log(event: NewEvent): TraceEvent;
  /** For a read that came too early: `explain` says of the event why. */
  logEarly(event: NewEvent, explain: (event: TraceEvent) => EarlyRead): void;
  /** All chunks' modules that were asked for have ended. */
  finish(waiting?: readonly Wait[]): void;
}
