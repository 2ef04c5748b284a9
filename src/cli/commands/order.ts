import { findingsOf } from '../../findings/recorded.ts';
import type { FindingCode } from '../../protocol/finding.ts';
import { findingLines } from '../../report/checked/lines.ts';
import { orderLines } from '../../report/order.ts';
import type { Arguments } from '../arguments.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { print } from '../terminal.ts';
import { readTrace } from '../trace.ts';

/** Codes that say where the order leaves the prescribed one. */
const OF_ORDER: readonly FindingCode[] = ['ORDER', 'UNREQUESTED', 'AWAIT_SERIALIZED'];

export async function order(given: Arguments): Promise<ExitCode> {
  const recorded = readTrace(given.positionals[0] ?? '');
  const findings = findingsOf(recorded).filter(({ code }) => OF_ORDER.includes(code));
  print([...orderLines(recorded.events), []]);
  print(findings.flatMap((finding) => findingLines(finding, () => undefined)));
  if (findings.length === 0) print([[['the order that ECMA-262 prescribes', 'strong']]]);
  return EXIT.FINE;
}
