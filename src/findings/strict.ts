/** What Rolldown's `strictExecutionOrder` does to findings of a build without it. */
import type { Finding } from '../protocol/finding.ts';
import { byIdentity, identityOf } from './identity.ts';

/**
 * `mends`: the order is the prescribed one then; `hides`: natively the read throws, and the functions around the modules turn
 * that into `undefined`; `leaves`: it stays as it is.
 */
export type StrictEffect = 'mends' | 'hides' | 'leaves';

/**
 * By finding. Of modules in functions a build foresees nothing, so what it does not find again is judged by what it is: the
 * functions run modules as the sources prescribe, one after another where they wait.
 *
 * @param strict findings of a build with the option
 */
export function strictEffects(
  findings: readonly Finding[],
  strict: readonly Finding[],
): Map<Finding, StrictEffect> {
  const left = byIdentity(strict);
  return new Map(
    findings.map((finding): [Finding, StrictEffect] => [
      finding,
      left.has(identityOf(finding)) ? 'leaves' : effectOf(finding),
    ]),
  );
}

function effectOf({ code, native, cause }: Finding): StrictEffect {
  if (code === 'MASKED_TDZ' || (code === 'EARLY_READ' && native === 'same')) return 'hides';
  return native === 'differs' && cause !== 'await' ? 'mends' : 'leaves';
}
