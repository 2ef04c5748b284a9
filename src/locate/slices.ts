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

/**
 * The slices of a chunk in which plugins have changed single lines, as Vite does with names of files: of each slice most
 * lines are as rendered, the first one too, and none is added or missing. Null where there are none.
 */
export function slicesByLines(
  code: string,
  rendered: Iterable<readonly [id: string, code: string | null]>,
): Slice[] | null {
  const lines = code.split('\n');
  const starts = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
  const slices: Slice[] = [];
  let from = 0;
  for (const [id, whole] of rendered) {
    const text = whole?.trim();
    if (!text) continue;
    const wanted = text.split('\n');
    let at = lines.indexOf(wanted[0] ?? '', from);
    while (at >= 0 && !areMostSame(wanted, lines, at)) at = lines.indexOf(wanted[0] ?? '', at + 1);
    if (at < 0) return null;
    from = at + wanted.length;
    slices.push({ id, start: starts[at] ?? 0, end: (starts[from] ?? 0) - 1 });
  }
  return slices;
}

function areMostSame(wanted: readonly string[], lines: readonly string[], at: number): boolean {
  const same = wanted.filter((line, index) => lines[at + index] === line);
  return at + wanted.length <= lines.length && same.length * 2 > wanted.length;
}
