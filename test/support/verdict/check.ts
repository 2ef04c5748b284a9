/** Holds what `explain` says of a program against what the program's own logs say. */
import type { Finding } from '../../../src/protocol/finding.ts';
import type { Program } from './generate.ts';
import { type LoggedRead, type Told, told } from './log.ts';
import { applied } from './remedy.ts';
import { type Result, runAll, type Way } from './run.ts';

/** A program with a checked remedy applied. */
export interface Change {
  finding: Finding;
  text: string;
  /** Null where Rollup does not come to an end, or Node crashes. */
  runs: Record<'native' | 'plain', Result> | null;
}

export interface Case {
  program: Program;
  /** As those of a change. */
  runs: Record<Way, Result> | null;
  changes: Change[];
}

/** A rule that does not hold. */
export interface Problem {
  rule: string;
  text: string;
}

/** How often what was seen. */
export type Counts = Map<string, number>;

const ORDERS = ['ORDER', 'UNREQUESTED', 'AWAIT_SERIALIZED'];
const READS = ['EARLY_READ', 'MASKED_TDZ'];

/** Runs programs, and each again for each of its checked remedies. */
export async function casesOf(folder: string, all: readonly Program[]): Promise<Case[]> {
  const runs = await runAll(folder, all, ['native', 'plain', 'traced']);
  const wanted = all.flatMap((program, index) => {
    const { findings, events } = runs[index]?.traced ?? { findings: [], events: [] };
    return findings.flatMap((finding) =>
      finding.remedies.flatMap(({ text, checked }) => {
        if (!checked) return [];
        const modules = applied(program.modules, text, finding, events);
        return [
          { index, finding, text, key: JSON.stringify([index, modules]), program: { ...program, modules } },
        ];
      }),
    );
  });
  const distinct = new Map(wanted.map(({ key, program }) => [key, program]));
  const results = await runAll(folder, [...distinct.values()], ['native', 'plain']);
  const keys = [...distinct.keys()];
  return all.map((program, index) => ({
    program,
    runs: runs[index] ?? null,
    changes: wanted.flatMap(({ index: of, finding, text, key }) =>
      of === index ? [{ finding, text, runs: results[keys.indexOf(key)] ?? null }] : [],
    ),
  }));
}

/**
 * What the trace cannot tell: loaded in another sequence, or some entries only, the bundle does the very same, and by that
 * sequence Node would as `explain` says.
 */
export async function isAmbiguous(folder: string, { program, runs }: Case): Promise<boolean> {
  if (!runs || program.entries.length < 2) return false;
  if (hasEntryInTask(runs.traced)) return true;
  const sequences = sequencesOf(program.entries).filter(
    (entries) => entries.join() !== program.entries.join(),
  );
  // Rollup gets the entries as they are: only their sequence is another one.
  const others = await runAll(
    folder,
    sequences.map((entries) => ({ ...program, sequence: entries })),
    ['native', 'plain', 'traced'],
  );
  const stepsOf = ({ events }: Result): string =>
    events
      .flatMap((event) =>
        'module' in event && event.type !== 'instantiate' ? `${event.type} ${event.module}` : [],
      )
      .join();
  return others.some(
    (other) =>
      other !== null &&
      stepsOf(other.traced) === stepsOf(runs.traced) &&
      problemsOf({ program, runs: other, changes: [] }, new Map()).length === 0,
  );
}

/** While an import() is on its way, the chunk of an entry may run because it was asked for, or because of the import(). */
function hasEntryInTask({ lines, events }: Result): boolean {
  const { during } = told(lines);
  return events.some((event, at) => {
    if (event.type !== 'entry') return false;
    const next = events.slice(at).find(({ type }) => type === 'evaluate-start');
    return (
      next?.type === 'evaluate-start' &&
      during.get(next.module.replace('.js', ''))?.startsWith('task') === true
    );
  });
}

function sequencesOf(entries: readonly string[]): string[][] {
  return entries.flatMap((entry) => {
    const others = entries.filter((each) => each !== entry);
    return [[entry], ...sequencesOf(others).map((rest) => [entry, ...rest])];
  });
}

export function problemsOf({ program, runs, changes }: Case, counts: Counts): Problem[] {
  const problems: Problem[] = [];
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const must = (rule: string, holds: boolean, text = ''): void => {
    if (!holds) problems.push({ rule, text });
  };
  if (!runs) {
    count('programs without an end');
    return [];
  }
  const { native, plain, traced } = runs;
  must('plain and traced log the same', plain.lines.join('\n') === traced.lines.join('\n'));
  must('the tracer does not fail', traced.failures === 0);
  if (problems.length > 0) return problems;
  const [natively, bundled] = [told(native.lines), told(traced.lines)];
  // A chunk of CommonJS that failed runs again when it is required again, with bindings of its own: no module does so.
  if (bundled.again.size > 0) {
    count('programs that ran twice');
    return [];
  }
  count('programs');
  for (const finding of traced.findings) count(`${finding.code} ${finding.native}`);
  checkOrder(traced.findings, natively, bundled, must);
  checkReads();
  checkRemedies();
  return problems;

  function checkReads(): void {
    const findings = traced.findings.filter(({ code }) => READS.includes(code));
    const found = new Map<LoggedRead, Finding>();
    for (const finding of findings) {
      const read = readOf(finding);
      must('b: a finding is of a read that went wrong', read !== undefined, finding.message);
      if (!read) continue;
      must('b: one finding for a place and its state', !found.has(read), finding.message);
      found.set(read, finding);
      checkRead(finding, read);
    }
    const expected = firstOf(bundled.reads.filter(({ result }) => result !== 'value'));
    for (const read of expected) {
      if (!isTraced(read)) {
        count('reads through a namespace object that the trace does not have');
        continue;
      }
      must('b: each read that went wrong has a finding', found.has(read), `${read.key} ${read.result}`);
    }
  }

  /** What a module reads of its own through the namespace object that another one exports, the trace does not have. */
  function isTraced({ label }: LoggedRead): boolean {
    const [path, line] = Object.entries(program.modules).flatMap(([file, text]) => {
      const at = text.split('\n').findIndex((each) => each.includes(`ask('${label}')`));
      return at < 0 ? [] : [file, at + 1];
    });
    const isMember = /ask\('[^']+'\)[^']*[in]\d\./.test(
      program.modules[path as string]?.split('\n')[(line as number) - 1] ?? '',
    );
    return (
      !isMember ||
      traced.events.some(
        (event) => event.type === 'read' && event.importer === path && event.loc.line === line,
      )
    );
  }

  /** The first read of its place that gave the same. */
  function readOf(finding: Finding): LoggedRead | undefined {
    const label = labelAt(program, finding);
    const event = traced.events[finding.seq ?? -1];
    if (event?.type !== 'read') return undefined;
    const result = event.state === 'uninitialized' ? 'threw' : 'undefined';
    return bundled.reads.find((read) => read.label === label && read.result === result);
  }

  function checkRead(finding: Finding, read: LoggedRead): void {
    const same = natively.reads.find(({ key }) => key === read.key);
    const { message, native: verdict, code, cause } = finding;
    const text = `${message}\n${read.key}: natively ${same?.result}, here ${read.result}; ${verdict}, ${cause}`;
    if (verdict === 'unknown') must('c: unknown only where Node never comes to the read', !same, text);
    else if (!same) must('c: what Node never reads is not the same there', verdict === 'differs', text);
    else must('c: as Node says', (same.result === read.result) === (verdict === 'same'), text);
    const isMasked = same?.result === 'threw' && read.result === 'undefined';
    if (same && verdict !== 'unknown')
      must('c: masked where Node throws and the bundle does not', isMasked === (code === 'MASKED_TDZ'), text);
    const event = traced.events[finding.seq ?? -1];
    const declaring = event?.type === 'read' ? event.module : '';
    count(`cause ${cause}`);
    if (cause === 'error')
      must(
        'e: an error only where a module threw',
        [...bundled.startOf.keys()].some((module) => !bundled.endOf.has(module)),
        text,
      );
    if (cause === 'await') must('e: an await only where there is one', hasAwait(program), text);
    // Of what is given natively the cause is this build, whichever body ran.
    if (verdict === 'same' || code === 'MASKED_TDZ')
      must(
        'e: own-order iff the body that ran declares it',
        (cause === 'own-order') === (`${read.by}.js` === declaring),
        text,
      );
    if (verdict === 'differs')
      must(
        'd: no remedy is checked where only this build does so',
        finding.remedies.every(({ checked }) => !checked),
        text,
      );
    for (const step of finding.path) checkStep(step.text, text);
  }

  /** `a.js:1 imports b.js`: the line does. */
  function checkStep(step: string, text: string): void {
    for (const [, path = '', line = '', target = ''] of step.matchAll(
      /(m\d+\.js):(\d+) imports (m\d+\.js)/g,
    )) {
      const source = program.modules[path]?.split('\n')[Number(line) - 1];
      must('e: a step is in the source', source?.includes(`'./${target}'`) === true, `${step}\n${text}`);
    }
  }

  function checkRemedies(): void {
    for (const { finding, text, runs: changed } of changes) {
      const read = readOf(finding);
      if (!read || !changed) continue;
      count('remedies applied');
      count(`remedy: ${text.split(' ')[0]}${text.includes('from') ? ' from' : ''}`);
      const now = told(changed.native.lines);
      const after = now.reads.find(({ key }) => key === read.key);
      const context = `${text}\n${finding.message}\n${read.key} is ${after?.result}`;
      // Nothing can know of an error in a module that had not run.
      const isNew = [...now.startOf.keys()].some(
        (module) =>
          !now.endOf.has(module) &&
          !natively.startOf.has(module) &&
          changed.native.lines.includes(`throw ${module}`),
      );
      if (after === undefined && isNew) {
        count('remedies that lead to a throw');
        continue;
      }
      must('d: a checked remedy mends the read natively', after?.result === 'value', context);
      const here = told(changed.plain.lines).reads.find(({ key }) => key === read.key);
      must(
        'd: a checked remedy mends the read in the bundle',
        here?.result === 'value',
        `${context}, here ${here?.result}`,
      );
      const broken = now.reads.filter(
        (each) =>
          each.result !== 'value' &&
          natively.reads.some(({ key, result }) => key === each.key && result === 'value'),
      );
      must(
        'd: a checked remedy breaks no read',
        broken.length === 0,
        `${context}\n${broken.map(({ key }) => key)}`,
      );
    }
  }
}

function checkOrder(
  findings: readonly Finding[],
  natively: Told,
  bundled: Told,
  must: (rule: string, holds: boolean, text?: string) => void,
): void {
  const found = findings.filter(({ code }) => ORDERS.includes(code));
  const isCommon = (module: string): boolean => natively.startOf.has(module) && bundled.startOf.has(module);
  // What natively starts before a module that starts here should have started here too.
  const last = natively.starts.findLastIndex(isCommon);
  const native = natively.starts.slice(0, last + 1).join();
  const here = bundled.starts.filter(isCommon).join();
  const alone = bundled.starts.filter((module) => !natively.startOf.has(module));
  const text = `natively ${natively.starts}\nhere ${bundled.starts}\n${found.map(({ message }) => message).join('\n')}`;
  must('a: a finding where the order differs', native === here || found.length > 0, text);
  const others = found.filter(({ code }) => code !== 'UNREQUESTED');
  must('a: no finding where it does not', native !== here || alone.length > 0 || others.length === 0, text);
  const at = (order: Map<string, number>, path: string | undefined): number | undefined =>
    order.get((path ?? '').replace('.js', ''));
  for (const { code, modules, message } of found) {
    const [first, second] = modules;
    const [is, should] = [at(natively.startOf, first), at(natively.startOf, second)];
    if (code === 'ORDER')
      must(
        'a: ORDER names what Node runs first',
        is === undefined || (should !== undefined && should < is),
        `${message}\n${text}`,
      );
    if (code === 'UNREQUESTED') {
      for (const path of modules) {
        const module = path.replace('.js', '');
        const isLater = natively.during.get(module) !== bundled.during.get(module);
        must('a: UNREQUESTED names what Node starts later, if at all', isLater, `${message}\n${text}`);
      }
    }
    if (code === 'AWAIT_SERIALIZED') {
      const awaited = modules[modules.length - 1];
      const ends = at(natively.endOf, awaited);
      for (const late of modules.slice(0, -1)) {
        const start = at(natively.startOf, late);
        must(
          'a: AWAIT_SERIALIZED names what Node starts while the other waits',
          start !== undefined && (ends === undefined || start < ends),
          `${message}\n${text}`,
        );
      }
    }
  }
}

/** The first of each place and result. */
function firstOf(reads: readonly LoggedRead[]): LoggedRead[] {
  const first = new Map<string, LoggedRead>();
  for (const read of reads) {
    const key = `${read.label} ${read.result}`;
    if (!first.has(key)) first.set(key, read);
  }
  return [...first.values()];
}

function labelAt({ modules }: Program, { loc }: Finding): string | undefined {
  const line = modules[loc?.file ?? '']?.split('\n')[(loc?.line ?? 0) - 1];
  return /ask\('([^']+)'\)/.exec(line ?? '')?.[1];
}

const hasAwait = ({ modules }: Program): boolean =>
  Object.values(modules).some((text) => /^(?!\s*\/\/).*\bawait /m.test(text));

export function describeProgram({ modules, ...rest }: Program): string {
  const texts = Object.entries(modules).map(([path, text]) => `// ${path}\n${text}`);
  return `${JSON.stringify(rest)}\n${texts.join('\n')}`;
}

export const countsText = (counts: Counts): string =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
