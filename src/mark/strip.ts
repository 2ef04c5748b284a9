/** Marked code → the code as it was. */
import { MARK_PATTERN } from '../protocol.ts';

/**
 * Where the marks of the modules that `isToken` knows are. Nothing but a mark has that text: a module's code does not
 * contain its token.
 */
export function findMarks(
  code: string,
  isToken: (token: string) => boolean,
): { start: number; end: number }[] {
  const marks: { start: number; end: number }[] = [];
  for (const { index, 0: text, 1: token = '' } of code.matchAll(new RegExp(MARK_PATTERN, 'g'))) {
    if (isToken(token)) marks.push({ start: index, end: index + text.length });
  }
  return marks;
}

export const stripMarks = (code: string, isToken: (token: string) => boolean): string =>
  code.replace(new RegExp(MARK_PATTERN, 'g'), (mark, token: string) => (isToken(token) ? '' : mark));
