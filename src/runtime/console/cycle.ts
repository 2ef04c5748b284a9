/** The cycle of imports that an early read stands in. */
import type { Edges } from '../../graph/edges.ts';
import { shortestPath } from '../../graph/shortest-path.ts';
import type { ModuleRow } from '../../protocol.ts';
import type { CycleStep } from '../../report/text/early-read.ts';
import { bare } from '../bare.ts';

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
    const made = row?.requests ?? [];
    let line: number | undefined;
    for (let j = 0; j < made.length; j++) if (made[j]?.[0] === next) line = made[j]?.[1];
    steps[i] = bare({
      module: row?.path ?? '',
      ...(line !== undefined && { line }),
      ...(row?.isCompiled && { compiled: true }),
    });
  }
  return steps;
}
