/** What makes two findings the same one, in another build or run: neither a place, nor a number, nor the words of a message. */
import type { Finding, FindingCode } from '../protocol/finding.ts';

export interface Identity {
  code: FindingCode;
  /** In order of meaning: the first is the one in which it shows, the second the one that declares the binding. */
  modules: readonly string[];
  binding?: string;
}

/** Of a binding, how its reader and its module reach each other is left out: another import in between changes that. */
export const partiesOf = ({ modules, binding }: Identity): readonly string[] =>
  binding === undefined ? modules : modules.slice(0, 2);

export const identityOf = (identity: Identity): string =>
  JSON.stringify([identity.code, partiesOf(identity), identity.binding ?? null]);

/** Of several findings of one identity the first. */
export function byIdentity(findings: readonly Finding[]): Map<string, Finding> {
  const known = new Map<string, Finding>();
  for (const finding of findings) {
    const identity = identityOf(finding);
    if (!known.has(identity)) known.set(identity, finding);
  }
  return known;
}
