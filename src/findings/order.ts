/**
 * Where the order in which modules started leaves the prescribed one: ORDER, UNREQUESTED and AWAIT_SERIALIZED. Together
 * they stand exactly there, modules aside that start in one of both only.
 */
import type { Cause, Finding, FindingStep, Severity } from '../protocol/finding.ts';
import type { Context } from './not-run.ts';
import { isOwn, pathAt, placeText } from './words.ts';

/** Modules that are named around the first difference. */
const NAMED = 3;
/** Modules that a finding names. */
const LISTED = 20;

export function orderFindings(context: Context): Finding[] {
  const { manifest, run, prediction } = context;
  const isUnrequested = new Set(prediction.unrequested);
  /** What starts in one of both only has no place in the other. */
  const isCompared = (module: number): boolean =>
    manifest.modules[module]?.phases === true &&
    run.startOf[module] !== undefined &&
    (prediction.startOf[module] !== undefined || isUnrequested.has(module));
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

/** A module that had waited and ended before another started, which starts before that natively. */
function awaitedBefore(
  { run, prediction }: Context,
  waited: readonly number[],
  late: number,
): number | undefined {
  const [start, natively] = [run.startOf[late], prediction.startOf[late]];
  if (start === undefined || natively === undefined) return undefined;
  return waited.find((module) => {
    const [end, nativeEnd] = [run.endOf[module], prediction.endOf[module]];
    if (end === undefined || end > start) return false;
    return (
      (prediction.startOf[module] ?? natively) < natively && (nativeEnd === undefined || nativeEnd > natively)
    );
  });
}

function unrequestedFinding(context: Context, modules: readonly number[]): Finding {
  const { manifest, prediction } = context;
  const first = modules.find((module) => isUsersOwn(context, module)) ?? (modules[0] as number);
  const name = pathAt(manifest, first);
  const names = [first, ...modules.filter((module) => module !== first)].map((module) =>
    pathAt(manifest, module),
  );
  const others = modules.length > 1 ? `, and so did ${modules.length - 1} more` : '';
  const chunk = manifest.modules[first]?.chunk;
  const path: FindingStep[] = [{ text: `it is in ${chunk}, which this build runs as a whole`, loc: null }];
  const natively = prediction.startOf[first];
  if (natively === undefined) path.push({ text: 'nothing asked for it at all', loc: null });
  else path.push({ text: 'by ECMA-262 it runs when an entry or an import() asks for it', loc: null });
  return {
    code: 'UNREQUESTED',
    severity: severityOf(context, [first]),
    message: `${name} ran before anything had asked for it${others}`,
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
  const others = late.length > 1 ? `, and so did ${late.length - 1} more` : '';
  const name = pathAt(manifest, awaited);
  return {
    code: 'AWAIT_SERIALIZED',
    severity: severityOf(context, late.slice(0, 1)),
    message: `${names[0]} started only after the top-level await of ${name}${others}`,
    native: 'differs',
    modules: [...names.slice(0, LISTED), name],
    loc,
    path: [
      { text: `${loc ? placeText(loc) : name} waits`, loc },
      { text: `by ECMA-262 ${names[0]} does not wait for ${name}: it starts while that waits`, loc: null },
      { text: 'this build runs one after another', loc: null },
    ],
    cause: 'await',
    remedies: [],
  };
}

function orderFinding(context: Context, { actual, prescribed, at }: Difference): Finding {
  const { manifest, prediction } = context;
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
    if (chunk !== other) path.push({ text: `${name} is in ${chunk}, which ran before ${other}`, loc: null });
  }
  return {
    code: 'ORDER',
    severity: severityOf(context, [is, should]),
    message: `${name} ran before ${first}; by ECMA-262 ${first} runs first`,
    native: 'differs',
    modules: [name, first],
    loc: null,
    path,
    cause,
    remedies: [],
  };
}
