/** What a build can say of its order before anything runs: each entry is loaded alone, in a realm of its own. */
import type { Finding } from '../protocol/finding.ts';
import type { Manifest } from '../protocol/manifest.ts';
import { chunkCycles } from './chunk-cycles.ts';
import { cycleFindings } from './cycles.ts';
import { explain, worstFirst } from './explain.ts';
import { foresee } from './foreseen.ts';
import { liveDefaults } from './live-defaults.ts';

/** Entries that are looked at. Each may lead to all modules, and then takes 0.2 % of the time of the build. */
const ENTRIES = 25;

export interface Verdict {
  /** The worst first. */
  findings: Finding[];
  /** Entries that were not looked at. */
  left: number;
}

/** Several entries, or outputs, may lead to one fact. */
export const factOf = ({ code, message }: Finding): string => `${code} ${message}`;

export function verdictOf(manifest: Manifest): Verdict {
  const { entries } = manifest;
  const known = new Map<string, Finding>();
  const looked = entries.slice(0, ENTRIES);
  for (const entry of looked) {
    const foreseen = { events: foresee(manifest, entry), dropped: 0, isForeseen: true };
    for (const finding of explain({ ...manifest, entries: [entry] }, foreseen, cycleFindings)) {
      if (!known.has(factOf(finding))) known.set(factOf(finding), finding);
    }
  }
  const findings = [...known.values(), ...chunkCycles(manifest), ...liveDefaults(manifest)];
  return { findings: worstFirst(findings), left: entries.length - looked.length };
}
