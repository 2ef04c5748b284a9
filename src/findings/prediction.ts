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

/** Whether evaluating a module throws, by what has ended then. */
type Fails = (module: number, endOf: readonly (number | undefined)[]) => boolean;

/** The timeline of one evaluation, as its bodies run. */
function createTimeline(manifest: Manifest, requests: Requests, fails: Fails) {
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
        if (fails(module, endOf)) return false;
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
      if (fails(module, endOf)) evaluation.rejected(module);
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

/** How many sequences of entries are tried, and how many entries at each place of one. */
const TRIED = 40;
const TRIED_AT_ONCE = 8;

/**
 * Follows the trace: what it asks for is evaluated when it is asked for, and what waits goes on when it went on.
 *
 * An entry's chunk may run because the chunk of another entry imports it, and its event doesn't say so. Of the entries
 * that may have been asked for, it is the one under which the fewest modules left the prescribed order.
 */
export function predict(manifest: Manifest, run: Run): Prediction {
  const chosen: number[] = [];
  let { prediction, open } = follow(manifest, run, chosen);
  let best = agreement(manifest, run, prediction);
  for (let tried = 1; open.length > 0 && tried < TRIED && best < run.starts.length; ) {
    let next = { entry: open[0] as number, prediction, open: [] as readonly number[] };
    const others = open.slice(1, TRIED_AT_ONCE);
    next.open = follow(manifest, run, chosen.concat(next.entry)).open;
    for (const entry of others) {
      tried++;
      const other = follow(manifest, run, chosen.concat(entry));
      const agreeing = agreement(manifest, run, other.prediction);
      if (agreeing <= best) continue;
      best = agreeing;
      next = { entry, ...other };
    }
    tried++;
    chosen.push(next.entry);
    prediction = next.prediction;
    open = next.open;
  }
  return prediction;
}

/** How many modules start where they should, less those that should start and don't; all that started at best. */
function agreement({ modules }: Manifest, run: Run, { starts, startOf }: Prediction): number {
  const hasPhases = (module: number): boolean => modules[module]?.phases === true;
  const actual = run.starts.filter((module) => hasPhases(module) && startOf[module] !== undefined);
  const expected = starts.filter(hasPhases);
  const prescribed = expected.filter((module) => run.startOf[module] !== undefined);
  const apart = actual.filter((module, at) => prescribed[at] !== module).length;
  return run.starts.length - apart - (expected.length - prescribed.length);
}

interface Followed {
  prediction: Prediction;
  /** Entries that may have been asked for after those that were chosen. */
  open: readonly number[];
}

/** @param chosen entries in the sequence in which they were asked for, each where there are several that may have been */
function follow(manifest: Manifest, run: Run, chosen: readonly number[]): Followed {
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
  const all = [...new Set(told.concat(manifest.entries))];
  let choices = 0;
  let open: readonly number[] | undefined;
  /** The entry that is being evaluated: its chunk has not come to its body. */
  let loading: number | undefined;
  /** Targets of dynamic imports that were asked for and have not been evaluated. */
  let asked: number[] = [];
  const reached = new Map<number, readonly boolean[]>();

  for (const [at, { type, module }] of run.steps.entries()) {
    if (type === 'entry') {
      request(module, at);
      if (loading === module) loading = undefined;
      evaluate(module);
    } else if (type === 'import') {
      if (!roots.has(module)) asked.push(module);
    } else if (type === 'imported') evaluate(module);
    else if (type === 'start') request(module, at);
    else if (type === 'read') endedAtRead[module] = hasEnded(run.wrong[module]?.exporter);
    else {
      // An entry whose import throws does not come to its body.
      if (type === 'error') loading = undefined;
      hasSettled[module] = true;
      settle(module);
      settleAll();
    }
  }
  return { prediction: { ...timeline, roots: [...roots], unrequested, endedAtRead }, open: open ?? [] };

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
    const targets = asked.filter((target) => reaches(target, module));
    const entries = loading === undefined ? all.filter((entry) => mayBeAsked(entry, module, at)) : [];
    const imported = targets.length > 0 ? [firstImported(targets, at)] : [];
    const isTold = told.includes(entries[0] ?? -1);
    const candidates = [...new Set(isTold ? entries.concat(imported) : imported.concat(entries))];
    const root = candidates.length > 1 ? choose(candidates) : candidates[0];
    if (root !== undefined && entries.includes(root)) loading = root;
    return root;
  }

  /**
   * The chunk of an entry comes to its body before another entry is asked for: until then the chunks of others run only
   * because it imports them.
   */
  function mayBeAsked(entry: number, module: number, at: number): boolean {
    if (roots.has(entry) || !reaches(entry, module)) return false;
    const own = run.steps.findIndex(
      (step, index) => index >= at && step.type === 'entry' && step.module === entry,
    );
    return run.steps
      .slice(at, Math.max(own, at))
      .every((step) => step.type !== 'entry' || (!step.isFacade && reaches(entry, step.module)));
  }

  function choose(candidates: readonly number[]): number | undefined {
    const choice = chosen[choices++];
    if (choice !== undefined) return choice;
    open ??= candidates;
    return candidates[0];
  }

  /** The host says which of several targets is loaded first. */
  function firstImported(targets: readonly number[], at: number): number {
    const next = run.steps.find(
      ({ type, module }, index) => index > at && type === 'imported' && targets.includes(module),
    );
    return next?.module ?? (targets[0] as number);
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
  fails: Fails,
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
