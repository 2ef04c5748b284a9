/** Link (sec-moduledeclarationlinking) and InnerModuleLinking (sec-InnerModuleLinking), in their steps. */
import { assert, type CyclicModule, lastOf } from './module-record.ts';

/** A call of InnerModuleLinking that has not returned: `next` is the request that it comes to. */
interface Frame {
  module: CyclicModule;
  next: number;
}

/**
 * Links what a module's graph has unlinked. No cycle or import can be wrong here: the bundler has resolved it.
 *
 * The calls are kept in a list, not on the engine's stack: a chain of modules can be long.
 *
 * @returns the modules whose environments were initialized, in that order
 */
export function link(modules: readonly CyclicModule[], root: CyclicModule): CyclicModule[] {
  const order: CyclicModule[] = [];
  // Link, 2-3
  const stack: CyclicModule[] = [];
  let index = 0;
  const calls: Frame[] = [];
  enter(root);
  for (let call = lastOf(calls); call; call = lastOf(calls)) {
    const { module } = call;
    const request = module.requests[call.next];
    if (request !== undefined) {
      // InnerModuleLinking, 9
      call.next++;
      const required = modules[request] as CyclicModule;
      enter(required);
      if (lastOf(calls) === call) returned(module, required);
      continue;
    }
    leave(module);
    calls.pop();
    const caller = lastOf(calls);
    if (caller) returned(caller.module, module);
  }
  // Link, 5-6
  assert(stack.length === 0, 'Link, 6');
  return order;

  function enter(module: CyclicModule): void {
    // 2
    if (module.status !== 'unlinked') return;
    // 3-8
    module.status = 'linking';
    module.dfsIndex = index;
    module.dfsAncestorIndex = index;
    index++;
    stack.push(module);
    calls.push({ module, next: 0 });
  }

  /** 9.c */
  function returned(module: CyclicModule, required: CyclicModule): void {
    assert(required.status !== 'unlinked', 'InnerModuleLinking, 9.c.i');
    if (required.status === 'linking') {
      module.dfsAncestorIndex = Math.min(module.dfsAncestorIndex, required.dfsAncestorIndex);
    }
  }

  /** 10-13 */
  function leave(module: CyclicModule): void {
    order.push(module);
    assert(module.dfsAncestorIndex <= module.dfsIndex, 'InnerModuleLinking, 12');
    if (module.dfsAncestorIndex !== module.dfsIndex) return;
    for (let required = stack.pop(); required; required = stack.pop()) {
      required.status = 'linked';
      if (required === module) return;
    }
  }
}
