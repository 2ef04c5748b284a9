/**
 * The segments of a source map in one list of numbers. The arrays of `decodedMappings` take more time than all the rest
 * of locating, and most of it for the garbage collector.
 */

export interface Segments {
  /** By line, and of the end: the number of its first segment. */
  firstOf: readonly number[];
  /** Of each segment: its column, and source, line and column of the original; the source is -1 where it has none. */
  fields: Int32Array;
}

/** How many numbers a segment has in `fields`. */
export const FIELDS = 4;

/** @param mappings of a source map; segments of a line stand in the order of their columns */
export function segmentsOf(mappings: string): Segments {
  const firstOf = [0];
  // No segment is shorter than a character and a comma.
  const fields = new Int32Array(FIELDS * ((mappings.length >> 1) + 1));
  let at = 0;
  let count = 0;
  let [column, source, line, original] = [0, 0, 0, 0];

  /** The next number of a segment: digits of 5 bits, the lowest first; the very lowest bit is the sign. */
  function next(): number {
    let bits = 0;
    for (let shift = 0; ; shift += 5) {
      // A number that is cut, or has another character, ends there.
      const digit = DIGITS[mappings.charCodeAt(at++)] ?? 0;
      bits |= (digit & 31) << shift;
      if (digit < 32) break;
    }
    return bits & 1 ? -(bits >>> 1) : bits >>> 1;
  }

  while (at < mappings.length) {
    const char = mappings.charCodeAt(at);
    if (char === SEMICOLON) {
      firstOf.push(count);
      column = 0;
      at++;
    } else if (char === COMMA) at++;
    else {
      column += next();
      const hasOriginal = isDigit(mappings.charCodeAt(at));
      if (hasOriginal) {
        source += next();
        line += next();
        original += next();
        // The name.
        if (isDigit(mappings.charCodeAt(at))) next();
      }
      fields[FIELDS * count] = column;
      fields[FIELDS * count + 1] = hasOriginal ? source : -1;
      fields[FIELDS * count + 2] = line;
      fields[FIELDS * count + 3] = original;
      count++;
    }
  }
  firstOf.push(count);
  return { firstOf, fields };
}

const COMMA = 44;
const SEMICOLON = 59;
/** Not at the end either, where the code of the character is `NaN`. */
const isDigit = (char: number): boolean => char >= 0 && char !== COMMA && char !== SEMICOLON;

/** By code of a character: the digit that it stands for. */
const DIGITS = new Uint8Array(128);
for (const [digit, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries())
  DIGITS[char.charCodeAt(0)] = digit;
