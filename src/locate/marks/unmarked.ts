/** Removes marks from a text. */
import { countUpTo } from '../../sorted.ts';
import type { FoundMark } from './grammar.ts';

export interface Unmarked {
  code: string;
  /** By index of a mark: the offset in `code` at which it was. */
  offsets: readonly number[];
  /** Offset of the code → offset of the text with marks, after marks at that offset. */
  offsetOf(offset: number): number;
}

/** @param marks in the order of their offsets */
export function withoutMarks(text: string, marks: readonly Pick<FoundMark, 'start' | 'end'>[]): Unmarked {
  const parts: string[] = [];
  const offsets: number[] = [];
  /** By index of a mark: the sum of the lengths up to and with it. */
  const lengths: number[] = [];
  let last = 0;
  let length = 0;
  for (const { start, end } of marks) {
    parts.push(text.slice(last, start));
    offsets.push(start - length);
    length += end - start;
    lengths.push(length);
    last = end;
  }
  parts.push(text.slice(last));
  return {
    code: parts.join(''),
    offsets,
    offsetOf: (offset) => offset + (lengths[countUpTo(offsets, offset) - 1] ?? 0),
  };
}
