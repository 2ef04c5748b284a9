/** What makes two findings the same one, in another build or run: neither a place, nor a number, nor the words of a message. */
import type { Finding, FindingCode } from '../protocol/finding.ts';

export interface Identity {
  code: FindingCode;
  /** In order of meaning: the first is the one in which it shows. */
  modules: readonly string[];
  binding?: string;
}

export const identityOf = ({ code, modules, binding }: Identity): string =>
  JSON.stringify([code, modules, binding ?? null]);

/** Of several findings of one identity the first. */
export function byIdentity(findings: readonly Finding[]): Map<string, Finding> {
  const known = new Map<string, Finding>();
  for (const finding of findings) {
    const identity = identityOf(finding);
    if (!known.has(identity)) known.set(identity, finding);
  }
  return known;
}
