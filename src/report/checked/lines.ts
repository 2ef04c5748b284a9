/** Findings for a terminal: each with its code, what explains it, and the frame of the source. */
import type { BaselineEntry, Checked, FixedEntry } from '../../findings/baseline.ts';
import type { StrictEffect } from '../../findings/strict.ts';
import type { Finding } from '../../protocol/finding.ts';
import { SEVERITIES } from '../../protocol/finding.ts';
import { findingBlock, SEVERITY_TONES } from '../text/finding.ts';
import { count, type Line, list, row } from '../text/line.ts';

/** The source around the place of a finding; undefined where there is none to show. */
export type FrameOf = (finding: Finding) => string | undefined;

/** What `strictExecutionOrder` does to a finding, where that was asked. */
export type EffectOf = (finding: Finding) => StrictEffect | undefined;

const EFFECTS: Readonly<Record<StrictEffect, string>> = {
  mends: 'mends it',
  hides: 'only hides it: natively it fails as well, and this build goes on with undefined',
  leaves: 'leaves it',
};

export function findingLines(finding: Finding, frameOf: FrameOf, effectOf?: EffectOf): Line[] {
  const { code, severity, message } = finding;
  const [, ...rows] = findingBlock(finding);
  // Of what broke nothing there are many, and the line says enough.
  const frame = severity === 'info' ? [] : (frameOf(finding)?.split('\n') ?? []);
  const effect = effectOf?.(finding);
  return [
    [
      [`${severity} ${code} `, SEVERITY_TONES[severity]],
      [message, 'strong'],
    ],
    ...rows.slice(0, -1),
    ...(effect ? [row('strict', `strictExecutionOrder ${EFFECTS[effect]}`)] : []),
    ...rows.slice(-1),
    ...(frame.length > 0 ? [[], ...frame.map((line): Line => [[`  ${line}`, 'plain']])] : []),
    [],
  ];
}

export interface CheckedInput extends Checked {
  /** Name of the baseline's file; undefined where there is none. */
  baseline: string | undefined;
  frameOf: FrameOf;
  effectOf?: EffectOf | undefined;
}

/** What a check says in a terminal. */
export function checkedLines({ fresh, frameOf, effectOf, ...checked }: CheckedInput): Line[] {
  const { severity, known, fixed, below, baseline } = checked;
  const worse = `of severity ${severity}${severity === 'error' ? '' : ' or worse'}`;
  return [
    ...fresh.flatMap((finding) => findingLines(finding, frameOf, effectOf)),
    ...section('known', known, knownText),
    ...section('fixed', fixed, fixedText),
    ...(below.length > 0 ? [[[`${belowText(below)} (--severity info lists them)`, 'dim']] as Line] : []),
    [
      [fresh.length > 0 ? 'failed: ' : 'passed: ', fresh.length > 0 ? 'bad' : 'strong'],
      [
        list([
          `${count(fresh.length, baseline === undefined ? 'finding' : 'new finding')} ${worse}`,
          known.length > 0 && `${known.length} known`,
          fixed.length > 0 && `${fixed.length} fixed (--update-baseline takes them out)`,
          baseline !== undefined && `baseline ${baseline}`,
        ]),
        'plain',
      ],
    ],
  ];
}

function section<E>(title: string, entries: readonly E[], textOf: (entry: E) => string): Line[] {
  return entries.map((entry, i) => row(i ? '' : title, textOf(entry), 'dim'));
}

export const knownText = ({ code, message }: BaselineEntry | Finding): string => `${code} ${message}`;

/** Nobody knows whether the finding of a module that is gone is mended. */
export const fixedText = ({ missing, ...entry }: FixedEntry): string =>
  knownText(entry) +
  (missing.length > 0
    ? ` (stale: ${list(missing)} ${missing.length > 1 ? 'are' : 'is'} not in the build)`
    : '');

/** `8 findings below that: 2 warning, 6 info` */
export const belowText = (below: readonly Finding[]): string =>
  `${count(below.length, 'finding')} below that: ${list(
    SEVERITIES.map((severity) => {
      const number = below.filter((finding) => finding.severity === severity).length;
      return number > 0 && `${number} ${severity}`;
    }),
  )}`;
