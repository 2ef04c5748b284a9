/** Finds the code of each module in a chunk by the text that the bundler rendered for it. */

export interface Slice {
  /** Id of the module. */
  id: string;
  start: number;
  end: number;
}

/**
 * Searches the chunk for each module's rendered code, trimmed, in order. A banner may contain a module's text too, so a
 * search from the back has to find the same positions. Null where it finds others, or where a text is missing.
 *
 * @param rendered the code of each module by its id, in the order of the chunk; read once
 */
export function slicesOf(
  code: string,
  rendered: Iterable<readonly [id: string, code: string | null]>,
): Slice[] | null {
  const slices: Slice[] = [];
  let from = 0;
  for (const [id, whole] of rendered) {
    const text = whole?.trim();
    if (!text) continue;
    const start = code.indexOf(text, from);
    if (start < 0) return null;
    from = start + text.length;
    slices.push({ id, start, end: from });
  }
  return areLast(code, slices) ? slices : null;
}

/** Whether a search from the back finds each slice at the same offset. */
function areLast(code: string, slices: readonly Slice[]): boolean {
  let to = code.length;
  for (let index = slices.length - 1; index >= 0; index--) {
    const { start, end } = slices[index] as Slice;
    if (code.lastIndexOf(code.slice(start, end), to - (end - start)) !== start) return false;
    to = start;
  }
  return true;
}
