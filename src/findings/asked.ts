/**
 * What asked for a module that starts: the host for an entry, or the program for the target of an import().
 *
 * An `entry` event says that an entry's chunk has come to its body, not that somebody asked for it: the chunk of another
 * entry may import it. But what is asked for is evaluated in one job, as far as nothing waits. So of the entries that come
 * to their bodies in one job, it is the last that leads to the others, by its modules or by its chunk.
 */
import { type Edges, reversed } from '../graph/edges.ts';
import { reachedFrom } from '../graph/paths.ts';
import { has, rootsOf } from '../graph/roots.ts';
import { shortestPath } from '../graph/shortest-path.ts';
import type { Manifest } from '../protocol/manifest.ts';
import type { Run, Step } from './run.ts';

export interface Asked {
  /**
   * The modules of which one was asked for, so that the module of this step could start. Several, where the trace doesn't
   * say which; none, where nothing did; undefined, where this step says nothing of it.
   *
   * @param at index of `run.steps`
   */
  at(at: number): number[] | undefined;
}

export function createAsked(manifest: Manifest, run: Run, requests: Edges): Asked {
  const { steps } = run;
  const entered = stepsOf(steps, 'entry');
  const imported = stepsOf(steps, 'import');
  const candidates = [
    ...new Set(manifest.entries.concat([...entered, ...imported].map(({ module }) => module))),
  ];
  const numberOf = new Map(candidates.map((module, number) => [module, number]));
  const reaching = rootsOf(requests, candidates);
  const awaits = manifest.modules.flatMap(({ hasTLA }, module) => (hasTLA ? [module] : []));
  /** By module: whether it waits, or one that it requests. */
  const isAsync = awaits.length > 0 ? reachedFrom(reversed(requests), awaits) : [];
  const hasEntered = new Set(entered.map(({ module }) => module));
  const unentered = manifest.entries.filter((entry) => !hasEntered.has(entry));
  const startedIn = new Map(stepsOf(steps, 'start').map(({ module, job }) => [module, job]));
  const failedIn = new Set(
    manifest.modules.flatMap((_, module) =>
      run.errorOf[module] === undefined ? [] : [startedIn.get(module)],
    ),
  );
  const imports = loadedBy(manifest);
  const lastJob = steps.reduce<number | undefined>((last, { job }) => job ?? last, undefined);
  /** By module: where its import() ended or failed. */
  const settledAt = new Map(stepsOf(steps, 'imported').map(({ module, at }) => [module, at]));
  /** Entries whose chunk is loaded by none that comes to its body later in the same job. */
  const roots = entered.filter(
    ({ job, at, module }) =>
      !entered.some((later) => later.at > at && later.job === job && imports(later.module, module)),
  );

  return {
    at(at) {
      const { type, module, job } = steps[at] as Step;
      // Then what starts says more: this chunk may be imported by that of an entry which failed.
      if (type === 'entry' && isCutShort(job)) return undefined;
      const inSameJob = entered.filter((entry) => entry.job === job);
      const inJob = roots.filter((entry) => entry.job === job && reaches(entry.module, module));
      const [first] = inJob;
      // An entry that failed, or is about to, does not come to its body, but its chunk may have imported this one's.
      const failing = isCutShort(job) ? unentered.filter((entry) => reaches(entry, module)) : [];
      if (first) {
        const root = inJob.reduce(
          (last, entry) => (reaches(entry.module, last.module) ? entry : last),
          first,
        );
        // Or the chunk of one imports it that waits, and comes to its body in a later job.
        const waiting = waitingAfter(at).filter((entry) => reaches(entry, module));
        return [...new Set([root.module, ...waiting, ...failing])];
      }
      const targets = imported.filter((target) => target.at < at && reaches(target.module, module));
      if (targets.length > 0)
        return [
          loadedFirst(
            targets.map((target) => target.module),
            job,
          ),
        ];
      if (failing.length > 0) return failing;
      // Another entry comes to its body in this job: it is what was asked for.
      if (inSameJob.length > 0) return [];
      return [...new Set(waitingAfter(at).concat(unentered))].filter((entry) => reaches(entry, module));
    },
  };

  function waitingAfter(at: number): number[] {
    return entered.flatMap((entry) => (entry.at >= at && isAsync[entry.module] ? [entry.module] : []));
  }

  /** Whether a module threw that started in the job, or the job goes on. */
  function isCutShort(job: number | undefined): boolean {
    return (run.goesOn && job === lastJob) || failedIn.has(job);
  }

  function reaches(root: number, module: number): boolean {
    const bits = reaching[module];
    const number = numberOf.get(root);
    return bits !== undefined && number !== undefined && has(bits, number);
  }

  /** The host says which of several targets is loaded first. That one starts in the same job, unless it waits. */
  function loadedFirst(targets: readonly number[], job: number | undefined): number {
    const first = targets[0] as number;
    const settled = (module: number): number => settledAt.get(module) ?? Number.POSITIVE_INFINITY;
    return (
      targets.find((target) => startedIn.get(target) === job) ??
      targets.reduce((best, target) => (settled(target) < settled(best) ? target : best), first)
    );
  }
}

/**
 * Whether the chunk of one entry loads that of another. Only where a host evaluates each entry in a job of its own:
 * a CommonJS program may have required both.
 */
function loadedBy({ chunks = [], format = '' }: Manifest): (entry: number, loaded: number) => boolean {
  const edges = chunks.map(({ imports }) => imports);
  const numbers = new Map(chunks.map(({ entry }, chunk) => [entry, chunk]));
  return (entry, loaded) => {
    const [from, to] = [numbers.get(entry), numbers.get(loaded)];
    if (from === undefined || to === undefined || !['es', 'system'].includes(format)) return false;
    return shortestPath(edges, from, to).length > 0;
  };
}

type At = Step & { at: number };

const stepsOf = (steps: readonly Step[], type: Step['type']): At[] =>
  steps.flatMap((step, at) => (step.type === type ? [{ ...step, at }] : []));
