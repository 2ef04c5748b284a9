/** The block for a read of a binding whose module had not finished: what, where, why, and what to do. */
import type { BindingKind, Loc, ModuleStatus, ReadEvent } from '../../protocol.ts';
import { eventLine, STATE_TONES, target } from './event.ts';
import { type Line, place, row } from './line.ts';

export interface EarlyRead {
  read: ReadEvent;
  /** Of the module that declares the binding, when it was read. */
  status: ModuleStatus;
  kind?: BindingKind;
  /** Where the binding is declared. */
  declared?: Loc;
  /** Each step imports the next one, the last the first. Empty where no import path leads back. */
  cycle: CycleStep[];
}

export interface CycleStep {
  module: string;
  /** Of the import. */
  line: number;
}

/** A block; one line where the reader got the value all the same. */
export function earlyRead({ read, status, kind, declared, cycle }: EarlyRead): Line[] {
  const { name, module, importer, state } = read;
  const tone = STATE_TONES[state];
  const fatal = state === 'uninitialized';
  const linked = status === 'linked';
  const looped = cycle.length > 0;
  if (state === 'initialized') return [eventLine(read)];
  const lines: Line[] = [
    [
      ['Read too early: ', tone],
      [place(read.loc), 'strong'],
      [` reads ${target(read)}, which has no value yet. `, 'plain'],
      [fatal ? 'This throws the ReferenceError you see.' : 'It silently gets undefined.', tone],
    ],
    row(
      'module',
      `${module} has not ${linked ? 'started' : 'finished'} (${status})` +
        (linked && looped ? `: it waits for its imports, which lead to ${importer}` : ''),
    ),
    row(
      'binding',
      `${name}${kind ? ` (${kind})` : ''} gets its value ${declared ? `at ${place(declared)}` : 'later'}; until then it is ` +
        (fatal ? 'uninitialized, in its temporal dead zone (TDZ)' : 'undefined'),
    ),
  ];
  cycle.forEach((step, i) => {
    const next = cycle[i + 1] ?? cycle[0];
    lines.push(row(i ? '' : 'cycle', `${step.module}:${step.line} imports ${next?.module}`));
  });
  if (!looped) {
    lines.push(
      row(
        'no cycle',
        `no import leads from ${module} back to ${importer}: the bundle has another order than the imports,`,
      ),
      row('', `or ${importer} was called before its own imports had run`),
    );
  }
  lines.push(
    row('to fix', `read ${name} later, in a function that is called once all modules have run`),
    row(
      '',
      looped
        ? `or move ${name} to a module of its own that imports none of these`
        : `or import ${module} earlier in the entry`,
    ),
  );
  if (kind !== 'class') {
    lines.push(
      row('', 'or, if it is a function, declare it as one: that is initialized before any module runs'),
    );
  }
  return lines;
}
