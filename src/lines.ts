/** Lines of a text. */

/** Offset of the first character of each line; lines end with a line feed. */
export function lineStartsOf(code: string): number[] {
  const lineStarts = [0];
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return lineStarts;
}
