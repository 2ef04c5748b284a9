import { placeText } from '../../findings/words.ts';
import type { Loc } from '../../protocol/events.ts';

/** How a piece of text looks: a colour in terminals, a style in browsers. */
export type Tone = 'plain' | 'dim' | 'strong' | 'warn' | 'bad';

/** A piece of text with its tone. */
export type Span = readonly [text: string, tone: Tone];

/** One line of output. */
export type Line = readonly Span[];

/** The plain text of a line. */
export const lineText = (line: Line): string => line.map((span) => span[0]).join('');

/** A line of a block: a label in a column of its own, and the text. */
export const row = (label: string, text: string, tone: Tone = 'plain'): Line => [
  [`  ${label}`.padEnd(15), 'dim'],
  [text, tone],
];

/** `file:line:column` with the column from 1. */
export const positionText: (loc: Loc) => string = placeText;

/** `1 module`, `2 modules` */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** `0.3 ms` */
export const milliseconds = (ms: number): string => `${ms.toFixed(1)} ms`;

/** Joins the texts that are not empty. */
export const list = (texts: readonly (string | 0 | false | undefined)[], separator = ', '): string =>
  texts.filter((text) => text).join(separator);
