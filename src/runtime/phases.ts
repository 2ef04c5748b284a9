/** When modules are instantiated and evaluated, where they wait, and which of them failed. */
import type {
  BindingKind,
  ExportRow,
  InstantiatedBinding,
  InstantiateEvent,
  TraceEvent,
} from '../protocol.ts';
import { bare } from './bare.ts';
import type { BuildState } from './build.ts';
import { askedFor, endsAnEntry } from './instantiation.ts';
import type { BindingSlot, ModuleSlot } from './modules.ts';
import type { NewEvent } from './realm.ts';

const { defineProperty } = Object;

export interface Phases {
  start(module: number): void;
  end(module: number): void;
  suspend(site: number): void;
  resume(site: number): void;
  /** @param error text of what nothing caught, where the host tells */
  findErrors(error?: string): void;
}

export function createPhases(state: BuildState): Phases {
  const { realm, table, modules, sites, log } = state;
  const { host } = realm;
  /** Modules that have started and neither ended nor failed. */
  let running: ModuleSlot[] = [];
  /** Instantiated modules that have not ended. */
  let pending = 0;
  let isCheckQueued = false;
  /** The last error without a text: the host may tell it yet. */
  let untold: TraceEvent | undefined;
  return { start, end, suspend, resume, findErrors };

  function start(index: number): void {
    const module = modules[index] as ModuleSlot;
    if (!module.isInstantiated) instantiate(askedFor(table, modules, index));
    module.status = 'evaluating';
    untold = undefined;
    module.startedAt = host.now();
    running[running.length] = module;
    queueCheck();
    log({ type: 'evaluate-start', module: module.row.path, chunk: module.row.chunk ?? '' });
  }

  function end(index: number): void {
    const module = modules[index] as ModuleSlot;
    module.status = 'evaluated';
    leave(module);
    log({
      type: 'evaluate-end',
      module: module.row.path,
      duration: host.now() - module.startedAt - module.waited,
    });
    if (!pending && endsAnEntry(table, index)) state.finish();
  }

  function instantiate(order: readonly number[]): void {
    for (let i = 0; i < order.length; i++) {
      const index = order[i] as number;
      const module = modules[index] as ModuleSlot;
      const { path, chunk, phases } = module.row;
      if (module.isInstantiated) continue;
      module.isInstantiated = true;
      if (chunk === undefined) continue;
      if (phases) pending++;
      const event: NewEvent = {
        type: 'instantiate',
        module: path,
        chunk,
        bindings: bindingsOf(module, index),
      };
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
    const module = moduleAt(site);
    if (!module) return;
    module.status = 'evaluating-async';
    module.suspendedAt = host.now();
  }

  function resume(site: number): void {
    const module = moduleAt(site);
    if (!module) return;
    module.status = 'evaluating';
    module.waited += host.now() - module.suspendedAt;
    queueCheck();
  }

  function moduleAt(site: number): ModuleSlot | undefined {
    const row = sites[site];
    return row && modules[row[1]];
  }

  /** A module that is neither suspended nor finished when its job is over has thrown. */
  function queueCheck(): void {
    if (isCheckQueued) return;
    isCheckQueued = true;
    host.microtask(() => {
      isCheckQueued = false;
      findErrors();
    });
  }

  function findErrors(error?: string): void {
    let hasFound = false;
    for (let i = running.length; i--; ) {
      const module = running[i] as ModuleSlot;
      if (module.status !== 'evaluating') continue;
      module.status = 'errored';
      leave(module);
      const event = log({
        type: 'evaluate-error',
        module: module.row.path,
        ...(error !== undefined && { error }),
      });
      if (error === undefined) untold = event;
      else hasFound = true;
    }
    if (error === undefined || hasFound || !untold) return;
    defineProperty(
      untold,
      'error',
      bare({ value: error, enumerable: true, configurable: true, writable: true }),
    );
    untold = undefined;
  }

  function leave(module: ModuleSlot): void {
    const others: ModuleSlot[] = [];
    for (let i = 0; i < running.length; i++) {
      const other = running[i] as ModuleSlot;
      if (other !== module) others[others.length] = other;
    }
    running = others;
    pending--;
  }
}
