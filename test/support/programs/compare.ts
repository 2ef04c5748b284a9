/** Holds the runs of a generated program against each other. */
import { expect } from 'chai';
import type { Loc, TraceEvent } from '../../../src/protocol.ts';
import type { Program } from './program.ts';
import type { Case, Result, Runs } from './run.ts';

const isNoProgram = ({ plain }: Runs): boolean =>
  plain.lines.some((line) => line.startsWith('failed SyntaxError'));

function expectSame(one: Case, { plain, traced }: Runs): void {
  const isWorded = quotesGuard(traced.lines) && !quotesGuard(plain.lines);
  const said = isWorded ? withoutWords : (lines: readonly string[]) => lines;
  expect(said(traced.lines).join('\n'), describeCase(one)).to.equal(said(plain.lines).join('\n'));
  expect(traced.failures, describeCase(one)).to.equal(0);
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
  if (isPublishedTooLate(one, recorded)) return false;
  const steps = (all: readonly string[]): string[] =>
    all.filter((step) => !isOfAlias(one.program, step)).map(withoutNames);
  const found = steps(told(traced.events));
  const wanted = steps(heard(one.program, recorded)).map((step, index) =>
    one.format === 'es' ? step : withoutUntold(step, found[index]),
  );
  expect(found.join('\n'), context).to.equal(wanted.join('\n'));
  return true;
}

/**
 * The message of an error quotes a guard. docs/promise.md lists where; `test/realise/messages.test.ts` holds all other
 * places to the letter.
 */
const quotesGuard = (lines: readonly string[]): boolean =>
  lines.some((line) => /__phases|\(intermediate value\)\(/.test(line));

/** Engines put an error in other words where a name or the code around it is another. */
const withoutWords = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/(\w*Error): .*/s, '$1'));

/**
 * What the recorder heard, in the words of {@link told}. A module that ends neither has failed; what rejects it while it
 * waits nobody tells it, unless it goes on.
 */
function heard({ sites }: Program, { recorded, lines }: Result): string[] {
  const steps = recorded.map(({ site, text }) =>
    site === undefined ? text : `${sites[site]?.place} ${text}`,
  );
  if (!lines.some((line) => line.startsWith('failed'))) return steps;
  const running = new Set<string>();
  for (const { site, text } of recorded) {
    const file = site === undefined ? text.split(' ')[1] : sites[site]?.file;
    if (file === undefined) continue;
    if (text.startsWith('start ') || text === 'resume') running.add(file);
    if (text.startsWith('end ') || text === 'suspend') running.delete(file);
  }
  return [...steps, ...Array.from(running, (module) => `error ${module}`)];
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

/** Without the names that Rollup gives: to what is exported as default, and where names clash. */
const withoutNames = (text: string): string =>
  text
    .replace(/(#default .*|init default )(function|class) (?!early)\S+/, '$1$2')
    .replace(/\$\d+(?= early$|$)/, '');

export function describeCase({ format, program }: Case): string {
  const modules = Object.entries(program.modules).map(([path, text]) => `// ${path}\n${text}`);
  return `${format}\n${modules.join('\n')}`;
}
