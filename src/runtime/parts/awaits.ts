/** Part for top-level await: logs when a module begins to wait and when it resumes. */

import { reachedFrom } from '../../graph/paths.ts';
import type { AwaitCalls } from '../../protocol/calls.ts';
import type { SuspendEvent } from '../../protocol/events.ts';
import type { SiteRow } from '../../protocol/tables.ts';
import { disposable } from '../disposable.ts';
import { each, push } from '../list.ts';
import type { ModuleSlot } from '../modules.ts';
import type { BuildState, Part, Phases } from '../state.ts';

export default function createAwaits(state: BuildState, phases: Phases): Part {
  const { host, requests, modules, sites, log, locOf, admit } = state;
  const suspended = state.safely(suspend);
  const resumed = state.safely((site: number) => {
    const row = sites[site];
    if (row) backIn(row[1]);
  });
  return {
    backIn,
    unowned,
    idle,
    calls: {
      suspend(site, awaited) {
        suspended(site);
        return awaited;
      },
      resume(site, value) {
        resumed(site);
        return value;
      },
      disposal: state.safely(enter),
      disposing: (site) => disposable(() => suspended(site)),
      disposed: state.safely(exit),
    } satisfies AwaitCalls,
  };

  function suspend(site: number): void {
    const row = sites[site];
    const module = row && modules[row[1]];
    if (!module) return;
    backIn(row[1]);
    module.status = 'evaluating-async';
    module.suspendedBy = site;
    module.suspendedAt = host.now();
    // The first wait of a module is kept: without it, its body would seem to run on.
    module.isWaitLogged = module.isLogged && admit(!module.hasWaited, module);
    module.hasWaited = true;
    logWait('evaluate-suspend', module, site);
  }

  function enter(site: number): void {
    const row = sites[site];
    if (row) push(disposalsOf(row), site);
  }

  function exit(site: number): void {
    const row = sites[site];
    if (!row) return;
    const disposals = disposalsOf(row);
    if (disposals.length) disposals.length--;
    backIn(row[1]);
  }

  function disposalsOf(row: SiteRow): number[] {
    return (modules[row[1]] as ModuleSlot).disposals;
  }

  /** A block that was left before its last declaration waits for the resources that it has declared. */
  function idle(): void {
    each(state.running, (index) => {
      const { status, disposals } = modules[index] as ModuleSlot;
      if (status === 'evaluating' && disposals.length) suspend(disposals[disposals.length - 1] as number);
    });
  }

  function backIn(index: number): void {
    const module = modules[index] as ModuleSlot;
    const site = module.suspendedBy;
    if (site < 0) return;
    module.suspendedBy = -1;
    module.waited += host.now() - module.suspendedAt;
    if (module.status === 'errored') phases.revive(index);
    module.status = 'evaluating';
    phases.queueCheck();
    logWait('evaluate-resume', module, site);
  }

  function logWait(type: SuspendEvent['type'], module: ModuleSlot, site: number): void {
    if (module.isWaitLogged) log({ type, module: module.row.path, loc: locOf(sites[site] as SiteRow) });
  }

  /** Assigns the error to the one module that waits; to none where several do. */
  function unowned(error: string, target?: number): void {
    const isInGraph = target === undefined ? undefined : reachedFrom(requests, [target]);
    let waiting = -1;
    for (let i = 0; i < state.running.length; i++) {
      const index = state.running[i] as number;
      if (modules[index]?.status !== 'evaluating-async') continue;
      if (isInGraph && !isInGraph[index]) continue;
      if (waiting >= 0) return;
      waiting = index;
    }
    if (waiting >= 0) phases.failOne(waiting, error);
  }
}
