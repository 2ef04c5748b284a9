/**
 * A text and its edits. Joined where no source map is wanted: MagicString, which makes the map, splits what it holds at
 * each edit, and a chunk has very many.
 */
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

  /** Replacements do not overlap. */
  replace(start: number, end: number, text: string): void {
    this.#replacements.push({ start, end, text });
  }

  /** `left` belongs to what ends at the offset, `right` to what begins there. Of several, the first comes first. */
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
    // MagicString looks for each place from the last one on.
    for (const { offset, left, right } of this.#insertions) {
      if (left) text.appendLeft(offset, left);
      if (right) text.prependRight(offset, right);
    }
    return text.generateMap({ hires: 'boundary' });
  }

  /** One insertion for each offset, in their order. */
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
