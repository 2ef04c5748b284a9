/** Holds the runs of a generated program against each other. */
import { expect } from 'chai';
import type { Loc, TraceEvent } from '../../../src/protocol/events.ts';
import type { Program } from './program.ts';
import type { Case, Result, Runs } from './run.ts';

const isNoProgram = ({ native, plain }: Runs): boolean =>
  [...plain.lines, ...(native?.lines ?? [])].some((line) => line.startsWith('failed SyntaxError'));

function expectSame(one: Case, { plain, traced, expectSameBundle }: Runs): void {
  const same = traced.lines.map((line, index) => {
    const other = plain.lines[index];
    const isWorded =
      quotesGuard.test(line) && other !== undefined && withoutWords([line])[0] === withoutWords([other])[0];
    return isWorded ? other : line;
  });
  const context = describeCase(one);
  expect(same.join('\n'), context).to.equal(plain.lines.join('\n'));
  expect(traced.failures, context).to.equal(0);
  expectSameBundle(context);
}

/** False where nothing of the program ran, as where Rollup's own output is none. */
export function sameBehaviour(one: Case, runs: Runs): boolean {
  if (isNoProgram(runs)) return false;
  expectSame(one, runs);
  return runs.plain.lines.some((line) => !line.startsWith('failed'));
}

/** False where the plain bundle is no longer the program. */
export function sameEvents(one: Case, runs: Runs): boolean {
  if (isNoProgram(runs)) return false;
  expectSame(one, runs);
  const { native, recorded, plain, traced } = runs;
  if (!native || !recorded) throw new Error('The program did not run natively');
  const context = describeCase(one);
  expect(withoutWords(recorded.lines), `the recorder changes nothing\n${context}`).to.deep.equal(
    withoutWords(native.lines),
  );
  if (withoutWords(plain.lines).join('\n') !== withoutWords(native.lines).join('\n')) return false;
  if (
    isPublishedTooLate(one, recorded) ||
    isPrintedAsVar(recorded, traced) ||
    isReadOfAliasDropped(one, plain)
  )
    return false;
  const steps = (all: readonly string[]): string[] =>
    all.filter((step) => !isOfAlias(one.program, step)).map(withoutNames);
  const found = steps(told(traced.events));
  const wanted = steps(heard(one.program, recorded)).map((step, index) =>
    one.format === 'es' ? step : withoutUntold(step, found[index]),
  );
  const failed = found.filter(isError);
  const left = ends(one.program, recorded);
  const errors = (modules: readonly string[]): string[] => modules.map((module) => `error ${module}`);
  expect(failed, context).to.include.members(errors(left.running));
  expect(errors([...left.running, ...left.waiting]), context).to.include.members(failed);
  for (const module of waits(found) ? Object.keys(one.program.modules) : ['']) {
    expect(inOrder(found, failed, module), context).to.equal(inOrder(wanted, failed, module));
  }
  return true;
}

/** What a trace tells where some modules are left out is what one of all modules tells of the others, and of all phases. */
export function sameOfIncluded(
  one: Case,
  all: Runs,
  some: Runs,
  isExcluded: (module: string) => boolean,
): boolean {
  if (isNoProgram(all)) return false;
  expectSame(one, some);
  const isTold = (step: string): boolean =>
    !/ (?:read|write|init) /.test(step) || !isExcluded(step.slice(0, step.indexOf(':')));
  const wanted = told(all.traced.events).filter(isTold);
  const found = told(some.traced.events);
  const same = found.map((step, index) => {
    const other = wanted[index] ?? '';
    // Nobody tells when a binding of a module that is left out has got the value `undefined`.
    const mayHaveIt = step.replace(/(?<= = (\S+)#\S+ )undefined(?= undefined early$)/, (state, module) =>
      isExcluded(module) ? 'initialized' : state,
    );
    return [step, mayHaveIt].includes(withoutUntold(other, step)) ? other : step;
  });
  expect(same.join('\n'), describeCase(one)).to.equal(wanted.join('\n'));
  return wanted.length < told(all.traced.events).length;
}

const isError = (step: string): boolean => step.startsWith('error ');

/** Between modules that wait, jobs of others run natively; a bundle runs these modules one right after the other. */
const waits = (steps: readonly string[]): boolean => steps.some((step) => step.endsWith(' suspend'));

/** Nothing tells the recorder when a module fails, nor whether a read comes after that. */
const inOrder = (steps: readonly string[], failed: readonly string[], module: string): string =>
  steps
    .filter((step) => !isError(step) && step.includes(module))
    .map((step) => {
      const [, exporter] = / = (m\d+\.js)#/.exec(step) ?? [];
      return failed.includes(`error ${exporter}`) ? step.replace(/ early$/, '') : step;
    })
    .join('\n');

/**
 * The message of an error quotes a guard. docs/promise.md lists where; `test/promise/messages.test.ts` holds all other
 * places to the letter.
 */
const quotesGuard = /__phases|\(intermediate value\)\(|yield\* \(intermediate value\)/;

/** Engines put an error in other words where a name or the code around it is another. */
const withoutWords = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/(\w*Error): .*/s, '$1'));

/** What the recorder heard, in the words of {@link told}. */
const heard = ({ sites }: Program, { recorded }: Result): string[] =>
  recorded.map(({ site, text }) => (site === undefined ? text : `${sites[site]?.place} ${text}`));

/** Modules that did not end: those that ran have failed, of those that wait nobody tells the recorder. */
function ends({ sites }: Program, { recorded, lines }: Result): { running: string[]; waiting: string[] } {
  const running = new Set<string>();
  const waiting = new Set<string>();
  for (const { site, text } of recorded) {
    const file = (site === undefined ? text.split(' ')[1] : sites[site]?.file) ?? '';
    const ends = text.startsWith('end ');
    if (text.startsWith('start ') || text === 'resume') running.add(file);
    if (ends || text === 'suspend') running.delete(file);
    if (text === 'suspend') waiting.add(file);
    if (ends || text === 'resume') waiting.delete(file);
  }
  const hasFailed = lines.some((line) => line.startsWith('failed'));
  return { running: hasFailed ? [...running] : [], waiting: [...waiting] };
}

function told(events: readonly TraceEvent[]): string[] {
  return events.flatMap((event): string | string[] => {
    switch (event.type) {
      case 'evaluate-start':
        return `start ${event.module}`;
      case 'evaluate-end':
        return `end ${event.module}`;
      case 'evaluate-error':
        return `error ${event.module}`;
      case 'evaluate-suspend':
        return `${place(event.loc)} suspend`;
      case 'evaluate-resume':
        return `${place(event.loc)} resume`;
      case 'initialize':
        return `${place(event.loc)} init ${event.name} ${event.value}`;
      case 'write':
        return `${place(event.loc)} write ${event.name} ${event.value}`;
      case 'read': {
        const value = event.value === undefined ? '' : ` ${event.value}`;
        return `${place(event.loc)} read ${event.local} = ${event.module}#${event.name} ${event.state}${value}${event.early ? ' early' : ''}`;
      }
      default:
        return [];
    }
  });
}

const place = ({ file, line, column }: Loc): string => `${file}:${line}:${column}`;

/** Of `export default n` Rollup may make another name of `n`: then nothing is initialized. */
const isOfAlias = ({ modules }: Program, step: string): boolean =>
  step.includes(' init default ') && /\bexport default e\d/.test(modules[step.split(':')[0] ?? ''] ?? '');

/** What Rollup publishes as a property (`exports.f()`) is read by the program alone: the trace may not know its value. */
const withoutUntold = (step: string, found = ''): string =>
  / = \S+ (?:initialized|undefined)(?: early)?$/.test(found)
    ? step.replace(/( = \S+ (?:initialized|undefined)) \S.*?(?= early$|$)/, '$1')
    : step;

/** A property of `exports` has no temporal dead zone: what throws natively, maybe unseen, gives `undefined`. */
const isPublishedTooLate = ({ format }: Case, { recorded }: Result): boolean =>
  format !== 'es' && recorded.some(({ text }) => / = m0\.js#\S+ uninitialized/.test(text));

/** Rollup prints default exports and namespace objects as variables without a temporal dead zone. */
const isPrintedAsVar = ({ recorded }: Result, { events }: Result): boolean =>
  recorded.some(({ text }) => text.includes('#default uninitialized')) ||
  events.some((event) => event.type === 'read' && event.name === '*' && event.state === 'undefined');

/** `export default n`, of which Rollup makes another name of `n`, throws natively where `n` is uninitialized. */
const isReadOfAliasDropped = ({ program }: Case, { lines }: Result): boolean =>
  lines.some((line) => line.startsWith('failed ReferenceError')) &&
  Object.values(program.modules).some((code) => /\bexport default e\d/.test(code));

/** Without the names that Rollup gives: to what is exported as default, and where names clash. */
const withoutNames = (text: string): string =>
  text
    .replace(/(#default .*|init default )(function|class) (?!early)\S+/, '$1$2')
    // A default expression in parentheses begins behind the first of them.
    .replace(/:\d+ init default/, ' init default')
    .replace(/(function|class) \$\d+default(?= early$|$)/, '$1')
    .replace(/\$\d+(?= early$|$)/, '');

export function describeCase({ format, program }: Case): string {
  const modules = Object.entries(program.modules).map(([path, text]) => `// ${path}\n${text}`);
  return `${format}\n${modules.join('\n')}`;
}
