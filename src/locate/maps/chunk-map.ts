/** The source map of a chunk, asked for single places. */
import { lineStartsOf } from '../../lines.ts';
import type { RawMap } from '../../model.ts';
import { countUpTo } from '../../sorted.ts';
import { FIELDS, type Segments, segmentsOf } from './segments.ts';

/** A place in an original source: both numbers from 0. */
export interface Place {
  source: number;
  line: number;
  column: number;
}

export interface ChunkMap {
  /** The original of the offset, if the map has one for just this offset, or for the annotation right before it. */
  placeAt(offset: number): Place | undefined;
  /** Text of the line of an original source from the place on; undefined where it isn't known. */
  originalAt(place: Place): string | undefined;
}

/** @param map of a chunk; null where it has none, as one of virtual modules alone */
export function createChunkMap(code: string, map: RawMap | null): ChunkMap {
  let decoded: { lineStarts: readonly number[]; segments: Segments } | undefined;
  const originals: (readonly string[] | undefined)[] = [];
  return {
    placeAt(offset) {
      const place = exactly(offset);
      if (place) return place;
      const [annotation] = ANNOTATION.exec(code.slice(Math.max(0, offset - LONGEST), offset)) ?? [];
      return annotation === undefined ? undefined : exactly(offset - annotation.length);
    },
    originalAt({ source, line, column }) {
      originals[source] ??= map?.sourcesContent?.[source]?.split('\n');
      return originals[source]?.[line]?.slice(column);
    },
  };

  function exactly(offset: number): Place | undefined {
    // Of a chunk without sites nobody asks.
    decoded ??= { lineStarts: lineStartsOf(code), segments: segmentsOf(map?.mappings ?? '') };
    const { lineStarts, segments } = decoded;
    const { firstOf, fields } = segments;
    const line = countUpTo(lineStarts, offset) - 1;
    const column = offset - (lineStarts[line] ?? 0);
    const end = firstOf[line + 1] ?? 0;
    let low = firstOf[line] ?? end;
    for (let high = end; low < high; ) {
      const middle = (low + high) >> 1;
      if ((fields[FIELDS * middle] as number) < column) low = middle + 1;
      else high = middle;
    }
    const at = FIELDS * low;
    const source = fields[at + 1] as number;
    if (low === end || fields[at] !== column || source < 0) return undefined;
    return { source, line: fields[at + 2] as number, column: fields[at + 3] as number };
  }
}

/**
 * Of `/* @__PURE__ *\/ f()` and `/* @__PURE__ *\/ (0, import_f.default)()` Rolldown's map gives the annotation the place of
 * `f`, which gets none itself.
 */
const ANNOTATION = /\/\* ?[@#]__PURE__ ?\*\/ (?:\(0, )?$/;
const LONGEST = '/* @__PURE__ */ (0, '.length;
