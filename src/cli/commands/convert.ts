import { writeFileSync } from 'node:fs';

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
  const text = `${JSON.stringify(made(readTrace(given.positionals[0] ?? '')))}\n`;
  const out = given.one('out');
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
