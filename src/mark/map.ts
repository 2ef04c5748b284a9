/**
 * Source map of insertions into a text: its `mappings`, by the Source Map specification (ECMA-426). Made here because
 * every module of every build needs one, wanted or not, and all that changes is columns: a general library takes
 * several times as long for it.
 */

export interface Insertion {
  offset: number;
  text: string;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 VLQ of a number (sec-base64-vlq). */
function encode(value: number): string {
  let text = '';
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}

/** A segment on the line of the one before it: how far it is from that one, here and in the source. */
const segment = (generated: number, original: number): string => `,${encode(generated)}AA${encode(original)}`;

/** Most are as far in both, and not far. */
const SAME = Array.from({ length: 128 }, (_, distance) => segment(distance, distance));

/** Letters, digits, `_`, `$` and whatever is not ASCII: positions that matter begin at such a run, or at another character. */
const IS_WORD = Array.from({ length: 128 }, (_, code) => /[\w$]/.test(String.fromCharCode(code)));
const isWord = (code: number): boolean => code > 127 || (IS_WORD[code] ?? false);

const LINE_FEED = 10;

/**
 * A segment at the start of each word and at each other character. Positions between segments would be traced to the
 * one before, so that no coarser map is exact.
 *
 * @param insertions in the order of their offsets, without line breaks
 */
export function mappingsOf(code: string, insertions: readonly Insertion[]): string {
  const lines: string[] = [];
  let line = '';
  let next = 0;
  /** Columns of the last segment, and how far the marked line is ahead of the original one. */
  let generated = 0;
  let original = 0;
  let ahead = 0;
  /** The line of the last segment. */
  let lastLine = 0;
  let lineStart = 0;
  let isFirstOfLine = true;
  let wasWord = false;

  for (let offset = 0; offset < code.length; offset++) {
    let isInserted = false;
    for (let insertion = insertions[next]; insertion?.offset === offset; insertion = insertions[++next]) {
      ahead += insertion.text.length;
      isInserted = true;
    }
    const char = code.charCodeAt(offset);
    if (char === LINE_FEED) {
      lines.push(line);
      line = '';
      generated = ahead = 0;
      lineStart = offset + 1;
      isFirstOfLine = true;
      wasWord = false;
      continue;
    }
    const inWord = isWord(char);
    if (inWord && wasWord && !isInserted) continue;
    wasWord = inWord;
    const column = offset - lineStart;
    const distance = column - original;
    if (isFirstOfLine) {
      line = `${encode(column + ahead)}A${encode(lines.length - lastLine)}${encode(distance)}`;
      lastLine = lines.length;
    } else if (isInserted) line += segment(column + ahead - generated, distance);
    else line += SAME[distance] ?? segment(distance, distance);
    isFirstOfLine = false;
    generated = column + ahead;
    original = column;
  }
  lines.push(line);
  return lines.join(';');
}
