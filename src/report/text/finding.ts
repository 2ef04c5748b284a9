/** Text of a finding: a block that says what happened, why, and what mends it. */
import { placeText } from '../../findings/words.ts';
import type { Finding, Severity } from '../../protocol/finding.ts';
import { type Line, row, type Tone } from './line.ts';

const { assign, create } = Object;

/** Steps of a long explanation that are printed at either end, so that it fits on a screen. */
const STEPS_SHOWN = 8;

export const SEVERITY_TONES: Readonly<Record<Severity, Tone>> = {
  error: 'bad',
  warning: 'warn',
  info: 'plain',
};

/** The first line names the tool, since it may stand among messages of many others. */
export function findingBlock(finding: Finding): Line[] {
  // Own properties only: a page may have added some to `Object.prototype`.
  const { severity, message, declared, path, remedies, caveat }: Finding = assign(create(null), finding);
  const left = path.length - 2 * STEPS_SHOWN;
  const steps = path.flatMap(({ text }, i): Line[] => {
    if (left < 2 || i < STEPS_SHOWN || i >= STEPS_SHOWN + left) return [row(i ? '' : 'because', text)];
    return i === STEPS_SHOWN ? [row('', `… ${left} more`, 'dim')] : [];
  });
  return [
    [
      ['module-phases: ', SEVERITY_TONES[severity]],
      [message, 'strong'],
    ] as Line,
  ].concat(
    steps,
    path.length ? [] : [row('because', 'the trace does not show why')],
    declared ? [row('declared', placeText(declared))] : [],
    remedyRows(remedies),
    caveat === undefined ? [] : [row('note', caveat, 'dim')],
  );
}

/**
 * The same text for findings that one cause explains: of a module that reads another a hundred times too early, say. Where
 * the cause is unknown, nobody can say so.
 */
export const causeText = ({ code, message, modules, path }: Finding): string =>
  path.length > 0 ? [code, ...modules, ...path.map(({ text }) => text)].join('\n') : message;

/** Checked remedies say so, in a column of their own. */
export function remedyRows(remedies: Finding['remedies']): Line[] {
  const width = remedies.reduce((most, { text }) => Math.max(most, text.length), 0);
  return remedies.map(({ text, checked }, i) =>
    row(i ? '' : 'to fix', checked ? `${text.padEnd(width)}  (checked)` : text),
  );
}
