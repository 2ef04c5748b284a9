/** Maps offsets in the code that reaches our `transform` to positions in the user's own source. */
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
import { lineStartsOf } from '../lines.ts';
import type { ModuleRecord, Position, Positions } from '../model.ts';
import { countUpTo } from '../sorted.ts';

/** Returns a function that gives line and column of an offset. */
export function createLocator(code: string): (offset: number) => Position {
  const lineStarts = lineStartsOf(code);
  return (offset) => {
    const index = countUpTo(lineStarts, offset) - 1;
    return { line: index + 1, column: offset - (lineStarts[index] ?? 0) };
  };
}

/** The lists of a record whose elements have a position. */
type Positioned = Pick<ModuleRecord, 'requests' | 'bindings' | 'sites' | 'properties'>;

/** Positions in the code that was recorded, by its locator. */
export function positionsIn(
  locate: (offset: number) => Position,
  { requests, bindings, sites, properties }: Positioned,
): Positions {
  const all = (list: readonly { offset: number }[]): Position[] => list.map(({ offset }) => locate(offset));
  return {
    requests: all(requests),
    bindings: all(bindings),
    sites: all(sites),
    ...(properties && { properties: all(properties) }),
  };
}

export interface MarkedModule {
  id: string;
  record: Positioned & { positions: Positions };
  /** The marks that were inserted into the recorded code, in the order of their offsets. */
  insertions: readonly { offset: number; text: string }[];
  /** The recorded code with marks. */
  marked: string;
  /** Set where a later transform changed the marked code. */
  parsed?: ParsedModule;
}

/** The code of a module that was parsed in the end, with offsets of its requests and marks. */
export interface ParsedModule {
  code: string;
  /** By specifier: its first offset. */
  requests: ReadonlyMap<string, number>;
  /** By number of a site: offset of its mark. */
  marks: ReadonlyMap<number, number>;
  /** The same in `marked`, before the later transform. */
  marksBefore: ReadonlyMap<number, number>;
}

/**
 * Positions in the user's own source. Where the map has no original of a position, the record's position stays.
 *
 * @param map from the code that was parsed in the end, through all transforms
 */
export function originalPositions(module: MarkedModule, map: SourceMap): Positions {
  const { id, record, marked, parsed } = module;
  const { sources, names, mappings } = map;
  const originalOf = createMapper(id, new TraceMap({ version: 3, sources, names, mappings }));
  const markedOffset = createMarkedOffsets(module);
  const locate = createLocator(parsed?.code ?? marked);
  const original = (known: Position, offset: number | undefined): Position => {
    if (offset === undefined) return known;
    return originalOf(locate(offset)) ?? known;
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
    // They have no marks, so of changed code nobody knows where they are.
    ...(positions.properties &&
      !parsed && {
        properties: positions.properties.map((known, index) =>
          original(known, markedOffset(record.properties?.[index]?.offset ?? 0)),
        ),
      }),
  };
}

/** Returns a function that gives the original of a position in the module with this id, if the map has one. */
export function createMapper(id: string, map: TraceMap): (position: Position) => Position | undefined {
  const originalOf = createOriginals(map);
  return (position) => {
    const { source, line, column } = originalOf(position.line, position.column);
    if (source === null) return undefined;
    const file = isAbsolute(source) || source.startsWith('\0') ? source : resolve(dirname(id), source);
    return { line, column, ...(file !== id && source !== id && { file }) };
  };
}

/** By specifier of a static request: offset of its first use, in the order of the source. */
export function requestsIn({ body }: Program): Map<string, number> {
  const requests = new Map<string, number>();
  for (const node of body) {
    if (!('source' in node) || !node.source) continue;
    const specifier = String(node.source.value);
    if (!requests.has(specifier)) requests.set(specifier, startOf(node));
  }
  return requests;
}

/**
 * The offset keeps its distance from its mark, unless the text between them has changed: then it is that of the mark.
 */
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
  /** By number of insertions: the sum of their lengths. */
  const lengths = [0];
  for (const { text } of insertions) lengths.push((lengths.at(-1) ?? 0) + text.length);
  return (offset) => offset + (lengths[countUpTo(offsets, offset)] ?? 0);
}

/**
 * Returns a function that gives the original of a position, else of the nearest position before it, else the first one.
 */
function createOriginals(
  map: TraceMap,
): (line: number, column: number) => OriginalMapping | InvalidOriginalMapping {
  let known: KnownBefore | undefined;
  return (line, column) => {
    const original = originalPositionFor(map, { line, column });
    if (original.source !== null) return original;
    known ??= knownBefore(map);
    // The map may have fewer lines than the code.
    const at = Math.min(line, known.lines.length) - 1;
    const nearest = { line: known.lines[at] ?? 0, column: known.columns[at] ?? 0 };
    return nearest.line > 0 ? originalPositionFor(map, nearest) : original;
  };
}

/** By index of a line, and of the end: the last position before it that has an original. Line 0 means none. */
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
