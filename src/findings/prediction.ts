/**
 * What ECMA-262 prescribes for the modules of a build, given what the trace can't predict: in which sequence entries
 * and dynamic imports were asked for, which modules threw, and in which order those that wait went on.
 */
import { reachedFrom } from '../graph/paths.ts';
import type { Manifest } from '../protocol/manifest.ts';
import { createEvaluation, type Evaluation } from '../spec/evaluate.ts';
import type { CyclicModule } from '../spec/module-record.ts';
import type { Run } from './run.ts';

/** Times are positions in the prescribed sequence of starts and ends. */
export interface Prediction {
  /** Modules in the order in which they start. */
  starts: readonly number[];
  /** By module: when it starts and ends, undefined where it doesn't. */
  startOf: readonly (number | undefined)[];
  endOf: readonly (number | undefined)[];
  /** By module: the one whose request led to it, undefined for the first of its graph. */
  callerOf: readonly (number | undefined)[];
  /** By module: whether it waits for modules that it requests. */
  waits: readonly (boolean | undefined)[];
  /** Requests that came to a module in progress. */
  inProgress: readonly (readonly [module: number, required: number])[];
  /** Modules that started in the trace before anything asked for them. */
  unrequested: readonly number[];
  /** What was evaluated, in this sequence: entries and targets of dynamic imports. */
  roots: readonly number[];
  /** By index of a wrong read: whether the module that declares the binding had ended. */
  endedAtRead: readonly boolean[];
  /** [[Status]] and [[EvaluationError]] in the end. */
  modules: readonly CyclicModule[];
}

/** Requests by module, as the sources have them or would have them after a change. */
export type Requests = readonly (readonly number[])[];

export const requestsOf = ({ modules }: Manifest): Requests =>
  modules.map(({ requests }) => requests.map(({ module }) => module));

/** The timeline of one evaluation, as its bodies run. */
function createTimeline(manifest: Manifest, requests: Requests, fails: (module: number) => boolean) {
  const starts: number[] = [];
  const startOf: (number | undefined)[] = [];
  const endOf: (number | undefined)[] = [];
  const callerOf: (number | undefined)[] = [];
  const waits: (boolean | undefined)[] = [];
  const inProgress: (readonly [number, number])[] = [];
  /** Modules that wait at an await of their own, in the order of their starts. */
  const pending: number[] = [];
  let time = 0;
  const start = (module: number, path: readonly number[]): void => {
    starts.push(module);
    startOf[module] = time++;
    follow(path);
  };
  /** The modules of a path below one whose caller is known are known too. */
  const follow = (path: readonly number[]): void => {
    for (let i = path.length - 1; i > 0; i--) {
      const module = path[i] as number;
      if (callerOf[module] !== undefined) return;
      callerOf[module] = path[i - 1];
    }
  };
  const evaluation: Evaluation = createEvaluation(
    manifest.modules.map(({ hasTLA = false }, index) => ({ requests: requests[index] ?? [], hasTLA })),
    {
      execute(module, path) {
        start(module, path);
        if (fails(module)) return false;
        endOf[module] = time++;
        return true;
      },
      start(module, path) {
        start(module, path);
        pending.push(module);
      },
      wait(module, path) {
        waits[module] = true;
        follow(path);
      },
      inProgress: (module, required) => void inProgress.push([module, required]),
    },
  );
  return {
    evaluation,
    pending,
    timeline: { starts, startOf, endOf, callerOf, waits, inProgress, modules: evaluation.modules },
    /** The body of a module with a top-level await has come to its end, or has thrown. */
    settle(module: number): void {
      const at = pending.indexOf(module);
      if (at < 0) return;
      pending.splice(at, 1);
      if (fails(module)) evaluation.rejected(module);
      else {
        endOf[module] = time++;
        evaluation.fulfilled(module);
      }
    },
  };
}

/** Whether evaluating a module throws. A CommonJS module throws where it is required. */
export const hasThrown = ({ modules }: Manifest, run: Run, module: number): boolean =>
  run.errorOf[module] !== undefined && modules[module]?.phases !== 'required';

/** Follows the trace: what it asks for is evaluated when it is asked for, and what waits goes on when it went on. */
export function predict(manifest: Manifest, run: Run): Prediction {
  const requests = requestsOf(manifest);
  const hasSettled: boolean[] = [];
  const { evaluation, timeline, pending, settle } = createTimeline(manifest, requests, (module) =>
    hasThrown(manifest, run, module),
  );
  const { modules } = evaluation;
  const roots = new Set<number>();
  const unrequested: number[] = [];
  const endedAtRead: boolean[] = [];
  /** Entries in the sequence in which their chunks came to their bodies, and those of which that is unknown. */
  const told = run.steps.flatMap(({ type, module }) => (type === 'entry' ? [module] : []));
  const untold = manifest.entries.filter((entry) => !told.includes(entry));
  let nextTold = 0;
  /** An entry is being evaluated: its chunk has not come to its body. */
  let isLoading = false;
  /** Targets of dynamic imports that were asked for and have not been evaluated. */
  let asked: number[] = [];
  const reached = new Map<number, readonly boolean[]>();

  for (const [at, { type, module }] of run.steps.entries()) {
    if (type === 'entry') {
      if (told[nextTold] === module) nextTold++;
      isLoading = false;
      evaluate(module);
    } else if (type === 'import') {
      if (!roots.has(module)) asked.push(module);
    } else if (type === 'imported') evaluate(module);
    else if (type === 'start') request(module, at);
    else if (type === 'read') endedAtRead[module] = hasEnded(run.wrong[module]?.exporter);
    else {
      hasSettled[module] = true;
      settle(module);
      settleAll();
    }
  }
  return { ...timeline, roots: [...roots], unrequested, endedAtRead };

  function hasEnded(module: number | undefined): boolean {
    return module !== undefined && timeline.endOf[module] !== undefined;
  }

  function evaluate(root: number): void {
    asked = asked.filter((target) => target !== root);
    roots.add(root);
    evaluation.evaluate(root);
    settleAll();
  }

  /** In the trace a body may end before the prescribed evaluation comes to it. */
  function settleAll(): void {
    for (let next = find(); next !== undefined; next = find()) settle(next);
    function find(): number | undefined {
      return pending.find((module) => hasSettled[module]);
    }
  }

  /** A module has started: evaluates what must have asked for it. */
  function request(module: number, at: number): void {
    if (modules[module]?.status !== 'unlinked') return;
    const root = rootOf(module, at);
    if (root === undefined) unrequested.push(module);
    else evaluate(root);
  }

  function rootOf(module: number, at: number): number | undefined {
    const entry = told[nextTold];
    if (entry !== undefined && !isLoading && reaches(entry, module)) {
      isLoading = true;
      return entry;
    }
    const targets = asked.filter((target) => reaches(target, module));
    if (targets.length > 0) return firstImported(targets, at);
    if (isLoading) return undefined;
    return untold.find((each) => !roots.has(each) && reaches(each, module));
  }

  /** The host says which of several targets is loaded first. */
  function firstImported(targets: readonly number[], at: number): number | undefined {
    const next = run.steps.find(
      ({ type, module }, index) => index > at && type === 'imported' && targets.includes(module),
    );
    return next?.module ?? targets[0];
  }

  function reaches(root: number, module: number): boolean {
    const known = reached.get(root) ?? reachedFrom(requests, [root]);
    reached.set(root, known);
    return known[module] === true;
  }
}

/** The prescribed order for changed sources: the same roots in the same sequence, one after another. */
export function predictChanged(
  manifest: Manifest,
  requests: Requests,
  roots: readonly number[],
  fails: (module: number) => boolean,
): Pick<Prediction, 'startOf' | 'endOf'> {
  const { evaluation, timeline, pending, settle } = createTimeline(manifest, requests, fails);
  for (const root of roots) {
    evaluation.evaluate(root);
    for (let next = pending[0]; next !== undefined; next = pending[0]) settle(next);
  }
  return timeline;
}

/** The modules whose requests led to a module, the first of its graph first, itself last. */
export function stackOf({ callerOf }: Pick<Prediction, 'callerOf'>, module: number): number[] {
  const stack: number[] = [];
  for (let at: number | undefined = module; at !== undefined; at = callerOf[at]) stack.push(at);
  return stack.reverse();
}
