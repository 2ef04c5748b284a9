/** What a build says of its findings: Rollup's logs. */
import { isAbsolute, join } from 'node:path';
import type { RollupLog } from 'rollup';
import type { Verdict } from '../findings/verdict.ts';
import { placeText } from '../findings/words.ts';
import { type Finding, SEVERITIES, type Severity } from '../protocol/finding.ts';
import { frameOf } from './frame.ts';
import { cyclesText } from './text/cycles.ts';
import { findingBlock, withPage } from './text/finding.ts';
import { lineText } from './text/line.ts';

/** Infos about single findings: with what mends each of them they fill a screen. */
const SHOWN = 8;

/** Findings whose reads break the program whenever it runs. */
const isFatal = ({ code, severity }: Finding): boolean =>
  severity === 'error' && (code === 'EARLY_READ' || code === 'MASKED_TDZ');

export interface BuildLogs {
  warnings: RollupLog[];
  infos: RollupLog[];
}

export interface LogInput {
  /** Absolute. */
  root: string;
  /** The text of a file; undefined where it can't be read. */
  textOf(path: string): string | undefined;
}

/**
 * Warnings for what breaks the program whenever it runs, each with the frame of the source; the rest as infos, at most a
 * screen of them. Cycles that break nothing have one line together.
 */
export function buildLogs({ findings, left: entries }: Verdict, input: LogInput): BuildLogs {
  const fatal = findings.filter(isFatal);
  const others = findings.filter((finding) => !isFatal(finding) && finding.code !== 'CYCLE');
  const latent = findings.filter(({ rank }) => rank === 'latent');
  const rest = [...others, ...latent];
  const left = rest.length - SHOWN;
  const cycles = cyclesText(findings);
  // Of reads in functions a build can't know when they come.
  const unsure = findings.some(({ rank }) => rank === 'harmless')
    ? '; harmless, unless a function is called too early, which only a run shows'
    : '';
  return {
    warnings: fatal.map((finding) => warning(finding, input)),
    infos: [
      ...rest.slice(0, SHOWN).map((finding) => info(finding.code, shortText(finding))),
      ...(left > 0 ? [info('MORE_FINDINGS', `${left} more findings`)] : []),
      ...(entries > 0
        ? [info('ENTRIES_LEFT', `${entries} more entries, of which nobody has looked at the order`)]
        : []),
      ...(cycles === '' ? [] : [info('CYCLE', withPage(`cycles: ${cycles}${unsure}`, 'CYCLE'))]),
    ],
  };
}

/** The error of a build that the option `gate` ends; null where no finding is as bad as that. */
export function gateError(findings: readonly Finding[], gate: Severity): RollupLog | null {
  const limit = SEVERITIES.indexOf(gate);
  const stopped = findings.filter(({ severity }) => SEVERITIES.indexOf(severity) <= limit);
  const [first] = stopped;
  if (!first) return null;
  const found = stopped.length === 1 ? 'a finding' : `${stopped.length} findings`;
  const which = stopped.length === 1 ? '' : 'the first is ';
  return {
    code: 'GATE',
    message: `Option "gate" is "${gate}", and this build has ${found} of that severity or a worse one: ${which}${first.code}: ${blockText(first)}`,
  };
}

const info = (code: string, message: string): RollupLog => ({ code, message });

/** With the place as a property, Rollup itself prints it. */
function warning(finding: Finding, { root, textOf }: LogInput): RollupLog {
  const { code, loc } = finding;
  const message = blockText(finding);
  if (!loc || isAbsolute(loc.file)) return { code, message };
  const { line, column = 0, compiled } = loc;
  const file = join(root, loc.file);
  const text = compiled ? undefined : textOf(file);
  const frame = text === undefined ? undefined : frameOf(text, loc);
  return {
    code,
    message: message.replace(`${placeText(loc)} `, ''),
    id: file,
    loc: { file, line, column },
    ...(frame !== undefined && { frame }),
  };
}

const blockText = (finding: Finding): string =>
  findingBlock(finding).map(lineText).join('\n').replace('module-phases: ', '');

/** The finding, the first of what mends it, and the page that explains it. */
function shortText({ code, message, remedies }: Finding): string {
  const [first] = remedies;
  return withPage(first ? `${message}; to fix: ${first.text}` : message, code);
}
