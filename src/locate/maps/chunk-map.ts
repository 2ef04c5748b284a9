/** The source map of a chunk, asked for single places. */
import { TraceMap, traceSegment } from '@jridgewell/trace-mapping';
import type { RawMap } from '../../model.ts';
import { countUpTo } from '../../sorted.ts';

/** A place in an original source: both numbers from 0. */
export interface Place {
  source: number;
  line: number;
  column: number;
}

export interface ChunkMap {
  map: TraceMap;
  /** The original of the offset, if the map has one for just this offset, or for the annotation right before it. */
  placeAt(offset: number): Place | undefined;
}

export function createChunkMap(code: string, input: RawMap): ChunkMap {
  const map = new TraceMap(input);
  const lineStarts = lineStartsOf(code);
  return {
    map,
    placeAt(offset) {
      const place = exactly(offset);
      if (place) return place;
      const [annotation] = ANNOTATION.exec(code.slice(Math.max(0, offset - LONGEST), offset)) ?? [];
      return annotation === undefined ? undefined : exactly(offset - annotation.length);
    },
  };

  function exactly(offset: number): Place | undefined {
    const line = countUpTo(lineStarts, offset) - 1;
    const column = offset - (lineStarts[line] ?? 0);
    const segment = traceSegment(map, line, column);
    if (!segment || segment.length === 1 || segment[0] !== column) return undefined;
    return { source: segment[1], line: segment[2], column: segment[3] };
  }
}

/**
 * Of `/* @__PURE__ *\/ f()` and `/* @__PURE__ *\/ (0, import_f.default)()` Rolldown's map gives the annotation the place of
 * `f`, which gets none itself.
 */
const ANNOTATION = /\/\* ?[@#]__PURE__ ?\*\/ (?:\(0, )?$/;
const LONGEST = '/* @__PURE__ */ (0, '.length;

function lineStartsOf(code: string): number[] {
  const lineStarts = [0];
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return lineStarts;
}
