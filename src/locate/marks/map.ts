/**
 * Makes the `mappings` of a source map (ECMA-426) for insertions into a text. Every module of every build needs one,
 * even without source maps, and only columns change; a general library takes several times as long.
 */

export interface Insertion {
  offset: number;
  text: string;
}

const DIGITS = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');

/**
 * Nodes begin and end where runs of characters do: runs of words (letters, digits, `_`, `$`, all that is not ASCII) and
 * of white space. Any other character is a run of its own.
 */
const [WORD, SPACE] = [1, 2];
const RUN_OF = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return /[\w$]/.test(char) ? WORD : /[ \t]/.test(char) ? SPACE : 0;
});

const LINE_FEED = 10;
const [COMMA, SEMICOLON, ZERO] = [',', ';', 'A'].map((char) => char.charCodeAt(0)) as [
  number,
  number,
  number,
];

/** Bytes of the longest segment with its separator. */
const LONGEST = 32;

/**
 * Returns mappings with a segment at the start of each run. A coarser map would be inexact, because a position between
 * segments maps to the segment before it.
 *
 * @param insertions in the order of their offsets, without line breaks
 */
export function mappingsOf(code: string, insertions: readonly Insertion[]): string {
  let bytes = Buffer.allocUnsafe(4 * code.length + LONGEST);
  let length = 0;
  let next = 0;
  let nextOffset = insertions[0]?.offset ?? -1;
  /** Columns of the last segment in marked and original line, and how much longer the marked line is up to here. */
  let generated = 0;
  let original = 0;
  let ahead = 0;
  let line = 0;
  /** The line of the last segment. */
  let lastLine = 0;
  let lineStart = 0;
  let isFirstOfLine = true;
  let lastRun = 0;

  /** Base64 VLQ of a number (sec-base64-vlq). */
  const encode = (value: number): void => {
    let rest = value < 0 ? (-value << 1) | 1 : value << 1;
    do {
      const digit = rest & 31;
      rest >>>= 5;
      bytes[length++] = DIGITS[rest > 0 ? digit | 32 : digit] as number;
    } while (rest > 0);
  };

  for (let offset = 0; offset < code.length; offset++) {
    const isInserted = offset === nextOffset;
    while (offset === nextOffset) {
      ahead += (insertions[next] as Insertion).text.length;
      nextOffset = insertions[++next]?.offset ?? -1;
    }
    const char = code.charCodeAt(offset);
    if (length + LONGEST > bytes.length) bytes = Buffer.concat([bytes], 2 * bytes.length);
    if (char === LINE_FEED) {
      bytes[length++] = SEMICOLON;
      line++;
      generated = ahead = 0;
      lineStart = offset + 1;
      isFirstOfLine = true;
      lastRun = 0;
      continue;
    }
    const run = char > 127 ? WORD : (RUN_OF[char] as number);
    if (run > 0 && run === lastRun && !isInserted) continue;
    lastRun = run;
    const column = offset - lineStart;
    const distance = column - original;
    if (!isFirstOfLine) bytes[length++] = COMMA;
    encode(column + ahead - generated);
    bytes[length++] = ZERO;
    if (isFirstOfLine) encode(line - lastLine);
    else bytes[length++] = ZERO;
    encode(distance);
    if (isFirstOfLine) lastLine = line;
    isFirstOfLine = false;
    generated = column + ahead;
    original = column;
  }
  return bytes.toString('latin1', 0, length);
}
