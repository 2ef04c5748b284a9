/** A text without its marks. */
import type { FoundMark } from './grammar.ts';

export interface Unmarked {
  code: string;
  /** By mark, in their order: the offset at which it stood. */
  offsets: readonly number[];
  /** Offset of the code → offset of the text with the marks, behind those that stand there. */
  offsetOf(offset: number): number;
}

/** @param marks of the text, in their order */
export function withoutMarks(text: string, marks: readonly Pick<FoundMark, 'start' | 'end'>[]): Unmarked {
  const parts: string[] = [];
  const offsets: number[] = [];
  /** By mark: the length of all up to it. */
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

/** How many elements are not above `value`. */
function countUpTo(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
