/** Marked code → the code as it was. */
import type { FoundMark } from '../../model.ts';
import { MARK_PATTERN } from '../../protocol.ts';

/** Text without which there is no mark. */
export const MARK_START = '/*~';

export function findMarks(code: string): FoundMark[] {
  const marks: FoundMark[] = [];
  for (const { index, 0: text, 1: token = '', 2: digits = '' } of code.matchAll(
    new RegExp(MARK_PATTERN, 'g'),
  )) {
    marks.push({ start: index, end: index + text.length, token, site: Number.parseInt(digits, 36) });
  }
  return marks;
}

/** Without the marks of one module. */
export const stripMarks = (code: string, token: string): string =>
  code.replace(new RegExp(MARK_PATTERN, 'g'), (mark, found: string) => (found === token ? '' : mark));
