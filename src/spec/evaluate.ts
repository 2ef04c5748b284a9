/**
 * Evaluate (sec-moduleevaluation) and what it calls, in ECMA-262's steps, to be read beside it. The text is that of 2026:
 * with [[AsyncEvaluationOrder]] (ecma262#3353), without the hang of #3357, and with rejections in the order of
 * fulfilment (#3695).
 */
import { link } from './link.ts';
import { assert, type CyclicModule, createModule, lastOf, type SourceModule } from './module-record.ts';

/** What the algorithms ask of whoever knows what the bodies of modules do. */
export interface Bodies {
  /**
   * ExecuteModule of a module without a top-level await: runs its whole body.
   *
   * @param path of calls of InnerModuleEvaluation, from the module that was to be evaluated to this one; of a module
   * that had to wait for another, itself alone
   * @returns whether it completed normally
   */
  execute(module: number, path: readonly number[]): boolean;
  /** ExecuteModule of one with a top-level await: its body starts; {@link Evaluation.fulfilled} says when it has ended. */
  start(module: number, path: readonly number[]): void;
  /** The module is not executed yet, because it waits for modules that it requests. */
  wait?(module: number, path: readonly number[]): void;
  /** The evaluation of `module` comes to a request of a module that is in progress. */
  inProgress?(module: number, required: number): void;
  /** InitializeEnvironment: the module is linked. */
  link?(module: number): void;
}

export interface Evaluation {
  modules: readonly CyclicModule[];
  /** Link and Evaluate of an entry, or of the target of a dynamic import once it is loaded. */
  evaluate(module: number): void;
  /** AsyncModuleExecutionFulfilled: the body of a module with a top-level await has ended. */
  fulfilled(module: number): void;
  /** AsyncModuleExecutionRejected: it has thrown. */
  rejected(module: number): void;
}

/** A call of InnerModuleEvaluation that has not returned: `next` is the request that it comes to. */
interface Frame {
  module: CyclicModule;
  next: number;
}

export function createEvaluation(sources: readonly SourceModule[], bodies: Bodies): Evaluation {
  const modules = sources.map(createModule);
  /** [[ModuleAsyncEvaluationCount]] of the agent. */
  let asyncEvaluationCount = 0;
  const at = (index: number): CyclicModule => modules[index] as CyclicModule;
  return {
    modules,
    evaluate(index) {
      for (const { index: linked } of link(modules, at(index))) bodies.link?.(linked);
      evaluate(at(index));
    },
    fulfilled: (index) => asyncModuleExecutionFulfilled(at(index)),
    rejected: (index) => asyncModuleExecutionRejected(at(index), index),
  };

  /** Evaluate ( ) */
  function evaluate(requested: CyclicModule): void {
    let module = requested;
    // 2
    assert(['linked', 'evaluating-async', 'evaluated'].includes(module.status), 'Evaluate, 2');
    // 3
    if (module.status !== 'linked') module = module.cycleRoot ?? module;
    // 4
    if (module.topLevelCapability !== 'empty') return;
    // 5-7
    const stack: CyclicModule[] = [];
    module.topLevelCapability = 'pending';
    // 8
    const error = module.status === 'linked' ? innerModuleEvaluation(module, stack) : module.evaluationError;
    if (error !== null) {
      // 9
      for (const each of stack) {
        assert(each.status === 'evaluating', 'Evaluate, 9.a.i');
        each.status = 'evaluated';
        each.evaluationError = error;
      }
      assert(module.status === 'evaluated' && module.evaluationError === error, 'Evaluate, 9.b');
      module.topLevelCapability = 'rejected';
    } else if (module.status === 'evaluated') {
      // 10.c
      module.topLevelCapability = 'fulfilled';
    }
  }

  /**
   * InnerModuleEvaluation ( module, stack, index ), with its calls in a list: a chain of modules can be long.
   *
   * @returns the module whose error ended it; null if none did
   */
  function innerModuleEvaluation(root: CyclicModule, stack: CyclicModule[]): number | null {
    let index = 0;
    const calls: Frame[] = [];
    const path: number[] = [];
    enter(root);
    for (let call = lastOf(calls); call; call = lastOf(calls)) {
      const { module } = call;
      const request = module.requests[call.next];
      if (request !== undefined) {
        // 11
        call.next++;
        const required = at(request);
        if (required.status === 'linked') {
          enter(required);
          continue;
        }
        // 2-3
        if (required.status !== 'evaluating' && required.evaluationError !== null)
          return required.evaluationError;
        if (required.status === 'evaluating') bodies.inProgress?.(module.index, required.index);
        const error = returned(module, required);
        if (error !== null) return error;
        continue;
      }
      const error = leave(module);
      if (error !== null) return error;
      calls.pop();
      path.pop();
      const caller = lastOf(calls);
      const thrown = caller ? returned(caller.module, module) : null;
      if (thrown !== null) return thrown;
    }
    return null;

    /** 4-10 */
    function enter(module: CyclicModule): void {
      assert(module.status === 'linked', 'InnerModuleEvaluation, 4');
      module.status = 'evaluating';
      module.dfsIndex = index;
      module.dfsAncestorIndex = index;
      module.pendingAsyncDependencies = 0;
      index++;
      stack.push(module);
      calls.push({ module, next: 0 });
      path.push(module.index);
    }

    /** 11.c */
    function returned(module: CyclicModule, required: CyclicModule): number | null {
      let waitedFor = required;
      if (required.status === 'evaluating') {
        module.dfsAncestorIndex = Math.min(module.dfsAncestorIndex, required.dfsAncestorIndex);
      } else {
        assert(required.cycleRoot !== null, 'InnerModuleEvaluation, 11.c.iv.1');
        waitedFor = required.cycleRoot;
        assert(
          ['evaluating-async', 'evaluated'].includes(waitedFor.status),
          'InnerModuleEvaluation, 11.c.iv.2',
        );
        if (waitedFor.evaluationError !== null) return waitedFor.evaluationError;
      }
      if (typeof waitedFor.asyncEvaluationOrder === 'number') {
        module.pendingAsyncDependencies++;
        waitedFor.asyncParentModules.push(module);
      }
      return null;
    }

    /** 12-16 */
    function leave(module: CyclicModule): number | null {
      if (module.pendingAsyncDependencies > 0 || module.hasTLA) {
        assert(module.asyncEvaluationOrder === 'unset', 'InnerModuleEvaluation, 12.a');
        module.asyncEvaluationOrder = asyncEvaluationCount++;
        if (module.pendingAsyncDependencies === 0) bodies.start(module.index, path);
        else bodies.wait?.(module.index, path);
      } else if (!bodies.execute(module.index, path)) return module.index;
      assert(module.dfsAncestorIndex <= module.dfsIndex, 'InnerModuleEvaluation, 15');
      if (module.dfsAncestorIndex !== module.dfsIndex) return null;
      for (let required = stack.pop(); required; required = stack.pop()) {
        assert(required.asyncEvaluationOrder !== 'done', 'InnerModuleEvaluation, 16.b.iv');
        required.status = required.asyncEvaluationOrder === 'unset' ? 'evaluated' : 'evaluating-async';
        required.cycleRoot = module;
        if (required === module) break;
      }
      return null;
    }
  }

  /** GatherAvailableAncestors ( module, execList ), with its calls in a list. */
  function gatherAvailableAncestors(module: CyclicModule): CyclicModule[] {
    const execList: CyclicModule[] = [];
    const isListed = new Set<CyclicModule>();
    const calls: Frame[] = [{ module, next: 0 }];
    for (let call = lastOf(calls); call; call = lastOf(calls)) {
      // 1
      const m = call.module.asyncParentModules[call.next++];
      if (!m) {
        calls.pop();
        continue;
      }
      // 1.a: a module whose sibling threw has no [[CycleRoot]] (ecma262#3766, open), but has its error.
      if (isListed.has(m) || (m.cycleRoot ?? m).evaluationError !== null) continue;
      assert(
        m.status === 'evaluating-async' && m.evaluationError === null,
        'GatherAvailableAncestors, 1.a.i',
      );
      assert(typeof m.asyncEvaluationOrder === 'number', 'GatherAvailableAncestors, 1.a.iii');
      assert(m.pendingAsyncDependencies > 0, 'GatherAvailableAncestors, 1.a.iv');
      m.pendingAsyncDependencies--;
      if (m.pendingAsyncDependencies > 0) continue;
      execList.push(m);
      isListed.add(m);
      if (!m.hasTLA) calls.push({ module: m, next: 0 });
    }
    return execList;
  }

  /** AsyncModuleExecutionFulfilled ( module ) */
  function asyncModuleExecutionFulfilled(module: CyclicModule): void {
    // 1
    if (module.status === 'evaluated') {
      assert(module.evaluationError !== null, 'AsyncModuleExecutionFulfilled, 1.a');
      return;
    }
    // 2-6
    assert(module.status === 'evaluating-async', 'AsyncModuleExecutionFulfilled, 2');
    assert(typeof module.asyncEvaluationOrder === 'number', 'AsyncModuleExecutionFulfilled, 3');
    module.asyncEvaluationOrder = 'done';
    module.status = 'evaluated';
    // 7
    if (module.topLevelCapability === 'pending') module.topLevelCapability = 'fulfilled';
    // 8-11
    const sortedExecList = gatherAvailableAncestors(module).sort(
      (a, b) => Number(a.asyncEvaluationOrder) - Number(b.asyncEvaluationOrder),
    );
    // 12
    for (const m of sortedExecList) {
      if (m.status === 'evaluated') {
        assert(m.evaluationError !== null, 'AsyncModuleExecutionFulfilled, 12.a.i');
      } else if (m.hasTLA) bodies.start(m.index, [m.index]);
      else if (!bodies.execute(m.index, [m.index])) asyncModuleExecutionRejected(m, m.index);
      else {
        m.asyncEvaluationOrder = 'done';
        m.status = 'evaluated';
        if (m.topLevelCapability === 'pending') m.topLevelCapability = 'fulfilled';
      }
    }
  }

  /** AsyncModuleExecutionRejected ( module, error ), with its calls in a list. */
  function asyncModuleExecutionRejected(rejected: CyclicModule, error: number): void {
    const calls: Frame[] = [];
    reject(rejected);
    for (let call = lastOf(calls); call; call = lastOf(calls)) {
      const parent = call.module.asyncParentModules[call.next++];
      if (parent) reject(parent);
      else calls.pop();
    }

    function reject(module: CyclicModule): void {
      // 1
      if (module.status === 'evaluated') {
        assert(module.evaluationError !== null, 'AsyncModuleExecutionRejected, 1.a');
        return;
      }
      // 2-8; while a cycle is being evaluated, its members have not come to evaluating-async.
      assert(typeof module.asyncEvaluationOrder === 'number', 'AsyncModuleExecutionRejected, 3');
      module.evaluationError = error;
      module.status = 'evaluated';
      module.asyncEvaluationOrder = 'done';
      if (module.topLevelCapability === 'pending') module.topLevelCapability = 'rejected';
      calls.push({ module, next: 0 });
    }
  }
}
