/** When modules are instantiated and evaluated, where they wait, and which of them failed. */
import { reachedFrom } from '../graph/paths.ts';
import type {
  BindingKind,
  ExportRow,
  InstantiatedBinding,
  InstantiateEvent,
  SiteRow,
  SuspendEvent,
  TraceEvent,
} from '../protocol.ts';
import { WAITS_SHOWN, type Wait } from '../report/text/summary.ts';
import { bare } from './bare.ts';
import { createInstantiation } from './instantiation.ts';
import type { BindingSlot, ModuleSlot } from './modules.ts';
import type { NewEvent } from './realm.ts';
import type { BuildState } from './state.ts';

const { defineProperty } = Object;

export interface Phases {
  start(module: number): void;
  end(module: number): void;
  suspend(site: number): void;
  resume(site: number): void;
  /** A block begins that waits when it is left, and has been left. */
  enter(site: number): void;
  exit(site: number): void;
  /** A `catch` or `finally` runs: what the module waited for was rejected, if it waits. */
  caught(module: number): void;
  /** The body of a CommonJS module has returned, or thrown. */
  finish(module: number, isReturned: boolean): void;
  /** Nothing caught an error, here the text; `isRejection`: it may be of a promise that no module waits for. */
  tell(error: string, isRejection: boolean): void;
  /** A dynamic import was rejected; `target` is the module that it asked for. */
  fail(error: string, target: number | undefined): void;
  /** Has `idle` called soon. */
  queueCheck(): void;
  /** Modules that wait, and those that wait for them. */
  waiting(): Wait[];
}

/** What else has to hear of the ends of modules. */
export interface PhaseListener {
  ended(module: number): void;
  failed(module: number, error: string | undefined): void;
  /** All that ran has returned or thrown. */
  idle(): void;
}

export function createPhases(state: BuildState, listener: PhaseListener): Phases {
  const { realm, table, requests, requesters, modules, sites, log, locOf, admit } = state;
  const { host } = realm;
  const instantiation = createInstantiation(table, requests, modules);
  /** Modules that have started and neither ended nor failed, by number. */
  let running: number[] = [];
  /** Instantiated modules that have not ended. */
  let pending = 0;
  let isCheckQueued = false;
  /** An error without a text, which the host may tell yet: of several the first, since that one is passed on. */
  let untold: TraceEvent | undefined;
  return { start, end, suspend, resume, enter, exit, caught, finish, tell, fail, queueCheck, waiting };

  function start(index: number): void {
    const module = modules[index] as ModuleSlot;
    if (!module.isInstantiated) instantiate(instantiation.link(index));
    // CommonJS runs what has failed again, as often as it is asked for.
    if (module.status !== 'linked') module.isLogged = admit();
    module.status = 'evaluating';
    untold = undefined;
    module.startedAt = host.now();
    running[running.length] = index;
    queueCheck();
    if (module.isLogged)
      log({ type: 'evaluate-start', module: module.row.path, chunk: module.row.chunk ?? '' });
  }

  function end(index: number): void {
    const module = modules[index] as ModuleSlot;
    caught(index);
    module.status = 'evaluated';
    leave(index);
    if (module.isLogged) {
      log({
        type: 'evaluate-end',
        module: module.row.path,
        duration: host.now() - module.startedAt - module.waited,
      });
    }
    listener.ended(index);
    if (!pending && instantiation.endsAnEntry(index)) state.finish();
  }

  function instantiate(order: readonly number[]): void {
    for (let i = 0; i < order.length; i++) {
      const index = order[i] as number;
      const module = modules[index] as ModuleSlot;
      const { path, chunk, phases } = module.row;
      if (module.isInstantiated) continue;
      module.isInstantiated = true;
      if (chunk === undefined) continue;
      if (phases === true) pending++;
      if (module.isRepeated) module.isLogged = admit();
      if (!module.isLogged) continue;
      // What a CommonJS module exports is no binding.
      const bindings = phases === 'required' ? [] : bindingsOf(module, index);
      const event: NewEvent = { type: 'instantiate', module: path, chunk, bindings };
      // Of a module that shows no start, a reader of the console would wait for it.
      if (phases) log(event);
      else realm.log(event);
    }
  }

  /** The module's own bindings, then what it exports of others. */
  function bindingsOf({ row, bindings }: ModuleSlot, index: number): InstantiatedBinding[] {
    const list: InstantiateEvent['bindings'] = [];
    const add = (name: string, kind: BindingKind, slot: BindingSlot | undefined): void => {
      if (slot?.state) list[list.length] = { name, kind, state: slot.state, observed: slot.isObservedInTime };
    };
    for (let i = 0; i < bindings.length; i++) {
      const slot = bindings[i] as BindingSlot;
      add(slot.row[0], slot.row[1], slot);
    }
    for (let i = 0; i < row.exports.length; i++) {
      const { 0: name, 1: owner, 2: binding } = row.exports[i] as ExportRow;
      if (binding < 0) list[list.length] = { name, kind: 'namespace', state: 'initialized', observed: false };
      else if (owner !== index) add(name, 're-export', modules[owner]?.bindings[binding]);
    }
    return list;
  }

  function suspend(site: number): void {
    const row = sites[site];
    const module = row && modules[row[1]];
    if (!module) return;
    caught(row[1]);
    module.status = 'evaluating-async';
    module.suspendedBy = site;
    module.suspendedAt = host.now();
    module.isWaitLogged = module.isLogged && admit();
    logWait('evaluate-suspend', module, site);
  }

  function resume(site: number): void {
    const row = sites[site];
    if (row) caught(row[1]);
  }

  function enter(site: number): void {
    const row = sites[site];
    const disposals = row && modules[row[1]]?.disposals;
    if (disposals) disposals[disposals.length] = site;
  }

  function exit(site: number): void {
    const row = sites[site];
    const disposals = row && modules[row[1]]?.disposals;
    if (disposals?.length) disposals.length--;
    resume(site);
  }

  function caught(index: number): void {
    const module = modules[index] as ModuleSlot;
    const site = module.suspendedBy;
    if (site < 0) return;
    module.suspendedBy = -1;
    module.waited += host.now() - module.suspendedAt;
    // An error that was taken for its own was another's.
    if (module.status === 'errored') {
      running[running.length] = index;
      pending++;
    }
    module.status = 'evaluating';
    queueCheck();
    logWait('evaluate-resume', module, site);
  }

  function logWait(type: SuspendEvent['type'], module: ModuleSlot, site: number): void {
    if (module.isWaitLogged) log({ type, module: module.row.path, loc: locOf(sites[site] as SiteRow) });
  }

  /** A module that is neither suspended nor finished when its job is over has thrown. */
  function queueCheck(): void {
    if (isCheckQueued) return;
    isCheckQueued = true;
    host.microtask(() => {
      isCheckQueued = false;
      listener.idle();
      failAll();
    });
  }

  function finish(index: number, isReturned: boolean): void {
    if (isReturned) end(index);
    else failOne(index);
  }

  function tell(error: string, isRejection: boolean): void {
    listener.idle();
    const hasFound = failAll(error);
    if (untold) {
      defineProperty(
        untold,
        'error',
        bare({ value: error, enumerable: true, configurable: true, writable: true }),
      );
      untold = undefined;
    } else if (!hasFound && !isRejection) failWaiting(error);
  }

  function fail(error: string, target: number | undefined): void {
    if (untold) tell(error, true);
    else failWaiting(error, target);
  }

  /** Of several that wait, nothing tells which one the error is of. */
  function failWaiting(error: string, target?: number): void {
    const graph = target === undefined ? undefined : reachedFrom(requests, [target]);
    let found = -1;
    for (let i = 0; i < running.length; i++) {
      const index = running[i] as number;
      if (modules[index]?.status !== 'evaluating-async') continue;
      if (graph && !graph[index]) continue;
      if (found >= 0) return;
      found = index;
    }
    if (found >= 0) failOne(found, error);
  }

  /** All that are neither suspended nor finished, nor wait for what a block declared; whether there were any. */
  function failAll(error?: string): boolean {
    let hasFound = false;
    const all = running;
    for (let i = 0; i < all.length; i++) {
      const index = all[i] as number;
      const module = modules[index];
      if (module?.status !== 'evaluating') continue;
      const { disposals } = module;
      if (disposals.length) {
        suspend(disposals[disposals.length - 1] as number);
        continue;
      }
      hasFound = true;
      failOne(index, error);
    }
    return hasFound;
  }

  function failOne(index: number, error?: string): void {
    const module = modules[index] as ModuleSlot;
    module.status = 'errored';
    leave(index);
    if (module.isLogged) {
      const event = log({
        type: 'evaluate-error',
        module: module.row.path,
        ...(error !== undefined && { error }),
      });
      // What is required passes its error on to what requires it, which may catch it.
      if (error === undefined && module.row.phases !== 'required') untold ??= event;
    }
    listener.failed(index, error);
  }

  function leave(index: number): void {
    const others: number[] = [];
    for (let i = 0; i < running.length; i++) {
      const other = running[i] as number;
      if (other !== index) others[others.length] = other;
    }
    running = others;
    if (modules[index]?.row.phases === true) pending--;
  }

  function waiting(): Wait[] {
    const list: Wait[] = [];
    for (let i = 0; i < running.length; i++) {
      const index = running[i] as number;
      const { row, suspendedBy } = modules[index] as ModuleSlot;
      const site = sites[suspendedBy];
      if (!site) continue;
      const importers: string[] = [];
      // Of the others the summary gives the number alone.
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
}
