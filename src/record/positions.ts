/** Offsets in the code that reaches us → places in the user's own source. */
import { dirname, isAbsolute, resolve } from 'node:path';
import { originalPositionFor, type SourceMapInput, TraceMap } from '@jridgewell/trace-mapping';
import type { Place } from '../model.ts';

/**
 * @param map of the transforms before ours, or null where there were none
 * @param id of the module: a place in it needs no `file`
 */
export function createLocator(
  code: string,
  id: string,
  map: SourceMapInput | null,
): (offset: number) => Place {
  const lineStarts = [0];
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  const traceMap = map && new TraceMap(map);

  return (offset) => {
    const index = lastAtMost(lineStarts, offset);
    const place = { line: index + 1, column: offset - (lineStarts[index] ?? 0) };
    if (!traceMap) return place;
    const { source, line, column } = originalPositionFor(traceMap, place);
    if (source === null) return place;
    const file = isAbsolute(source) || source.startsWith('\0') ? source : resolve(dirname(id), source);
    return file === id || source === id ? { line, column } : { line, column, file };
  };
}

/** Index of the last element that is not above `value`. */
function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
