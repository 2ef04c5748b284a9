/** Offsets in the code that reaches us → lines and columns → places in the user's own source. */
import { dirname, isAbsolute, resolve } from 'node:path';
import {
  decodedMappings,
  type InvalidOriginalMapping,
  type OriginalMapping,
  originalPositionFor,
  TraceMap,
} from '@jridgewell/trace-mapping';
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
  const originalOf = createOriginals(traceMap);
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
    const { source, line, column } = originalOf(place.line, place.column + ahead);
    if (source === null) continue;
    const file = isAbsolute(source) || source.startsWith('\0') ? source : resolve(dirname(id), source);
    Object.assign(place, { line, column }, file !== id && source !== id && { file });
  }
}

/** The original of a place; of one that a compiler made up, the nearest before it, or else the first that there is. */
function createOriginals(
  map: TraceMap,
): (line: number, column: number) => OriginalMapping | InvalidOriginalMapping {
  let known: [line: number, column: number][] | undefined;
  return (line, column) => {
    const original = originalPositionFor(map, { line, column });
    if (original.source !== null) return original;
    known ??= knownBefore(map);
    // A map may end before the code does.
    const nearest = known[line - 1] ?? known.at(-1);
    return nearest ? originalPositionFor(map, { line: nearest[0], column: nearest[1] }) : original;
  };
}

/** For each line, and what follows the last, the last place before it that has an original; else the first of all. */
function knownBefore(map: TraceMap): [line: number, column: number][] {
  const places = decodedMappings(map).map((segments, index) =>
    segments.flatMap(([column, source]): [number, number][] =>
      source === undefined ? [] : [[index + 1, column]],
    ),
  );
  let last = places.flat()[0] ?? [1, 0];
  const before = places.map((onLine) => {
    const found = last;
    last = onLine.at(-1) ?? last;
    return found;
  });
  return [...before, last];
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
