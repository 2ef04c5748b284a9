/**
 * Edits of a piece of a chunk, collected in any order. Offsets are UTF-16 code units of the piece. At one offset the
 * text becomes, in this order: insertions, in the order of their calls; the ends of ranges that end there, the
 * innermost first; the beginnings of ranges that begin there, the outermost first. Of edits with the same range,
 * `before` is innermost, then wraps in the order of their calls, then statements.
 *
 * Replacements (operators, commas) must not overlap, and no other edit may begin or end strictly inside one.
 */
import type { Node, VariableDeclaration, VariableDeclarator } from 'estree';
import { endOf, type NodePath, startOf } from '../ast/node-path.ts';
import { listOf, needsSemicolon, previousIn, statementOpenedBy } from '../ast/statement.ts';
import { skipTrivia } from '../ast/trivia.ts';
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
}

interface ExpressionsBefore {
  form: keyof typeof FORMS;
  nodePath: NodePath;
  expressions: string[];
}

type Form = (expressions: string, nodePath: NodePath) => [before: string, after: string];

/** How guards, joined by commas, are put before a node. */
const FORMS = {
  // a  →  (e,a)
  expression(expressions, { node, parent }) {
    const isShorthand =
      parent?.node.type === 'Property' && parent.node.shorthand && node.type === 'Identifier';
    return [isShorthand ? `${node.name}: (${expressions},` : `(${expressions},`, ')'];
  },
  // var [a] = b  →  var {} = (e,0), [a] = b: a pattern without properties, which is valid in the head of a loop too
  declarator: (expressions) => [`{} = (${expressions},0), `, ''],
  // [a(), ...b]  →  [a(), ...(e), ...b]: `e` ends with an empty iterable
  element: (expressions) => [`...(${expressions}), `, ''],
  // yield* a  →  ((e,0)?0:yield* a): V8's message would quote a parenthesis around `a`
  delegate: (expressions) => [`((${expressions},0)?0:`, ')'],
} as const satisfies Record<string, Form>;

/** A word that follows a word needs a space between them. */
const IS_WORD_END = /[\p{ID_Continue}$\u200c\u200d]$/u;
const IS_WORD_START = /^[\p{ID_Start}$_]/u;

export class Edits {
  readonly #code: string;
  readonly #insertions: { offset: number; text: string }[] = [];
  readonly #wraps: Wrap[] = [];
  /** By node: the expressions that are put before it. */
  readonly #before = new Map<Node, ExpressionsBefore>();
  readonly #replacements: { start: number; end: number; text: string }[] = [];
  readonly #statements = new Map<Node, StatementText>();
  /** Declarations that are split, by the declarator before the comma. */
  readonly #splits = new Map<Node, DeclaratorText>();
  /** Statements that a parenthesis follows now: without a semicolon it would call them. */
  readonly #ended = new Set<Node>();

  constructor(code: string) {
    this.#code = code;
  }

  /** Puts text around an expression. */
  wrap(nodePath: NodePath, before: string, after: string): void {
    this.wrapRange(startOf(nodePath.node), endOf(nodePath.node), before, after);
    if (before.startsWith('(')) this.#endStatementBefore(nodePath);
  }

  /** Puts an expression before a node, after expressions that were put there earlier. */
  before(form: keyof typeof FORMS, nodePath: NodePath, expression: string): void {
    const known = this.#before.get(nodePath.node);
    if (known) {
      known.expressions.push(expression);
      return;
    }
    this.#before.set(nodePath.node, { form, nodePath, expressions: [expression] });
    if (form === 'expression' || form === 'delegate') this.#endStatementBefore(nodePath);
  }

  #endStatementBefore(nodePath: NodePath): void {
    const statement = statementOpenedBy(nodePath);
    const previous = statement && previousIn(listOf(statement) ?? [], statement.node);
    if (previous) this.#ended.add(previous);
  }

  wrapRange(start: number, end: number, before: string, after: string): void {
    this.#wraps.push({ start, end, before, after });
  }

  replace(start: number, end: number, text: string): void {
    this.#replacements.push({ start, end, text });
  }

  /** Puts text at an offset, before all edits of ranges that begin or end there. */
  insert(offset: number, text: string): void {
    this.#insertions.push({ offset, text });
  }

  /** Puts statements after one; where a list of statements is not allowed, in a block with it. */
  afterStatement(nodePath: NodePath, text: string): void {
    this.#statementText(nodePath).after += text;
  }

  /** Puts statements before one: after those that were put there earlier, or `first` of all. */
  beforeStatement(nodePath: NodePath, text: string, order: 'first' | 'last' = 'last'): void {
    const texts = this.#statementText(nodePath);
    texts.before = order === 'first' ? text + texts.before : texts.before + text;
  }

  /** Puts statements after a declarator: const a = 1, b = 2  →  const a = 1; text const b = 2 */
  afterDeclarator(nodePath: NodePath, text: string): void {
    const { declaration, index } = declaratorIn(nodePath);
    if (index === declaration.declarations.length - 1) {
      if (nodePath.parent) this.afterStatement(nodePath.parent, text);
    } else this.#textBetween(declaration, index).after += text;
  }

  /** Puts an expression after a declarator, in any declaration: var a = 1  →  var a = 1, {} = (e,0) */
  declareAfter({ node }: NodePath, expression: string): void {
    const end = commaAfter(this.#code, endOf(node));
    this.wrapRange(startOf(node), end, '', `, {} = (${expression},0)`);
  }

  /** @param offsetOf offset of the code → offset of the text */
  apply(text: EditedText, offsetOf: (offset: number) => number): void {
    const left = new Map<number, string>();
    const right = new Map<number, string>();
    const addLeft = (offset: number, added: string): void => {
      if (added) left.set(offset, (left.get(offset) ?? '') + added);
    };
    for (const { offset, text: inserted } of this.#insertions) addLeft(offset, inserted);
    // From the inside out. Sorting is stable: of the same range, statements come after expressions.
    const wraps = [...this.#wrapsBefore(), ...this.#wraps, ...this.#statementWraps()].sort(
      (a, b) => a.end - a.start - (b.end - b.start),
    );
    for (const wrap of wraps) {
      if (wrap.before) right.set(wrap.start, wrap.before + (right.get(wrap.start) ?? ''));
      addLeft(wrap.end, wrap.after);
    }
    for (const { start: from, end, text: replacement } of this.#replacements) {
      // Not `offsetOf(end)`, which would include a mark right after it.
      text.replace(offsetOf(from), offsetOf(end - 1) + 1, replacement);
    }
    for (const { comma, kind, after } of this.#splits.values()) {
      text.replace(offsetOf(comma), offsetOf(comma) + 1, `;${after}${kind} `);
    }
    const offsets = [...new Set([...left.keys(), ...right.keys()])].sort((a, b) => a - b);
    for (const offset of offsets) {
      const before = left.get(offset) ?? '';
      const after = right.get(offset) ?? '';
      text.insert(offsetOf(offset), before, this.#touchesWord(offset, before, after) ? ` ${after}` : after);
    }
  }

  /** do[n]=[1]  →  do call([n]=[1]): without the space, two words would become one. */
  #touchesWord(offset: number, before: string, text: string): boolean {
    if (!IS_WORD_START.test(text)) return false;
    if (before) return IS_WORD_END.test(before);
    return IS_WORD_END.test(this.#code.slice(Math.max(0, offset - 2), offset));
  }

  #wrapsBefore(): Wrap[] {
    return Array.from(this.#before.values(), ({ form, nodePath, expressions }) => {
      const [before, after] = FORMS[form](expressions.join(), nodePath);
      return { start: startOf(nodePath.node), end: endOf(nodePath.node), before, after };
    });
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

  #statementText(nodePath: NodePath): StatementText {
    let texts = this.#statements.get(nodePath.node);
    if (!texts) {
      texts = { node: nodePath.node, before: '', after: '', isAlone: !listOf(nodePath) };
      this.#statements.set(nodePath.node, texts);
    }
    return texts;
  }

  #textBetween({ declarations, kind }: VariableDeclaration, index: number): DeclaratorText {
    const declarator = declarations[index] as Node;
    let split = this.#splits.get(declarator);
    if (!split) {
      split = { comma: commaAfter(this.#code, endOf(declarator)), kind, after: '' };
      this.#splits.set(declarator, split);
    }
    return split;
  }
}

function declaratorIn({ node, parent }: NodePath): { declaration: VariableDeclaration; index: number } {
  const declaration = parent?.node as VariableDeclaration;
  return { declaration, index: declaration.declarations.indexOf(node as VariableDeclarator) };
}

function commaAfter(code: string, offset: number): number {
  let at = skipTrivia(code, offset);
  while (code.charAt(at) === ')') at = skipTrivia(code, at + 1);
  return at;
}
