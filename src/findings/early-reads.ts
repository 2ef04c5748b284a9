/** Reads of a binding that had no value yet: EARLY_READ and MASKED_TDZ. */
import type { BindingKind } from '../protocol/events.ts';
import type { Finding, FindingStep, Native, Remedy, Severity } from '../protocol/finding.ts';
import { bodyAt, type Context, importOf, type Reason, whyNotRun } from './not-run.ts';
import { predict } from './prediction.ts';
import { type Check, createCheck, remediesFor } from './remedies.ts';
import type { WrongRead } from './run.ts';
import {
  bindingOf,
  bindingText,
  declarationOf,
  ENTRY_UNKNOWN,
  isLexical,
  pathAt,
  placeText,
} from './words.ts';

/** Remedies are checked for this many reads: each check evaluates the graph anew. */
const CHECKED = 50;

/** @param reasons by index of a wrong read: why its module had not run, where natively it may not have run either */
export function earlyReads(context: Context, reasons: readonly (Reason | undefined)[]): Finding[] {
  const check = createCheck(context);
  return context.run.wrong.map((read, index) =>
    findingOf(context, read, index, reasons[index] ?? UNKNOWN, index < CHECKED ? check : undefined),
  );
}

/** Where the errors of bodies differ: by module, `seq` of the event of its error natively, undefined where it has none. */
export function errorsNatively(context: Context): (number | undefined)[] {
  const { run } = context;
  const errorOf = run.errorOf.slice();
  run.wrong.forEach((read, index) => {
    const body = read.running[read.running.length - 1];
    if (body === undefined) return;
    const given = givenNatively(context, read, index);
    const isCaught = importOf(context, read)?.guard === 'catch';
    // Natively the read has its value, or throws.
    if (given === 'value' && read.outcome === 'error') errorOf[body] = undefined;
    else if (isMasked(context, read, given) && !isCaught)
      errorOf[body] = Math.min(errorOf[body] ?? Number.POSITIVE_INFINITY, read.event.seq);
  });
  return errorOf;
}

/** Natively its body may have failed by another read, so that it does not come to this one. */
function mayHaveFailed({ run, errorOf }: Context, { running, event }: WrongRead): boolean {
  const body = running[running.length - 1];
  const error = body === undefined ? undefined : errorOf[body];
  return error !== undefined && error < event.seq && run.errorOf[body as number] !== error;
}

/** It did not throw, and throws natively. */
const isMasked = (context: Context, read: WrongRead, given: Given): boolean =>
  (read.event.state === 'undefined' || read.hidden !== undefined) &&
  isLexical(kindOf(context, read)) &&
  given === 'nothing';

/** The finding of a read, by `seq` of its event, which is the first of its place. */
export function earlyReadAt(context: Context, seq: number): Finding | undefined {
  const index = context.run.wrong.findIndex(({ event }) => event.seq === seq);
  const read = context.run.wrong[index];
  return read && findingOf(context, read, index, whyNotRun(context, read), createCheck(context));
}

function findingOf(
  context: Context,
  read: WrongRead,
  index: number,
  whyNot: Reason,
  check: Check | undefined,
): Finding {
  const { manifest } = context;
  const { event, importer, exporter } = read;
  const { name, loc } = event;
  const declared = declarationOf(manifest, exporter, name);
  const given = givenNatively(context, read, index);
  const masked = isMasked(context, read, given);
  const native: Native =
    given === 'value' || masked
      ? 'differs'
      : given === 'unknown' || mayHaveFailed(context, read)
        ? 'unknown'
        : 'same';
  const reason: Reason =
    given === 'nothing' ? whyNot : given === 'value' ? byThisBuild(context, read) : UNKNOWN;
  const remedies = (): Remedy[] => {
    // Of what differs only a build can say whether a change mends it.
    if (masked) return check ? unchecked(remediesFor(context, read, reason, check)) : [];
    if (given === 'nothing') return check ? remediesFor(context, read, reason, check) : [];
    return check && given === 'value' && reason.cause === 'await' ? remediesInOneChunk(context, read) : [];
  };
  const times = read.times > 1 ? ` (${read.times} times)` : '';
  return {
    code: masked ? 'MASKED_TDZ' : 'EARLY_READ',
    severity: severityOf(context, read),
    message: `${placeText(loc)} ${toldOf(read, bindingText(name), pathAt(manifest, exporter))}: ${resultText(read, native, masked)}${times}`,
    native,
    modules: [...new Set([importer, exporter, ...(reason.knot?.stack ?? [])])].map((module) =>
      pathAt(manifest, module),
    ),
    binding: name,
    loc,
    seq: event.seq,
    ...(declared && { declared }),
    path: reason.steps,
    cause: reason.cause,
    remedies: remedies(),
    ...caveatOf(context, read),
  };
}

const UNKNOWN: Reason = { cause: 'unknown', steps: [], knot: undefined };

const toldOf = ({ threw }: WrongRead, name: string, path: string): string =>
  threw === undefined
    ? `reads ${name} of ${path} before it has a value`
    : `uses ${name} of ${path} before ${path} has run`;

/** What a read gives that throws natively. */
const MASKS = {
  dropped: 'this build dropped the read',
  inlined: 'this build has a constant there, or dropped the read',
  value: 'in this build it has one',
};

function resultText({ event, threw, hidden }: WrongRead, native: Native, isMasked: boolean): string {
  if (isMasked)
    return `${hidden ? MASKS[hidden] : 'undefined'}, where it throws a ReferenceError without bundling`;
  const result = threw ?? (event.state === 'uninitialized' ? 'ReferenceError' : 'undefined');
  if (native === 'same') return `${result}, and without bundling as well`;
  return native === 'differs' ? `${result}, in this build only` : result;
}

/** An error that the program caught broke nothing, and `undefined` may be what it tests for. */
function severityOf(context: Context, read: WrongRead): Severity {
  const guard = importOf(context, read)?.guard;
  const isUndefined = read.event.state === 'undefined';
  if (guard === 'catch' || (isUndefined && guard === 'test')) return 'warning';
  if (read.outcome === 'error') return 'error';
  return !isUndefined && read.outcome === 'unknown' ? 'error' : 'warning';
}

function caveatOf({ dropped, prediction }: Context, { event, running }: WrongRead): Pick<Finding, 'caveat'> {
  const caveats = [
    dropped > 0 && `\`limit\` dropped ${dropped} events`,
    event.state === 'uninitialized' &&
      running.length === 0 &&
      'whether the program caught the error is unknown',
    prediction.others.length > 0 && ENTRY_UNKNOWN,
  ].filter((caveat) => caveat !== false);
  return caveats.length > 0 ? { caveat: caveats.join('; ') } : {};
}

/** Undefined for a function that uses its module too early: that natively it is there from the start mends nothing. */
const kindOf = ({ manifest }: Context, { exporter, event, threw }: WrongRead): BindingKind | undefined =>
  threw === undefined ? bindingOf(manifest, exporter, event.name)?.kind : undefined;

/** What the prescribed evaluation gives the read, whichever entry was asked for. */
export function givenNatively(context: Context, read: WrongRead, index: number): Given {
  const predictions = [context.prediction, ...context.prediction.others];
  const [given = 'unknown', ...others] = predictions.map((prediction) =>
    givenBy({ ...context, prediction }, read, index),
  );
  return others.every((other) => other === given) ? given : 'unknown';
}

type Given = 'value' | 'nothing' | 'unknown';

function givenBy(context: Context, read: WrongRead, index: number): Given {
  const { prediction, run } = context;
  const kind = kindOf(context, read);
  const { importer, exporter, event } = read;
  // Functions and namespace objects have their values before any module runs.
  if (kind === 'function' || event.name === '*') return 'value';
  const body = bodyAt(context, read);
  // The timer of a module that natively does not run is not set.
  if (body === undefined && run.startOf[importer] !== undefined && prediction.startOf[importer] === undefined)
    return 'unknown';
  // Once it has waited, a body is no longer within the sequence of starts.
  if (body === undefined || (read.hasWaited && body !== exporter)) {
    return prediction.endedAtRead[index] ? 'value' : 'nothing';
  }
  if (body === exporter) return 'nothing';
  const [start, end] = [prediction.startOf[body], prediction.endOf[exporter]];
  // Nothing had asked for the module that reads: natively it does not read now.
  if (prediction.unrequested.includes(body)) return 'value';
  if (start === undefined) return 'unknown';
  return end !== undefined && end < start ? 'value' : 'nothing';
}

/** The prescribed evaluation gives the binding its value before. */
function byThisBuild(context: Context, read: WrongRead): Reason {
  const { manifest, prediction, run } = context;
  const kind = kindOf(context, read);
  const { running, exporter, event } = read;
  const body = running[running.length - 1];
  const name = pathAt(manifest, exporter);
  const build = (...texts: string[]): Reason => ({
    cause: 'build',
    knot: undefined,
    steps: texts.map((text): FindingStep => ({ text, loc: null })),
  });
  if (kind === 'function' || event.name === '*') {
    const what = event.name === '*' ? 'a namespace object' : 'a function';
    return build(
      `by ECMA-262 ${what} is there before any module runs`,
      'this build makes it when its chunk runs',
    );
  }
  if (body === undefined || body === exporter) return build(`by ECMA-262 ${name} has run by then`);
  const reader = pathAt(manifest, body);
  if (prediction.unrequested.includes(body))
    return build(`this build ran ${reader} before anything had asked for it`);
  const order = `by ECMA-262 ${name} runs before ${reader}`;
  if (prediction.waits[body]) {
    return {
      ...build(
        order,
        `${reader} waits for a module with a top-level await, and ${name} does not`,
        'this build runs one after another',
      ),
      cause: 'await',
    };
  }
  const [chunk = '', other = ''] = [manifest.modules[body]?.chunk, manifest.modules[exporter]?.chunk];
  const start = run.startOf[exporter];
  if (start !== undefined && start < event.seq)
    return build(order, `this build has not come to the end of ${name}`);
  return build(
    order,
    chunk === other
      ? `this build puts ${name} after ${reader} in ${chunk}`
      : `this build has ${reader} in ${chunk}, which runs before ${other} with ${name}`,
  );
}

/**
 * What mends the order if nothing waits natively: a bundle runs the modules of a chunk as if none had a top-level await.
 * Only a build can say whether it does.
 */
function remediesInOneChunk(context: Context, read: WrongRead): Remedy[] {
  const { modules } = context.manifest;
  const manifest = { ...context.manifest, modules: modules.map(({ hasTLA: _, ...module }) => module) };
  const serial = { ...context, manifest, prediction: predict(manifest, context.run, context.requests) };
  return unchecked(remediesFor(serial, read, whyNotRun(serial, read), createCheck(serial)));
}

const unchecked = (remedies: readonly Remedy[]): Remedy[] =>
  remedies.map(({ text, checked }) => ({ text: checked ? `try to ${text}` : text, checked: false }));
