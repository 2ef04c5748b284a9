/** Offsets in the code that reaches us → lines and columns → places in the user's own source. */
import { dirname, isAbsolute, resolve } from 'node:path';
import {
  decodedMappings,
  type InvalidOriginalMapping,
  type OriginalMapping,
  originalPositionFor,
  type SourceMapSegment,
  TraceMap,
} from '@jridgewell/trace-mapping';
import type { Program } from 'estree';
import type { SourceMap } from 'rollup';
import { startOf } from '../ast/node-path.ts';
import type { ModuleRecord, Position, Positions } from '../model.ts';

/** Line and column of an offset. */
export function createLocator(code: string): (offset: number) => Position {
  const lineStarts = lineStartsOf(code);
  return (offset) => {
    const index = countUpTo(lineStarts, offset) - 1;
    return { line: index + 1, column: offset - (lineStarts[index] ?? 0) };
  };
}

/** What of a record has a position. */
type Positioned = Pick<ModuleRecord, 'requests' | 'bindings' | 'sites'>;

/** In the code that was recorded. */
export function positionsIn(code: string, { requests, bindings, sites }: Positioned): Positions {
  const locate = createLocator(code);
  const all = (list: readonly { offset: number }[]): Position[] => list.map(({ offset }) => locate(offset));
  return { requests: all(requests), bindings: all(bindings), sites: all(sites) };
}

export interface MarkedModule {
  id: string;
  record: Positioned & { positions: Positions };
  /** What was put into the code that was recorded, in order. */
  insertions: readonly { offset: number; text: string }[];
  /** The marked code, and what became of it where a later transform changed it. */
  marked: string;
  parsed?: ParsedModule;
}

/** The code of a module as it was parsed in the end, and where its requests and marks are found in it. */
export interface ParsedModule {
  code: string;
  /** Offsets of specifiers. */
  requests: ReadonlyMap<string, number>;
  /** Offsets of marks by the number of their site; then the same in the code as we marked it. */
  marks: ReadonlyMap<number, number>;
  marksBefore: ReadonlyMap<number, number>;
}

/**
 * In the user's own source, as far as the map tells; else those that the record has.
 *
 * @param map from the code that was parsed in the end, through all transforms
 */
export function originalPositions(module: MarkedModule, map: SourceMap): Positions {
  const { id, record, marked, parsed } = module;
  const { sources, names, mappings } = map;
  const originalOf = createOriginals(new TraceMap({ version: 3, sources, names, mappings }));
  const markedOffset = createMarkedOffsets(module);
  const locate = createLocator(parsed?.code ?? marked);
  const original = (known: Position, offset: number | undefined): Position => {
    if (offset === undefined) return known;
    const at = locate(offset);
    const { source, line, column } = originalOf(at.line, at.column);
    if (source === null) return known;
    const file = isAbsolute(source) || source.startsWith('\0') ? source : resolve(dirname(id), source);
    return { line, column, ...(file !== id && source !== id && { file }) };
  };

  const offsets = record.sites.map(({ offset }, number) =>
    parsed ? offsetByMark(marked, parsed, markedOffset(offset), number) : markedOffset(offset),
  );
  const declarations = new Map(
    record.sites.flatMap((site, number) =>
      site.kind === 'declaration' || site.kind === 'default' ? [[site.binding, offsets[number]]] : [],
    ),
  );
  const { positions } = record;
  return {
    requests: positions.requests.map((known, index) => {
      const { specifier = '', offset = 0 } = record.requests[index] ?? {};
      return original(known, parsed ? parsed.requests.get(specifier) : markedOffset(offset));
    }),
    bindings: positions.bindings.map((known, index) =>
      original(known, parsed ? declarations.get(index) : markedOffset(record.bindings[index]?.offset ?? 0)),
    ),
    sites: positions.sites.map((known, number) => original(known, offsets[number])),
  };
}

/** Where each specifier of static requests first stands: its offset, in the order of the source. */
export function requestsIn({ body }: Program): Map<string, number> {
  const requests = new Map<string, number>();
  for (const node of body) {
    if (!('source' in node) || !node.source) continue;
    const specifier = String(node.source.value);
    if (!requests.has(specifier)) requests.set(specifier, startOf(node.source));
  }
  return requests;
}

/** A place is as far from its mark as it was, unless the text between the two has changed: then it is at the mark. */
function offsetByMark(
  marked: string,
  { code, marks, marksBefore }: ParsedModule,
  offset: number,
  number: number,
): number | undefined {
  const before = marksBefore.get(number);
  const after = marks.get(number);
  if (before === undefined || after === undefined) return undefined;
  const between = (text: string, mark: number): string =>
    text.slice(Math.min(mark, mark + offset - before), Math.max(mark, mark + offset - before));
  return between(marked, before) === between(code, after) ? after + offset - before : after;
}

/** Offset of the code that was recorded → offset of the marked code. */
function createMarkedOffsets({ insertions }: MarkedModule): (offset: number) => number {
  const offsets = insertions.map(({ offset }) => offset);
  /** Length of the first insertions, by their number. */
  const lengths = [0];
  for (const { text } of insertions) lengths.push((lengths.at(-1) ?? 0) + text.length);
  return (offset) => offset + (lengths[countUpTo(offsets, offset)] ?? 0);
}

/** The original of a place; of one that a compiler made up, the nearest before it, or else the first that there is. */
function createOriginals(
  map: TraceMap,
): (line: number, column: number) => OriginalMapping | InvalidOriginalMapping {
  let known: KnownBefore | undefined;
  return (line, column) => {
    const original = originalPositionFor(map, { line, column });
    if (original.source !== null) return original;
    known ??= knownBefore(map);
    // A map may end before the code does.
    const at = Math.min(line, known.lines.length) - 1;
    const nearest = { line: known.lines[at] ?? 0, column: known.columns[at] ?? 0 };
    return nearest.line > 0 ? originalPositionFor(map, nearest) : original;
  };
}

/** For each line, and what follows the last, the last place before it that has an original; line 0 is none. */
interface KnownBefore {
  lines: Uint32Array;
  columns: Uint32Array;
}

function knownBefore(map: TraceMap): KnownBefore {
  const mappings = decodedMappings(map);
  const lines = new Uint32Array(mappings.length + 1);
  const columns = new Uint32Array(mappings.length + 1);
  const hasSource = (segment: SourceMapSegment): boolean => segment.length > 1;
  let line = mappings.findIndex((segments) => segments.some(hasSource)) + 1;
  let column = mappings[line - 1]?.find(hasSource)?.[0] ?? 0;
  for (let index = 0; index <= mappings.length; index++) {
    lines[index] = line;
    columns[index] = column;
    const last = mappings[index]?.findLast(hasSource);
    if (!last) continue;
    line = index + 1;
    column = last[0];
  }
  return { lines, columns };
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
