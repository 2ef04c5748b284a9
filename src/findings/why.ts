/** Why one module ran before another, in lines of text. */
import { reversed } from '../graph/edges.ts';
import { reachedFrom } from '../graph/paths.ts';
import { shortestPath } from '../graph/shortest-path.ts';
import type { Manifest } from '../protocol/manifest.ts';
import type { Context } from './not-run.ts';
import { stackOf } from './prediction.ts';
import { importSteps, pathAt, placeText, requestText } from './words.ts';

/** What {@link why} says where no build has both modules. */
export const noBuildWith = (first: string, second: string): string =>
  `The trace has no build with both ${first} and ${second}: see its modules.`;

/** Undefined where the build lacks one of the modules. A module is named by its path, or by the end of it. */
export function why(context: Context, first: string, second: string): string | undefined {
  const [a, b] = [moduleNamed(context.manifest, first), moduleNamed(context.manifest, second)];
  if (a === undefined || b === undefined) return undefined;
  if (Array.isArray(a)) return ambiguous(first, a);
  if (Array.isArray(b)) return ambiguous(second, b);
  return lines(context, a, b).join('\n');
}

function moduleNamed({ modules }: Manifest, name: string): number | string[] | undefined {
  const exact = modules.findIndex(({ path }) => path === name);
  if (exact >= 0) return exact;
  const ends = modules.flatMap(({ path }, index) => (path.endsWith(`/${name}`) ? [index] : []));
  return ends.length > 1 ? ends.map((index) => modules[index]?.path ?? '') : ends[0];
}

const ambiguous = (name: string, paths: readonly string[]): string =>
  `${name} may be any of these: ${paths.join(', ')}`;

function lines(context: Context, a: number, b: number): string[] {
  const { manifest, run, prediction } = context;
  const [first, second] = [pathAt(manifest, a), pathAt(manifest, b)];
  if (a === b) return [`${first} is one module`];
  const [start, other] = [run.startOf[a], run.startOf[b]];
  if (start === undefined && other === undefined)
    return [`neither ${first} nor ${second} has started`, ...absence(context, a), ...absence(context, b)];
  if (other === undefined) return [`${first} started, ${second} has not started`, ...absence(context, b)];
  if (start === undefined) return [`${first} has not started, ${second} has`, ...absence(context, a)];
  if (other < start)
    return [`${first} did not start before ${second}: it is the other way round`].concat(
      lines(context, b, a),
    );
  const [natively, otherNatively] = [prediction.startOf[a], prediction.startOf[b]];
  const headline = `${first} started before ${second}`;
  if (natively === undefined || otherNatively === undefined || natively > otherNatively) {
    return [`${headline} in this build; by ECMA-262 it does not`].concat(
      natively !== undefined && otherNatively !== undefined ? reasons(context, b, a) : [],
    );
  }
  return [headline].concat(reasons(context, a, b));
}

/** Why a module has not started: one that the same graph evaluates before it failed or waits, or nothing asked for it. */
function absence({ manifest, run, requests }: Context, module: number): string[] {
  const path = pathAt(manifest, module);
  const asked = manifest.entries.concat(
    run.steps.flatMap((step) => (step.type === 'import' ? [step.module] : [])),
  );
  const leadsHere = reachedFrom(reversed(requests), [module]);
  const roots = asked.filter((root) => leadsHere[root]);
  if (roots.length === 0) return [`no entry imports ${path} statically, and no import() has asked for it`];
  const reached = reachedFrom(requests, roots);
  for (const started of run.starts) {
    if (!reached[started]) continue;
    const wait = run.waits[started];
    if (run.errorOf[started] !== undefined) {
      const error = run.errors[started];
      return [
        `${pathAt(manifest, started)} threw before it was the turn of ${path}${error ? `: ${error}` : ''}`,
      ];
    }
    if (wait?.until === Number.POSITIVE_INFINITY && run.endOf[started] === undefined)
      return [
        `${path} comes after ${pathAt(manifest, started)}, which still waits at ${placeText(wait.loc)}`,
      ];
  }
  return [];
}

/** Why the first of two modules comes first by ECMA-262. */
function reasons({ manifest, prediction, requests }: Context, a: number, b: number): string[] {
  const [toA, toB] = [stackOf(prediction, a), stackOf(prediction, b)];
  const [first, second] = [pathAt(manifest, a), pathAt(manifest, b)];
  if (toA[0] !== toB[0]) {
    return [
      `${pathAt(manifest, toA[0] ?? a)}, which leads to ${first}, was asked for before ${pathAt(manifest, toB[0] ?? b)}`,
    ];
  }
  let shared = 0;
  while (toA[shared] !== undefined && toA[shared] === toB[shared]) shared++;
  const fork = toA[shared - 1] as number;
  if (fork === b) {
    const back = steps(manifest, shortestPath(requests, a, b));
    const last = back.pop();
    return steps(manifest, toA.slice(shared - 1)).concat(
      `${second} runs only after its imports`,
      back,
      last === undefined ? [] : `${last}, which is in progress already`,
    );
  }
  const [left, right] = [toA[shared] as number, toB[shared] as number];
  const order = manifest.modules[fork]?.requests.map(({ module }) => module) ?? [];
  const isLater = order.indexOf(left) > order.indexOf(right);
  return steps(manifest, toA.slice(shared - 1)).concat(
    isLater
      ? [`${second} waits for a module with a top-level await, and ${first} does not`]
      : [
          `${requestText(manifest, fork, right)} imports ${pathAt(manifest, right)} only after that`,
          ...steps(manifest, toB.slice(shared)),
        ],
  );
}

const steps = (manifest: Manifest, path: readonly number[]): string[] =>
  importSteps(manifest, path).map(({ text }) => text);
