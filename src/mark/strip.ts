/** Marked code → the code as it was. */
import { MARK_PATTERN } from '../protocol.ts';

/**
 * Removes the marks of the modules that `isToken` knows. Nothing but a mark has that text: a module's code does
 * not contain its token.
 */
export function stripMarks(code: string, isToken: (token: string) => boolean): string {
  return code.replace(new RegExp(MARK_PATTERN, 'g'), (mark, token: string) => (isToken(token) ? '' : mark));
}
