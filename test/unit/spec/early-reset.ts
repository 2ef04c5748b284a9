import type { CyclicModule } from '../../../src/spec/module-record.ts';

export interface EarlyReset {
  /** After each Evaluate, and each end of a body that was suspended: the modules that started with it, in order. */
  step(started: readonly CyclicModule[]): void;
  /** Whether modules that became available together have numbers that put them in another order. */
  isSeen(): boolean;
}

/**
 * The numbers that V8 gives where ECMA-262 has [[AsyncEvaluationOrder]], and SpiderMonkey much like it: it begins anew
 * when the module with the highest number is done, although others that have one may still wait. Both name it a bug
 * (test262#4600, ecma262#3353).
 */
export function createEarlyReset(modules: readonly CyclicModule[]): EarlyReset {
  const numbers = new Map<CyclicModule, number>();
  let next = 0;
  let isSeen = false;

  const isOrdered = (module: CyclicModule): boolean => typeof module.asyncEvaluationOrder === 'number';
  const orderOf = (module: CyclicModule): number => Number(module.asyncEvaluationOrder);
  const give = (module: CyclicModule): void => void numbers.set(module, next++);

  function done(module: CyclicModule): void {
    if (numbers.get(module) === next - 1) next = 0;
    numbers.delete(module);
  }

  return {
    step(started) {
      const available = started.flatMap((module) => numbers.get(module) ?? []);
      // Of two that have the same number, V8 keeps one.
      isSeen ||= available.some((number, i) => number <= (available[i - 1] ?? -1));
      const added = modules.filter((module) => isOrdered(module) && !numbers.has(module));
      for (const module of added.sort((a, b) => orderOf(a) - orderOf(b))) {
        give(module);
        // A module gets another number when its body starts.
        if (started.includes(module)) give(module);
      }
      if (added.length > 0) return;
      for (const module of [...numbers.keys()]) {
        if (!isOrdered(module) && !started.includes(module)) done(module);
      }
      for (const module of started) {
        if (isOrdered(module)) give(module);
        else done(module);
      }
    },
    isSeen: () => isSeen,
  };
}
