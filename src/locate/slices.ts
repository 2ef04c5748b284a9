/** Where the code of each module stands in a chunk, as the bundler itself says it. */

export interface Slice {
  /** Of the module. */
  id: string;
  start: number;
  end: number;
}

/**
 * A bundler joins what it rendered of each module: trimmed, that is a piece of the chunk, in order. Found in order is
 * not found in the right place, as a banner may hold a module's text, so a search from the back has to agree; null where
 * it doesn't, or where something is not found.
 *
 * @param rendered the code of each module by its id, in the order of the chunk; each is asked for once
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

/** Whether a search from the back finds each where the one from the front did. */
function areLast(code: string, slices: readonly Slice[]): boolean {
  let to = code.length;
  for (let index = slices.length - 1; index >= 0; index--) {
    const { start, end } = slices[index] as Slice;
    if (code.lastIndexOf(code.slice(start, end), to - (end - start)) !== start) return false;
    to = start;
  }
  return true;
}
