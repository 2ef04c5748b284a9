/** The cycle of imports that an early read stands in. */
import type { ModuleRow } from '../protocol.ts';
import type { CycleStep } from '../report/text/early-read.ts';
import { requestPath } from './requests.ts';

/** From the importer to the exporter and back; empty where the exporter does not import the importer. */
export function cycleOf(rows: readonly ModuleRow[], importer: number, exporter: number): CycleStep[] {
  const back = requestPath(rows, exporter, importer);
  if (!back.length) return [];
  const path = importer === exporter ? [] : requestPath(rows, importer, exporter);
  if (path.length) path.length--;
  for (let i = 0; i < back.length - 1; i++) path[path.length] = back[i] as number;
  const steps: CycleStep[] = [];
  for (let i = 0; i < path.length; i++) {
    const row = rows[path[i] as number];
    const next = path[(i + 1) % path.length];
    const requests = row?.requests ?? [];
    let line = 1;
    for (let j = 0; j < requests.length; j++) if (requests[j]?.[0] === next) line = requests[j]?.[1] ?? line;
    steps[i] = { module: row?.path ?? '', line };
  }
  return steps;
}
