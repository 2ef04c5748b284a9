/** Findings that are known and reviewed, and what is new beside them. */
import { type Finding, SEVERITIES, type Severity } from '../protocol/finding.ts';
import { byIdentity, type Identity, identityOf, partiesOf } from './identity.ts';

/** A known finding. */
export interface BaselineEntry extends Identity {
  /** What it said when it was written down: for who reviews it. */
  message: string;
}

/** A known finding that is not found any more. */
export interface FixedEntry extends BaselineEntry {
  /** Modules that are gone too: renamed or removed, so that nobody knows whether the finding is. */
  missing: readonly string[];
}

/** Findings at or above a severity, by what the baseline says of them. Each list has the worst first. */
export interface Checked {
  severity: Severity;
  fresh: readonly Finding[];
  known: readonly Finding[];
  fixed: readonly FixedEntry[];
  /** Findings below the severity, which are not looked at. */
  below: readonly Finding[];
}

export interface CheckedInput {
  findings: readonly Finding[];
  baseline: readonly BaselineEntry[];
  severity: Severity;
  /** Paths of all modules. */
  modules: ReadonlySet<string>;
}

/** Each finding once, whatever the number of its places. */
export function checkedBy({ findings, baseline, severity, modules }: CheckedInput): Checked {
  const limit = SEVERITIES.indexOf(severity);
  const all = [...byIdentity(findings)];
  const isAbove = ({ severity }: Finding): boolean => SEVERITIES.indexOf(severity) <= limit;
  const known = new Set(baseline.map(identityOf));
  const found = new Set(all.map(([identity]) => identity));
  const above = all.filter(([, finding]) => isAbove(finding));
  return {
    severity,
    fresh: above.flatMap(([identity, finding]) => (known.has(identity) ? [] : [finding])),
    known: above.flatMap(([identity, finding]) => (known.has(identity) ? [finding] : [])),
    fixed: baseline
      .filter((entry) => !found.has(identityOf(entry)))
      .map((entry) => ({ ...entry, missing: entry.modules.filter((path) => !modules.has(path)) })),
    below: all.flatMap(([, finding]) => (isAbove(finding) ? [] : [finding])),
  };
}

/** The entries for findings, sorted, so that a review sees what has changed. */
export const baselineOf = (findings: readonly Finding[]): BaselineEntry[] =>
  [...byIdentity(findings)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, finding]) => ({
      code: finding.code,
      modules: partiesOf(finding),
      ...(finding.binding !== undefined && { binding: finding.binding }),
      message: finding.message,
    }));
