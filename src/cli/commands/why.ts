import { whyOf } from '../../findings/recorded.ts';
import type { Arguments } from '../arguments.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { print } from '../terminal.ts';
import { readTrace } from '../trace.ts';

export async function why(given: Arguments): Promise<ExitCode> {
  const [path = '', first = '', second = ''] = given.positionals;
  print(
    whyOf(readTrace(path), first, second)
      .split('\n')
      .map((line, i) => [[line, i ? 'plain' : 'strong']]),
  );
  return EXIT.FINE;
}
