/** What a build can say of its order before anything runs: each entry is loaded alone, in a realm of its own. */
import type { Finding } from '../protocol/finding.ts';
import type { Manifest } from '../protocol/manifest.ts';
import { explain } from './explain.ts';
import { foresee } from './foreseen.ts';
import { liveDefaults } from './live-defaults.ts';

/** How many modules are evaluated at most, as a multiple of all: of a build with many entries only some are looked at. */
const EVALUATED = 50;

export interface Verdict {
  /** The worst first. */
  findings: Finding[];
  /** Entries that were not looked at. */
  left: number;
}

export function verdictOf(manifest: Manifest): Verdict {
  const { entries } = manifest;
  /** By code and message: several entries may lead to one fact. */
  const known = new Map<string, Finding>();
  const looked = entries.slice(0, EVALUATED);
  for (const entry of looked) {
    const events = foresee(manifest, entry);
    for (const finding of explain({ ...manifest, entries: [entry] }, { events, dropped: 0 })) {
      const key = `${finding.code} ${finding.message}`;
      if (!known.has(key)) known.set(key, finding);
    }
  }
  return { findings: [...known.values(), ...liveDefaults(manifest)], left: entries.length - looked.length };
}
