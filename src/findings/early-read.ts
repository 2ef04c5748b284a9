/** Explains a read of a binding whose module had not ended, by the cycle of imports between reader and module. */
import type { Edges } from '../graph/edges.ts';
import { shortestPath } from '../graph/shortest-path.ts';
import type { BindingKind, Loc, ModuleStatus, ReadEvent } from '../protocol/events.ts';
import type { ModuleRow } from '../protocol/tables.ts';

export interface EarlyRead {
  read: ReadEvent;
  /** Status of the declaring module at the time of the read. */
  status: ModuleStatus;
  kind?: BindingKind;
  /** Where the binding is declared. */
  declared?: Loc;
  /** Each step imports the next one, the last the first. Empty where no import path leads back. */
  cycle: CycleStep[];
}

export interface CycleStep {
  module: string;
  /** Line of the import, where it is known. */
  line: number | undefined;
  /** `line` is a line of compiled code, see {@link Loc}. */
  compiled: boolean;
}

/** From the importer to the exporter and back; empty where the exporter does not import the importer. */
export function cycleOf(
  rows: readonly ModuleRow[],
  requests: Edges,
  importer: number,
  exporter: number,
): CycleStep[] {
  const back = shortestPath(requests, exporter, importer);
  if (!back.length) return [];
  const path = importer === exporter ? [] : shortestPath(requests, importer, exporter);
  if (path.length) path.length--;
  for (let i = 0; i < back.length - 1; i++) path[path.length] = back[i] as number;
  const steps: CycleStep[] = [];
  for (let i = 0; i < path.length; i++) {
    const row = rows[path[i] as number];
    const next = path[(i + 1) % path.length];
    const requestRows = row?.requests ?? [];
    let line: number | undefined;
    for (let j = 0; j < requestRows.length; j++) {
      // A line 0 is not known.
      if (requestRows[j]?.[0] === next) line = requestRows[j]?.[1] || undefined;
    }
    steps[i] = { module: row?.path ?? '', line, compiled: row?.isCompiled === true };
  }
  return steps;
}
