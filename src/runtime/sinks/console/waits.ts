import { reachedFrom } from '../../../graph/paths.ts';
import { WAITS_SHOWN, type Wait } from '../../../report/text/summary.ts';
import type { ModuleSlot } from '../../modules.ts';
import type { BuildState } from '../../state.ts';

/** Running modules that wait at a top-level await, each with the modules that cannot start before it ends. */
export function waitsOf({ running, requesters, modules, sites, locOf }: BuildState): Wait[] {
  const list: Wait[] = [];
  for (let i = 0; i < running.length; i++) {
    const index = running[i] as number;
    const { row, suspendedBy } = modules[index] as ModuleSlot;
    const site = sites[suspendedBy];
    if (!site) continue;
    const importers: string[] = [];
    // The summary names only the first few; importers of the others are not looked up.
    const isHeld = list.length < WAITS_SHOWN ? reachedFrom(requesters(), [index]) : [];
    for (let j = 0; j < modules.length; j++) {
      const { row: other, isInstantiated, status } = modules[j] as ModuleSlot;
      if (isHeld[j] && isInstantiated && other.phases && status === 'linked')
        importers[importers.length] = other.path;
    }
    list[list.length] = { module: row.path, loc: locOf(site), importers };
  }
  return list;
}
