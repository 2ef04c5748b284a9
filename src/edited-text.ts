/**
 * A text with edits. Offsets are UTF-16 code units of the original text. MagicString makes the source map; without a
 * map the edits are joined here, because MagicString splits its chunks at each edit and takes long for many.
 */
import type { SourceMapSegment } from '@jridgewell/trace-mapping';
import MagicString, { type SourceMap } from 'magic-string';

interface Replacement {
  start: number;
  end: number;
  text: string;
}

interface Insertion {
  offset: number;
  left: string;
  right: string;
}

export class EditedText {
  readonly #code: string;
  readonly #replacements: Replacement[] = [];
  #insertions: Insertion[] = [];

  constructor(code: string) {
    this.#code = code;
  }

  /**
   * Replaces a range, which must not overlap another one. No insertion may be strictly inside it: `toString` would
   * repeat the rest of the range, and MagicString throws. Insertions at `start` come before the replacement, at `end`
   * after it.
   */
  replace(start: number, end: number, text: string): void {
    this.#replacements.push({ start, end, text });
  }

  /**
   * Inserts `left`, which belongs to the code that ends at the offset, and `right`, which belongs to the code that
   * begins there. Of several insertions at one offset all `left` texts come before all `right` texts, each in the order
   * of calls.
   */
  insert(offset: number, left: string, right: string): void {
    this.#insertions.push({ offset, left, right });
  }

  toString(): string {
    this.#join();
    const parts: string[] = [];
    let last = 0;
    let next = 0;
    const insertUpTo = (limit: number): void => {
      for (let at = this.#insertions[next]; at && at.offset <= limit; at = this.#insertions[++next]) {
        parts.push(this.#code.slice(last, at.offset), at.left, at.right);
        last = at.offset;
      }
    };
    for (const { start, end, text } of this.#replacements.sort((a, b) => a.start - b.start)) {
      insertUpTo(start);
      parts.push(this.#code.slice(last, start), text);
      last = end;
    }
    insertUpTo(this.#code.length);
    parts.push(this.#code.slice(last));
    return parts.join('');
  }

  generateMap(): SourceMap {
    this.#join();
    const text = new MagicString(this.#code);
    for (const { start, end, text: replacement } of this.#replacements) {
      if (replacement) text.update(start, end, replacement);
      else text.remove(start, end);
    }
    // In the order of offsets: MagicString searches from its last position.
    for (const { offset, left, right } of this.#insertions) {
      if (left) text.appendLeft(offset, left);
      if (right) text.prependRight(offset, right);
    }
    return text.generateMap({ hires: 'boundary' });
  }

  /**
   * The mappings of a source map of the original text, for the edited text. Inserted text belongs to the segment before
   * it; a replacement has the segment of its range's start, and further ones of the range stand behind it.
   *
   * @param mappings decoded: by line, the segments
   */
  mapped(mappings: readonly SourceMapSegment[][]): SourceMapSegment[][] {
    this.#join();
    const edits = [
      ...this.#insertions.map(({ offset, left, right }) => ({
        start: offset,
        end: offset,
        text: left + right,
      })),
      ...this.#replacements,
    ].sort((a, b) => a.start - b.start || a.end - b.end);
    const result: SourceMapSegment[][] = [[]];
    let line = 0;
    let column = 0;
    let offset = 0;
    let next = 0;
    const advance = (text: string): void => {
      for (let from = 0; ; ) {
        const end = text.indexOf('\n', from);
        if (end < 0) {
          column += text.length - from;
          return;
        }
        result[++line] = [];
        column = 0;
        from = end + 1;
      }
    };
    /** Goes on to an offset of the original text, past the replacements before it and the insertions up to it. */
    const advanceTo = (target: number): void => {
      for (let edit = edits[next]; edit && edit.start <= target; edit = edits[++next]) {
        if (edit.start === target && edit.end > target) break;
        if (edit.start > offset) advance(this.#code.slice(offset, edit.start));
        advance(edit.text);
        offset = Math.max(offset, edit.end);
      }
      if (target > offset) {
        advance(this.#code.slice(offset, target));
        offset = target;
      }
    };
    let lineStart = 0;
    for (const segments of mappings) {
      for (const segment of segments) {
        advanceTo(lineStart + segment[0]);
        const [, ...original] = segment;
        (result[line] as SourceMapSegment[]).push([column, ...original] as SourceMapSegment);
      }
      const end = this.#code.indexOf('\n', lineStart);
      if (end < 0) break;
      lineStart = end + 1;
    }
    return result;
  }

  /** Sorts the insertions, and joins those of the same offset. */
  #join(): void {
    const joined: Insertion[] = [];
    for (const insertion of this.#insertions.sort((a, b) => a.offset - b.offset)) {
      const last = joined.at(-1);
      if (last?.offset === insertion.offset) {
        last.left += insertion.left;
        last.right += insertion.right;
      } else joined.push(insertion);
    }
    this.#insertions = joined;
  }
}
