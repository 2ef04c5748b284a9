/** Text of an early read, that is of a binding whose module has not finished: what happened, why, and how to fix it. */
import type { EarlyRead } from '../../findings/early-read.ts';
import { eventLine, STATE_TONES } from './event.ts';
import { COMPILED, type Line, positionText, row } from './line.ts';

/** Steps of a long cycle that are printed at either end, so that it fits on a screen. */
const STEPS_SHOWN = 8;

/** A block; a single line where the read gave the binding's value. */
export function earlyRead({ read, status, kind, declared, cycle }: EarlyRead): Line[] {
  const { name, module, importer, state } = read;
  const fatal = state === 'uninitialized';
  const linked = status === 'linked';
  const looped = cycle.length > 0;
  if (state === 'initialized') return [eventLine(read)];
  const lines: Line[] = [
    [
      ['Read too early: ', STATE_TONES[state]],
      [`${positionText(read.loc)} reads ${name} of ${module} before it has a value. `, 'strong'],
      [fatal ? 'This throws a ReferenceError.' : 'It silently gets undefined.', STATE_TONES[state]],
    ],
    row('module', `${module} has not ${linked ? 'started, its imports run first' : 'finished'} (${status})`),
    row(
      'binding',
      `${name}${kind ? ` (${kind})` : ''} gets its value ${declared ? `at ${positionText(declared)}` : 'later'}; until then it is ` +
        (fatal ? 'uninitialized, in its temporal dead zone (TDZ)' : 'undefined'),
    ),
  ];
  const left = cycle.length - 2 * STEPS_SHOWN;
  cycle.forEach((step, i) => {
    const at = step.line === undefined ? '' : `:${step.line}${step.compiled ? COMPILED : ''}`;
    const text = `${step.module}${at} imports ${(cycle[i + 1] ?? cycle[0])?.module}`;
    if (left < 2 || i < STEPS_SHOWN || i >= STEPS_SHOWN + left) lines.push(row(i ? '' : 'cycle', text));
    else if (i === STEPS_SHOWN) lines.push(row('', `… ${left} more`, 'dim'));
  });
  if (!looped) lines.push(row('no cycle', `no import leads from ${module} back to ${importer}`));
  lines.push(
    row('to fix', `read ${name} later, in a function called once all modules have run`),
    row(
      '',
      looped
        ? `or move ${name} to a module that imports none of these`
        : `or import ${module} earlier, or find who calls ${importer} before its imports have run`,
    ),
  );
  if (kind !== 'class')
    lines.push(
      row('', 'or, if it is a function, declare it as one: it is initialized before any module runs'),
    );
  return lines;
}
