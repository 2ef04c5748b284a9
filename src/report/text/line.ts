import type { Loc } from '../../protocol/events.ts';

const { assign, create } = Object;

/** How a piece of text looks: terminals have a colour for each, browsers a style. */
export type Tone = 'plain' | 'dim' | 'strong' | 'warn' | 'bad';

/** A piece of text with one look. */
export type Span = readonly [text: string, tone: Tone];

/** One line of output. */
export type Line = readonly Span[];

/** The line without its looks. */
export const lineText = (line: Line): string => line.map((span) => span[0]).join('');

/** A line of a block: what it tells of, in a column of its own, and the text. */
export const row = (label: string, text: string, tone: Tone = 'plain'): Line => [
  [`  ${label}`.padEnd(15), 'dim'],
  [text, tone],
];

/** Follows a line, or a line and a column. */
export const COMPILED = ' of the compiled code';

/** `file:line:column` as editors and stack traces count: the column from 1, though an event's is from 0. */
export function positionText(loc: Loc): string {
  // Not what `Object.prototype` has.
  const { file, line, column, compiled }: Loc = assign(create(null), loc);
  return `${file}:${line}:${column + 1}${compiled ? COMPILED : ''}`;
}

/** `1 module`, `2 modules` */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** `0.3 ms` */
export const milliseconds = (ms: number): string => `${ms.toFixed(1)} ms`;

/** The texts that there are. */
export const list = (texts: readonly (string | 0 | false | undefined)[], separator = ', '): string =>
  texts.filter((text) => text).join(separator);
