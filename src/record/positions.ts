/** Offsets in the code that reaches us → lines and columns → places in the user's own source. */
import { dirname, isAbsolute, resolve } from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { ModuleRecord, Place } from '../model.ts';

/** Line and column of an offset. */
export function createLocator(code: string): (offset: number) => Place {
  const lineStarts = lineStartsOf(code);
  return (offset) => {
    const index = countUpTo(lineStarts, offset) - 1;
    return { line: index + 1, column: offset - (lineStarts[index] ?? 0) };
  };
}

export interface MarkedModule {
  id: string;
  record: ModuleRecord;
  /** The code before it was marked, and what was put into it, in order. */
  code: string;
  insertions: readonly { offset: number; text: string }[];
}

/**
 * Moves a record's places to the user's own source.
 *
 * @param map from the marked code, through all transforms before: JSON
 */
export function relocate({ id, record, code, insertions }: MarkedModule, map: string): void {
  const traceMap = new TraceMap(map);
  const lineStarts = lineStartsOf(code);
  const offsets = insertions.map(({ offset }) => offset);
  /** Length of the first insertions, by their number. */
  const lengths = [0];
  for (const { text } of insertions) lengths.push((lengths.at(-1) ?? 0) + text.length);

  for (const place of [...record.requests, ...record.bindings, ...record.sites]) {
    const lineStart = lineStarts[place.line - 1] ?? 0;
    const before = countUpTo(offsets, lineStart - 1);
    const upTo = countUpTo(offsets, lineStart + place.column);
    const ahead = (lengths[upTo] ?? 0) - (lengths[before] ?? 0);
    const { source, line, column } = originalPositionFor(traceMap, {
      line: place.line,
      column: place.column + ahead,
    });
    if (source === null) continue;
    const file = isAbsolute(source) || source.startsWith('\0') ? source : resolve(dirname(id), source);
    Object.assign(place, { line, column }, file !== id && source !== id && { file });
  }
}

function lineStartsOf(code: string): number[] {
  const lineStarts = [0];
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return lineStarts;
}

/** How many elements are not above `value`. */
function countUpTo(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
