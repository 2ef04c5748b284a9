import { diffLines, diffTraces } from '../../report/diff.ts';
import type { Arguments } from '../arguments.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { print, printText } from '../terminal.ts';
import { readTrace } from '../trace.ts';

export async function diff(given: Arguments): Promise<ExitCode> {
  const [a = '', b = ''] = given.positionals;
  const found = diffTraces(readTrace(a), readTrace(b));
  if (given.one('format') === 'json') printText(`${JSON.stringify(found, null, 2)}\n`);
  else print(diffLines(found, [a, b]));
  return EXIT.FINE;
}
