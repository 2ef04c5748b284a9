/** Holds the runs of a generated program against each other. */
import { expect } from 'chai';
import type { Loc, TraceEvent } from '../../../src/protocol.ts';
import type { Program } from './program.ts';
import type { Case, Result, Runs } from './run.ts';

export function sameBehaviour(one: Case, { plain, traced }: Runs): boolean {
  expect(traced.lines.join('\n'), describeCase(one)).to.equal(plain.lines.join('\n'));
  expect(traced.failures, describeCase(one)).to.equal(0);
  return true;
}

/** False where the plain bundle is no longer the program. */
export function sameEvents(one: Case, runs: Runs): boolean {
  sameBehaviour(one, runs);
  const { native, recorded, plain, traced } = runs;
  const context = describeCase(one);
  expect(withoutWords(recorded.lines), `the recorder changes nothing\n${context}`).to.deep.equal(withoutWords(native.lines));
  if (withoutWords(plain.lines).join('\n') !== withoutWords(native.lines).join('\n')) return false;
  expect(told(traced.events).map(withoutNames).join('\n'), context).to.equal(heard(one.program, recorded).map(withoutNames).join('\n'));
  return true;
}

/** Engines put an error in other words where a name or the code around it is another. */
const withoutWords = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/(\w*Error): .*/, '$1'));

/** What the recorder heard, in the words of {@link told}. */
function heard({ sites }: Program, { recorded, lines }: Result): string[] {
  const steps = recorded.map(({ site, text }) =>
    site === undefined ? text : `${sites[site]?.place} ${text}`,
  );
  if (!lines.some((line) => line.startsWith('failed'))) return steps;
  const running = steps.filter((step) => step.startsWith('start ')).map((step) => step.slice('start '.length));
  const failed = running.filter((module) => !steps.includes(`end ${module}`));
  return [...steps, ...failed.map((module) => `error ${module}`)];
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

/** Without the names that Rollup gives: to what is exported as default, and where names clash. */
const withoutNames = (text: string): string =>
  text.replace(/(#default .*|init default )(function|class) \S+/, '$1$2').replace(/\$\d+(?= early$|$)/, '');

export function describeCase({ format, program }: Case): string {
  const modules = Object.entries(program.modules).map(([path, text]) => `// ${path}\n${text}`);
  return `${format}\n${modules.join('\n')}`;
}
