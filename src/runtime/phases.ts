/** When modules are instantiated and evaluated, and which of them failed. */
import type { NewEvent } from '../protocol/calls.ts';
import type { BindingKind, InstantiatedBinding, TraceEvent } from '../protocol/events.ts';
import { bare } from './bare.ts';
import { createInstantiation } from './instantiation.ts';
import { each, push, without } from './list.ts';
import type { BindingSlot, ModuleSlot } from './modules.ts';
import type { BuildState, Phases } from './state.ts';

const { create, defineProperty } = Object;

export interface CorePhases extends Phases {
  entry(module: number, chunk: string): void;
  start(module: number): void;
  end(module: number): void;
  /**
   * Called by the host with the text of each error that nothing caught; an unhandled rejection (`isRejection`) may have
   * nothing to do with a module.
   */
  tell(error: string, isRejection: boolean): void;
}

export function createPhases(state: BuildState): CorePhases {
  const { shared, host, table, requests, modules, log, admit } = state;
  const instantiation = createInstantiation(table, requests, modules);
  /** Number of instantiated modules that show their end and have not ended. */
  let pending = 0;
  let isCheckQueued = false;
  /** See `job` of an `evaluate-start` event. */
  let job = 1;
  /** File names of entries' chunks that have begun. */
  const entered: Record<string, boolean> = create(null);
  /**
   * The first `evaluate-error` event that has no text yet: the host may report the text later. The first, because its
   * error is the one that propagates.
   */
  let unexplained: TraceEvent | undefined;
  return { entry, start, end, finish, tell, fail, failOne, revive, queueCheck };

  function entry(index: number, chunk: string): void {
    const { row, isRepeated } = modules[index] as ModuleSlot;
    // A CommonJS chunk that failed runs again each time it is required.
    const isFirst = !isRepeated && !entered[chunk];
    entered[chunk] = true;
    queueCheck();
    if (isFirst || admit()) log({ type: 'entry', module: row.path, chunk, job });
  }

  function start(index: number): void {
    const module = modules[index] as ModuleSlot;
    if (!module.isInstantiated) instantiate(instantiation.link(index));
    // A CommonJS module that failed runs again each time it is required.
    if (module.status !== 'linked') module.isLogged = admit();
    module.status = 'evaluating';
    unexplained = undefined;
    push(state.running, index);
    queueCheck();
    if (module.isLogged)
      log({ type: 'evaluate-start', module: module.row.path, chunk: module.row.chunk ?? '', job });
    // A sink may have taken its time.
    module.startedAt = host.now();
  }

  function end(index: number): void {
    const module = modules[index] as ModuleSlot;
    state.tell('backIn', index);
    module.status = 'evaluated';
    leave(index);
    if (module.isLogged) {
      log({
        type: 'evaluate-end',
        module: module.row.path,
        duration: host.now() - module.startedAt - module.waited,
      });
    }
    state.tell('ended', index);
    // Not while the module that has required this one runs.
    if (!pending && !state.running.length && instantiation.endsAnEntry(index)) state.tell('finish', false);
  }

  function instantiate(order: readonly number[]): void {
    each(order, (index) => {
      const module = modules[index] as ModuleSlot;
      const { path, chunk, phases, isExcluded } = module.row;
      if (module.isInstantiated) return;
      module.isInstantiated = true;
      if (chunk === undefined) return;
      if (phases === true) pending++;
      if (module.isRepeated) module.isLogged = admit();
      if (!module.isLogged) return;
      // Exports of a CommonJS module are no bindings.
      const bindings = isExcluded ? null : phases === 'required' ? [] : bindingsOf(module, index);
      const event: NewEvent = { type: 'instantiate', module: path, chunk, bindings };
      // A module that shows no start is left out of the sinks: a reader of the console would wait for its start.
      if (phases) log(event);
      else shared.log(event);
    });
  }

  /** The module's own bindings, then its re-exports and namespaces. */
  function bindingsOf({ row, bindings }: ModuleSlot, index: number): InstantiatedBinding[] {
    const list: InstantiatedBinding[] = [];
    const add = (name: string, kind: BindingKind, slot: BindingSlot | undefined): void => {
      if (slot?.state) push(list, { name, kind, state: slot.state, observed: slot.isObservedInTime });
    };
    each(bindings, (slot) => add(slot.row[0], slot.row[1], slot));
    each(row.exports, ({ 0: name, 1: owner, 2: binding }) => {
      if (binding < 0) push(list, { name, kind: 'namespace', state: 'initialized', observed: false });
      else if (owner !== index) add(name, 're-export', modules[owner]?.bindings[binding]);
    });
    return list;
  }

  function revive(index: number): void {
    push(state.running, index);
    pending++;
  }

  /** Checks in a microtask: a module that is then neither suspended nor finished has thrown. */
  function queueCheck(): void {
    if (isCheckQueued) return;
    isCheckQueued = true;
    host.microtask(() => {
      isCheckQueued = false;
      job++;
      state.tell('idle');
      failAll();
    });
  }

  function finish(index: number, isReturned: boolean): void {
    if (isReturned) end(index);
    else failOne(index);
  }

  function tell(error: string, isRejection: boolean): void {
    state.tell('idle');
    const hasFailed = failAll(error);
    if (unexplained) {
      defineProperty(
        unexplained,
        'error',
        bare({ value: error, enumerable: true, configurable: true, writable: true }),
      );
      shared.retell(unexplained);
      unexplained = undefined;
    } else if (!hasFailed && !isRejection) state.tell('unowned', error);
  }

  function fail(error: string, target: number | undefined): void {
    if (unexplained) tell(error, true);
    else state.tell('unowned', error, target);
  }

  /** Fails the running modules that are not suspended; says whether there were any. */
  function failAll(error?: string): boolean {
    let hasFailed = false;
    each(state.running, (index) => {
      if (modules[index]?.status !== 'evaluating') return;
      hasFailed = true;
      failOne(index, error);
    });
    return hasFailed;
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
      // The error of a required module goes to its importer, which may catch it.
      if (error === undefined && module.row.phases !== 'required') unexplained ??= event;
    }
    state.tell('failed', index, error);
  }

  function leave(index: number): void {
    state.running = without(state.running, index);
    if (modules[index]?.row.phases === true) pending--;
  }
}
