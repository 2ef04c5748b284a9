/** What ECMA-262 keeps of a module while it links and evaluates it (sec-cyclic-module-records, table 39). */

/** A module as its source has it: what the algorithms are given. */
export interface SourceModule {
  /** [[RequestedModules]], as the host resolved them: indices of modules, in the order of the source. */
  requests: readonly number[];
  /** [[HasTLA]]: the source has an `await` at its top level, reached or not. */
  hasTLA: boolean;
}

/** [[Status]]. `new` and `unlinked` are one here: the whole graph is loaded before anything is linked. */
export type Status = 'unlinked' | 'linking' | 'linked' | 'evaluating' | 'evaluating-async' | 'evaluated';

/** A Cyclic Module Record: its fields by their names in ECMA-262. */
export interface CyclicModule extends SourceModule {
  index: number;
  status: Status;
  /** [[EvaluationError]]: the module whose body threw it; null for *empty*. */
  evaluationError: number | null;
  dfsIndex: number;
  dfsAncestorIndex: number;
  /** [[CycleRoot]]; null for *empty*. */
  cycleRoot: CyclicModule | null;
  asyncEvaluationOrder: 'unset' | number | 'done';
  /** [[TopLevelCapability]]: whether there is one, and what became of its promise. */
  topLevelCapability: 'empty' | 'pending' | 'fulfilled' | 'rejected';
  asyncParentModules: CyclicModule[];
  pendingAsyncDependencies: number;
}

export const createModule = ({ requests, hasTLA }: SourceModule, index: number): CyclicModule => ({
  index,
  requests,
  hasTLA,
  status: 'unlinked',
  evaluationError: null,
  dfsIndex: 0,
  dfsAncestorIndex: 0,
  cycleRoot: null,
  asyncEvaluationOrder: 'unset',
  topLevelCapability: 'empty',
  asyncParentModules: [],
  pendingAsyncDependencies: 0,
});

/** What is an assertion in ECMA-262: where it fails, the algorithm was not followed. */
export function assert(holds: boolean, step: string): asserts holds {
  if (!holds) throw new Error(`An assertion of ECMA-262 does not hold: ${step}`);
}

/** The bundle carries these algorithms, and `at` is younger than ES2020. */
export const lastOf = <T>(list: readonly T[]): T | undefined => list[list.length - 1];
