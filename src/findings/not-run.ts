/** Why a module had not run when one of its bindings was read: by ECMA-262's own evaluation. */
import { shortestPath } from '../graph/shortest-path.ts';
import type { Cause, FindingStep } from '../protocol/finding.ts';
import type { Manifest, ManifestImport } from '../protocol/manifest.ts';
import { type Prediction, stackOf } from './prediction.ts';
import type { Run, Seen, WrongRead } from './run.ts';
import {
  bindingText,
  declarationOf,
  importSteps,
  pathAt,
  placeText,
  requestPlace,
  requestText,
} from './words.ts';

export interface Reason {
  cause: Cause;
  steps: FindingStep[];
  /** Where a request comes too late or closes a cycle. */
  knot: Knot | undefined;
}

/**
 * The place at which the order was decided: `module` is in progress, and its request of `taken` led to the reader. The
 * module that declares the binding comes behind its request of `left`, or is `module` itself.
 */
export interface Knot {
  module: number;
  taken: number;
  left: number | undefined;
  /** The requests that the module's evaluation had come to, from the first module of the graph to the reader. */
  stack: readonly number[];
  /** From the module whose code reads to `module`; behind it the way leads on to the declaration. */
  way: readonly number[];
}

/** A context, and why reads went wrong. */
export interface Explained extends Context {
  /** By index of a wrong read: why its module had not run; undefined where only this build has the read. */
  reasons: readonly (Reason | undefined)[];
}

export interface Context extends Seen {
  prediction: Prediction;
  /** By module, where it throws natively: `seq` of the event of its error. */
  errorOf: Run['errorOf'];
  /** How many events the trace left out. */
  dropped: number;
  /** Nothing has run. */
  isForeseen: boolean;
}

/** The modules through which the importer's name resolves, with the importer; nothing where that is unknown. */
export function wayOf(context: Context, read: WrongRead): number[] {
  const { importer, exporter } = read;
  const known = importOf(context, read);
  if (known) return [importer].concat(known.way);
  return context.requests[importer]?.includes(exporter) ? [importer, exporter] : [];
}

/** What the manifest says of the name that was read. */
export const importOf = (
  { manifest }: Context,
  { importer, exporter, event }: WrongRead,
): ManifestImport | undefined =>
  manifest.modules[importer]?.imports?.find(
    ({ local, module }) => local === event.local && module === exporter,
  );

/** The module whose body runs at the read. A CommonJS module runs as part of the one that required it. */
export function bodyAt({ manifest }: Context, { running, hidden, importer }: WrongRead): number | undefined {
  if (hidden) return importer;
  for (let i = running.length - 1; i >= 0; i--) {
    const module = running[i] as number;
    if (manifest.modules[module]?.phases === true) return module;
  }
  return undefined;
}

/** Why it had not run by the prescribed evaluation, which does not give the binding its value either. */
export function whyNotRun(context: Context, read: WrongRead): Reason {
  const body = bodyAt(context, read);
  if (body === read.exporter) return ownOrder(context, read);
  return (
    waiting(context, read, body) ??
    failed(context, read) ??
    (body === undefined ? undefined : inProgress(context, read, body)) ?? {
      cause: 'unknown',
      steps: [],
      knot: undefined,
    }
  );
}

/** 1. The module's own body, or what it calls, comes before the declaration. */
function ownOrder({ manifest }: Context, { importer, exporter, event, before, threw }: WrongRead): Reason {
  const steps: FindingStep[] = [];
  const path = pathAt(manifest, exporter);
  if (importer !== exporter) {
    const caller = before?.importer === path && before.module === event.importer ? before : undefined;
    const last = caller
      ? ` (${bindingText(caller.name)}, which it read last at ${placeText(caller.loc)})`
      : '';
    steps.push({
      text: `${path} runs code of ${event.importer}${last}, which reads ${bindingText(event.name)}`,
      loc: caller?.loc ?? null,
    });
  }
  const declared = declarationOf(manifest, exporter, event.name);
  const text =
    threw === undefined
      ? `${declared ? placeText(declared) : path} declares ${bindingText(event.name)}, and ${path} has not come to it`
      : `${path} has not come to its end`;
  steps.push({ text, loc: declared });
  return { cause: 'own-order', steps, knot: undefined };
}

/** 2. The module, or one that it requests, waits at its top-level await. */
function waiting(context: Context, read: WrongRead, body: number | undefined): Reason | undefined {
  const { manifest, run, prediction, requests } = context;
  const { exporter, event } = read;
  const start = prediction.startOf[exporter];
  const waits = prediction.waits[exporter] === true;
  const runs = body === undefined ? undefined : prediction.startOf[body];
  // In a sequence of bodies, what started before this one and has not ended waits.
  const hasStarted = start !== undefined && (runs === undefined || start < runs);
  if (!hasStarted && !waits) return undefined;
  const isWaiting = (module: number): boolean => {
    const wait = run.waits[module];
    return wait !== undefined && wait.seq < event.seq && wait.until > event.seq;
  };
  const path = isWaiting(exporter)
    ? [exporter]
    : run.waits
        .map((_, module) => (isWaiting(module) ? shortestPath(requests, exporter, module) : []))
        .filter(({ length }) => length > 0)
        .reduce((best, other) => (best.length > 0 && best.length <= other.length ? best : other), []);
  const last = path[path.length - 1];
  const loc = last === undefined ? undefined : run.waits[last]?.loc;
  if (last === undefined || !loc) return undefined;
  const steps = importSteps(manifest, path);
  steps.push({ text: `${placeText(loc)} waits: ${pathAt(manifest, last)} has a top-level await`, loc });
  return { cause: 'await', steps, knot: undefined };
}

/** 3. An error ended the evaluation before it came to the module. */
function failed(context: Context, read: WrongRead): Reason | undefined {
  const { manifest, run, prediction, requests } = context;
  const { exporter, event } = read;
  if (prediction.startOf[exporter] !== undefined && run.errorOf[exporter] === undefined) return undefined;
  for (const module of [exporter].concat(wayOf(context, read).reverse())) {
    const culprit = prediction.modules[module]?.evaluationError ?? undefined;
    const seq = culprit === undefined ? undefined : run.errorOf[culprit];
    if (culprit === undefined || seq === undefined || seq > event.seq) continue;
    const path = module === culprit ? [] : shortestPath(requests, module, culprit);
    const steps = importSteps(manifest, path);
    const error = run.errors[culprit];
    steps.push({
      text: `${pathAt(manifest, culprit)} threw${error === undefined ? '' : `: ${error}`}`,
      loc: null,
    });
    const name = pathAt(manifest, exporter);
    if (culprit !== exporter) steps.push({ text: `so ${name} never ran`, loc: null });
    return { cause: 'error', steps, knot: undefined };
  }
  return undefined;
}

/** 4. A module on the way to the declaration is in progress: its request that led here comes before. */
function inProgress(context: Context, read: WrongRead, body: number): Reason | undefined {
  const { manifest, prediction, requests } = context;
  const { importer, exporter } = read;
  const stack = stackOf(prediction, body);
  const shortest = (): number[] => [importer].concat(shortestPath(requests, importer, exporter).slice(1));
  const knot = knotOf(manifest, stack, wayOf(context, read)) ?? knotOf(manifest, stack, shortest());
  if (!knot) return undefined;
  const cause = knot.left === undefined ? 'cycle' : 'request-order';
  return { cause, steps: stepsOf(context, read, knot), knot };
}

function knotOf({ modules }: Manifest, stack: readonly number[], way: readonly number[]): Knot | undefined {
  for (let i = way.length - 1; i >= 0; i--) {
    const module = way[i] as number;
    const at = stack.indexOf(module);
    if (at < 0) continue;
    const taken = stack[at + 1];
    if (taken === undefined) return undefined;
    const left = way[i + 1];
    const order = modules[module]?.requests.map((request) => request.module) ?? [];
    if (left !== undefined && order.indexOf(left) <= order.indexOf(taken)) return undefined;
    return { module, taken, left, stack, way: way.slice(0, i + 1) };
  }
  return undefined;
}

function stepsOf({ manifest }: Context, { event, importer, exporter }: WrongRead, knot: Knot): FindingStep[] {
  const { module, taken, left, stack, way } = knot;
  const down = stack.slice(stack.indexOf(module));
  const body = stack[stack.length - 1] as number;
  const first: FindingStep = {
    text:
      left === undefined
        ? `${requestText(manifest, module, taken)} imports ${pathAt(manifest, taken)}, and ${pathAt(manifest, module)} runs only after its imports`
        : `${requestText(manifest, module, taken)} imports ${pathAt(manifest, taken)}, and ${pathAt(manifest, left)} only after it (${requestText(manifest, module, left)})`,
    loc: requestPlace(manifest, module, taken),
  };
  const steps = [first].concat(importSteps(manifest, down.slice(1)));
  if (body !== importer) {
    steps.push({
      text: `${pathAt(manifest, body)} runs code of ${pathAt(manifest, importer)}, which reads ${bindingText(event.name)}`,
      loc: null,
    });
  }
  const back = importSteps(manifest, way);
  const last = back[back.length - 1];
  const name = pathAt(manifest, exporter);
  if (last) {
    back[back.length - 1] = {
      ...last,
      text: `${last.text}, which is in progress already${left === undefined ? '' : `, so ${name} was not run first`}`,
    };
  }
  return steps.concat(back);
}
