/** Edits of a chunk, collected in any order and applied so that those inside come first. */
import type { Node, VariableDeclaration, VariableDeclarator } from 'estree';
import { listOf, needsSemicolon, previousIn, statementOpenedBy } from '../ast/statement.ts';
import { skipTrivia } from '../ast/trivia.ts';
import { type Ancestor, endOf, startOf } from '../ast/walk.ts';
import type { EditedText } from '../edited-text.ts';

interface Wrap {
  start: number;
  end: number;
  before: string;
  after: string;
}

interface StatementText {
  node: Node;
  before: string;
  after: string;
  isAlone: boolean;
}

interface DeclaratorText {
  comma: number;
  kind: string;
  after: string;
  before: string;
}

export class Edits {
  readonly #code: string;
  #prologue = '';
  readonly #insertions: { offset: number; text: string }[] = [];
  readonly #wraps: Wrap[] = [];
  readonly #replacements: { start: number; end: number; text: string }[] = [];
  readonly #statements = new Map<Node, StatementText>();
  /** Declarations that are taken apart, by the declarator before the comma. */
  readonly #splits = new Map<Node, DeclaratorText>();
  /** Statements after which a parenthesis now stands. */
  readonly #ended = new Set<Node>();

  constructor(code: string) {
    this.#code = code;
  }

  /** Puts text around an expression. */
  wrap(place: Ancestor, before: string, after: string): void {
    this.wrapRange(startOf(place.node), endOf(place.node), before, after);
    if (!before.startsWith('(')) return;
    const statement = statementOpenedBy(place);
    const previous = statement && previousIn(listOf(statement) ?? [], statement.node);
    if (previous) this.#ended.add(previous);
  }

  wrapRange(start: number, end: number, before: string, after: string): void {
    this.#wraps.push({ start, end, before, after });
  }

  replace(start: number, end: number, text: string): void {
    this.#replacements.push({ start, end, text });
  }

  /** Puts text at an offset. */
  insert(offset: number, text: string): void {
    this.#insertions.push({ offset, text });
  }

  /** Puts statements after one, in a block of their own where there is no list. */
  afterStatement(place: Ancestor, text: string): void {
    this.#statementText(place).after += text;
  }

  /** Puts statements before one: behind those that are there already, or first of all. */
  beforeStatement(place: Ancestor, text: string, order: 'first' | 'last' = 'last'): void {
    const found = this.#statementText(place);
    found.before = order === 'first' ? text + found.before : found.before + text;
  }

  /** Puts statements after a declarator: const a = 1, b = 2  →  const a = 1; text const b = 2 */
  afterDeclarator(place: Ancestor, text: string): void {
    const { declaration, index } = declaratorIn(place);
    if (index === declaration.declarations.length - 1) {
      if (place.parent) this.afterStatement(place.parent, text);
    } else this.#textBetween(declaration, index).after += text;
  }

  /** Puts statements before a declarator that is not the first one. */
  beforeDeclarator(place: Ancestor, text: string): void {
    const { declaration, index } = declaratorIn(place);
    this.#textBetween(declaration, index - 1).before += text;
  }

  /** Adds to the text that comes first of all. */
  prologue(text: string): void {
    this.#prologue += text;
  }

  apply(text: EditedText, prologueAt: number): void {
    const left = new Map<number, string>();
    const right = new Map<number, string>();
    const addLeft = (offset: number, added: string): void => {
      if (added) left.set(offset, (left.get(offset) ?? '') + added);
    };
    for (const { offset, text: inserted } of this.#insertions) addLeft(offset, inserted);
    addLeft(prologueAt, this.#prologueText(prologueAt));
    // From the inside out; statements stand after expressions of the same range, as sorting is stable.
    const wraps = [...this.#wraps, ...this.#statementWraps()].sort(
      (a, b) => a.end - a.start - (b.end - b.start),
    );
    for (const { start, end, before, after } of wraps) {
      if (before) right.set(start, before + (right.get(start) ?? ''));
      addLeft(end, after);
    }
    for (const { start, end, text: replacement } of this.#replacements) text.replace(start, end, replacement);
    for (const { comma, kind, after, before } of this.#splits.values()) {
      text.replace(comma, comma + 1, `;${after}${before}${kind} `);
    }
    const offsets = [...new Set([...left.keys(), ...right.keys()])].sort((a, b) => a - b);
    for (const offset of offsets) text.insert(offset, left.get(offset) ?? '', right.get(offset) ?? '');
  }

  #prologueText(offset: number): string {
    return offset === 0 ? `${this.#prologue.trimStart()}\n` : this.#prologue;
  }

  #statementWraps(): Wrap[] {
    for (const node of this.#ended) {
      if (!this.#statements.has(node)) {
        this.#statements.set(node, { node, before: '', after: '', isAlone: false });
      }
    }
    return [...this.#statements.values()].map(({ node, before, after, isAlone }) => {
      const semicolon = (after || this.#ended.has(node)) && needsSemicolon(this.#code, node) ? ';' : '';
      return {
        start: startOf(node),
        end: endOf(node),
        before: isAlone ? `{ ${before}` : before,
        after: isAlone ? `${semicolon}${after} }` : `${semicolon}${after}`,
      };
    });
  }

  #statementText(place: Ancestor): StatementText {
    let found = this.#statements.get(place.node);
    if (!found) {
      found = { node: place.node, before: '', after: '', isAlone: !listOf(place) };
      this.#statements.set(place.node, found);
    }
    return found;
  }

  #textBetween({ declarations, kind }: VariableDeclaration, index: number): DeclaratorText {
    const declarator = declarations[index] as Node;
    let found = this.#splits.get(declarator);
    if (!found) {
      found = { comma: commaAfter(this.#code, endOf(declarator)), kind, after: '', before: '' };
      this.#splits.set(declarator, found);
    }
    return found;
  }
}

function declaratorIn({ node, parent }: Ancestor): { declaration: VariableDeclaration; index: number } {
  const declaration = parent?.node as VariableDeclaration;
  return { declaration, index: declaration.declarations.indexOf(node as VariableDeclarator) };
}

function commaAfter(code: string, offset: number): number {
  let at = skipTrivia(code, offset);
  while (code.charAt(at) === ')') at = skipTrivia(code, at + 1);
  return at;
}
