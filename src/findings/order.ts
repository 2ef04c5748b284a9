/**
 * Where the order in which modules started leaves the prescribed one: ORDER, UNREQUESTED and AWAIT_SERIALIZED. Together
 * they stand exactly there, modules aside that start in one of both only.
 */
import { shortestPath } from '../graph/shortest-path.ts';
import type { Cause, Finding, FindingStep, Remedy, Severity } from '../protocol/finding.ts';
import type { Context } from './not-run.ts';
import { predictChanged } from './prediction.ts';
import { ENTRY_UNKNOWN, isOwn, ONLY_HERE, pathAt, placeText, specifierTo } from './words.ts';

/** Modules that are named around the first difference. */
const NAMED = 3;
/** Entries that are evaluated to find the one whose order a chunk has. */
const ENTRIES_TRIED = 20;
/** Modules that a finding names. */
const LISTED = 20;

/** Where the trace doesn't say which entry was asked for, only what all that may be so have in common: some difference. */
export function orderFindings(context: Context): Finding[] {
  const { others } = context.prediction;
  const findings = findingsOf(context);
  if (others.length === 0) return findings;
  if (others.some((prediction) => findingsOf({ ...context, prediction }).length === 0)) return [];
  return findings.map((finding) => ({ ...finding, caveat: ENTRY_UNKNOWN }));
}

function findingsOf(context: Context): Finding[] {
  const { manifest, run, prediction } = context;
  const isUnrequested = new Set(prediction.unrequested);
  const last = run.starts.reduce((time, module) => Math.max(time, prediction.startOf[module] ?? -1), -1);
  /** What starts in one of both only has no place in the other, unless it is overdue: others have started that come after it. */
  const isCompared = (module: number): boolean => {
    const natively = prediction.startOf[module];
    if (manifest.modules[module]?.phases !== true) return false;
    if (run.startOf[module] === undefined) return natively !== undefined && natively < last;
    return natively !== undefined || isUnrequested.has(module);
  };
  const unrequested: number[] = [];
  /** By the module with the await: modules that started only after it. */
  const serialized = new Map<number, number[]>();
  const told = new Set<number>();
  const rest = (order: readonly number[]): number[] =>
    order.filter((module) => isCompared(module) && !told.has(module));
  const [actual, prescribed] = [rest(run.starts), rest(prediction.starts)];
  const waited = run.starts.filter((module) => run.waits[module] !== undefined);
  for (let at = 0, next = 0; at < actual.length; ) {
    const [is, should] = [actual[at] as number, prescribed[next]];
    if (told.has(is)) at++;
    else if (should !== undefined && told.has(should)) next++;
    else if (is === should) {
      at++;
      next++;
    } else if (isUnrequested.has(is)) {
      unrequested.push(is);
      told.add(is);
    } else {
      const awaited = should === undefined ? undefined : awaitedBefore(context, waited, should);
      if (should === undefined || awaited === undefined) break;
      const late = serialized.get(awaited) ?? [];
      late.push(should);
      serialized.set(awaited, late);
      told.add(should);
    }
  }
  const findings: Finding[] = [];
  if (unrequested.length > 0) findings.push(unrequestedFinding(context, unrequested));
  for (const [awaited, late] of serialized) findings.push(serializedFinding(context, awaited, late));
  const [left, right] = [rest(actual), rest(prescribed)];
  const isUsers = (module: number): boolean => isUsersOwn(context, module);
  const difference = differenceOf(left.filter(isUsers), right.filter(isUsers)) ?? differenceOf(left, right);
  if (difference) findings.push(orderFinding(context, difference));
  return findings;
}

interface Difference {
  actual: readonly number[];
  prescribed: readonly number[];
  /** The first index at which they differ. */
  at: number;
}

function differenceOf(actual: readonly number[], prescribed: readonly number[]): Difference | undefined {
  const at = actual.findIndex((module, index) => module !== prescribed[index]);
  return at < 0 ? undefined : { actual, prescribed, at };
}

const isUsersOwn = ({ manifest }: Context, module: number): boolean => {
  const row = manifest.modules[module];
  return row !== undefined && isOwn(row);
};

/** Helpers of bundlers and packages may run at another time without harm: only of one's own modules it is a warning. */
const severityOf = (context: Context, modules: readonly number[]): Severity =>
  modules.every((module) => isUsersOwn(context, module)) ? 'warning' : 'info';

/** A module that had waited and ended before another started, if that has; natively the other starts before. */
function awaitedBefore(
  { run, prediction }: Context,
  waited: readonly number[],
  late: number,
): number | undefined {
  const [start, natively] = [run.startOf[late], prediction.startOf[late]];
  if (natively === undefined) return undefined;
  return waited.find((module) => {
    const [end, nativeEnd] = [run.endOf[module], prediction.endOf[module]];
    if (start !== undefined && (end === undefined || end > start)) return false;
    return (
      (prediction.startOf[module] ?? natively) < natively && (nativeEnd === undefined || nativeEnd > natively)
    );
  });
}

function unrequestedFinding(context: Context, modules: readonly number[]): Finding {
  const { manifest, prediction, isForeseen } = context;
  const first = modules.find((module) => isUsersOwn(context, module)) ?? (modules[0] as number);
  const name = pathAt(manifest, first);
  const names = [first, ...modules.filter((module) => module !== first)].map((module) =>
    pathAt(manifest, module),
  );
  const others = modules.length > 1 ? alsoText(modules) : '';
  const chunk = manifest.modules[first]?.chunk;
  const path: FindingStep[] = [{ text: `it is in ${chunk}, which this build runs as a whole`, loc: null }];
  const natively = prediction.startOf[first];
  if (natively === undefined) path.push({ text: 'nothing asked for it at all', loc: null });
  else path.push({ text: 'by ECMA-262 it runs when an entry or an import() asks for it', loc: null });
  return {
    code: 'UNREQUESTED',
    severity: severityOf(context, [first]),
    message: `${ONLY_HERE}${name} runs ${isForeseen ? 'whether anything has asked for it or not' : 'before anything has asked for it'}${others}`,
    native: 'differs',
    modules: names.slice(0, LISTED),
    loc: null,
    path,
    cause: 'build',
    remedies: [{ text: `try an output that has ${name} in a chunk of its own`, checked: false }],
  };
}

function serializedFinding(context: Context, awaited: number, late: readonly number[]): Finding {
  const { manifest, run } = context;
  const names = late.map((module) => pathAt(manifest, module));
  const loc = run.waits[awaited]?.loc ?? null;
  const others = late.length > 1 ? alsoText(late) : '';
  const name = pathAt(manifest, awaited);
  return {
    code: 'AWAIT_SERIALIZED',
    severity: severityOf(context, late.slice(0, 1)),
    message: `${ONLY_HERE}${names[0]} starts only after the top-level await of ${name}${others}`,
    native: 'differs',
    modules: [...names.slice(0, LISTED), name],
    loc,
    path: [
      { text: `${loc ? placeText(loc) : name} waits`, loc },
      { text: `by ECMA-262 ${names[0]} does not wait for ${name}: it starts while that waits`, loc: null },
      { text: 'this build runs one after another', loc: null },
    ],
    cause: 'await',
    remedies: [
      { text: `try to export a promise from ${name} rather than to wait at its top level`, checked: false },
    ],
  };
}

function orderFinding(context: Context, { actual, prescribed, at }: Difference): Finding {
  const { manifest, run, prediction, isForeseen } = context;
  const [is, should] = [actual[at] as number, prescribed[at] as number];
  const name = pathAt(manifest, is);
  const around = (order: readonly number[]): string =>
    order
      .slice(Math.max(0, at - 1), at + NAMED)
      .map((module) => pathAt(manifest, module))
      .join(', ');
  const path: FindingStep[] = [
    { text: `prescribed: ${around(prescribed)}`, loc: null },
    { text: `this build: ${around(actual)}`, loc: null },
  ];
  const first = pathAt(manifest, should);
  let cause: Cause = 'build';
  if (prediction.waits[is]) {
    cause = 'await';
    path.push({
      text: `${name} waits for a module with a top-level await, and ${first} does not`,
      loc: null,
    });
  } else {
    const [chunk, other] = [manifest.modules[is]?.chunk, manifest.modules[should]?.chunk];
    const entry = chunk === other ? entryWith(context, is, should) : undefined;
    if (chunk !== other) path.push({ text: `${name} is in ${chunk}, which runs before ${other}`, loc: null });
    else if (entry !== undefined)
      path.push({
        text: `both are in ${chunk}, in the order that ${pathAt(manifest, entry)} needs`,
        loc: null,
      });
  }
  const notRun = !isForeseen && run.startOf[should] === undefined ? ', which has not run' : '';
  return {
    code: 'ORDER',
    severity: severityOf(context, [is, should]),
    message: `${ONLY_HERE}${name} runs before ${first}${notRun}; by ECMA-262 ${first} runs first`,
    native: 'differs',
    modules: [name, first],
    loc: null,
    path,
    cause,
    remedies: requestRemedies(context, is, should),
  };
}

/** `, and so do 2 more` */
const alsoText = ({ length }: readonly number[]): string =>
  `, and so ${length > 2 ? 'do' : 'does'} ${length - 1} more`;

/** Another entry that has them in the order of this build if it is loaded alone. */
function entryWith(
  { manifest, requests, prediction }: Context,
  is: number,
  should: number,
): number | undefined {
  const entries = manifest.chunks?.flatMap(({ entry }) => entry ?? []) ?? manifest.entries;
  return entries.slice(0, ENTRIES_TRIED).find((entry) => {
    if (prediction.roots.includes(entry)) return false;
    const { startOf } = predictChanged(manifest, requests, [entry], () => false);
    const [first, second] = [startOf[is], startOf[should]];
    return first !== undefined && second !== undefined && first < second;
  });
}

/** What a module requests runs before it in every build, unless a cycle leads back. */
function requestRemedies({ manifest, requests }: Context, is: number, should: number): Remedy[] {
  const [from, to] = [manifest.modules[is], manifest.modules[should]];
  if (!from || !to || !isOwn(from) || !isOwn(to)) return [];
  if (shortestPath(requests, should, is).length > 0 || shortestPath(requests, is, should).length > 0)
    return [];
  const text = `try to import '${specifierTo(from, to)}' in ${from.path}, which then runs after it in every build`;
  return [{ text, checked: false }];
}
