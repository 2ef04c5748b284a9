import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { chromeTrace } from '../../report/chrome-trace.ts';
import type { RecordedTrace } from '../../report/trace-file.ts';
import type { Arguments } from '../arguments.ts';
import { EXIT, type ExitCode, Failure, fileFailure } from '../failure.ts';
import { printText, tell } from '../terminal.ts';
import { readTrace } from '../trace.ts';

const FORMATS: Readonly<Record<string, (recorded: RecordedTrace) => unknown>> = {
  chrome: chromeTrace,
  json: (recorded) => recorded,
};

export async function convert(given: Arguments): Promise<ExitCode> {
  const made = FORMATS[given.one('to') ?? ''];
  if (!made) throw new Failure('say what to convert to: --to chrome or --to json');
  const [trace = ''] = given.positionals;
  const out = given.one('out');
  if (out !== undefined && resolve(out) === resolve(trace))
    throw new Failure(`--out names the trace itself: ${out} would be lost`);
  const text = `${JSON.stringify(made(readTrace(trace)))}\n`;
  if (out === undefined) printText(text);
  else {
    write(out, text);
    tell(`wrote ${out}`);
  }
  return EXIT.FINE;
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw fileFailure('write', path, error);
  }
}
