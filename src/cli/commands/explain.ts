import { resolve } from 'node:path';
import { findingsOf } from '../../findings/recorded.ts';
import { findingLines } from '../../report/checked/lines.ts';
import { count } from '../../report/text/line.ts';
import type { Arguments } from '../arguments.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { frames } from '../frames.ts';
import { print } from '../terminal.ts';
import { readJudged } from '../trace.ts';

export async function explain(given: Arguments): Promise<ExitCode> {
  const recorded = readJudged(given.positionals[0] ?? '');
  const findings = findingsOf(recorded);
  const sources = { root: resolve(given.one('root') ?? '.'), since: recorded.header.began };
  const frameOf = await frames(sources, findings);
  print(findings.flatMap((finding) => findingLines(finding, frameOf)));
  const { length } = findings;
  print([[[length > 0 ? count(length, 'finding') : 'no findings', 'strong']]]);
  return EXIT.FINE;
}
