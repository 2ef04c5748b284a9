/** Finds the nodes to which the surviving marks of a piece of a chunk belong. */
import type { Node, Program } from 'estree';
import { walk } from 'estree-walker';
import { endOf, type NodePath, startOf, Trail } from '../../ast/node-path.ts';
import { skipTrivia } from '../../ast/trivia.ts';
import type { ParseFailure } from '../../errors.ts';
import type { LocatedPiece } from '../../located.ts';
import type { ChunkModule, Site } from '../../model.ts';
import { countUpTo } from '../../sorted.ts';
import type { FoundMark } from './grammar.ts';
import { withoutMarks } from './unmarked.ts';

export interface MarkedPiece {
  /** The piece's text, with marks. */
  text: string;
  /** Candidates for marks, in the order of their offsets in `text`. */
  marks: readonly FoundMark[];
  moduleOf(token: string): ChunkModule | undefined;
  parse(code: string): Program | ParseFailure;
}

/** A located piece; its `offsetOf` gives offsets of the text with marks. */
export interface LocatedText extends LocatedPiece {
  /** The true marks, which have to be removed from the text. */
  marks: readonly FoundMark[];
  /** By index of a mark: its offset in the code without marks. */
  offsets: readonly number[];
}

/** The located piece; or the parser's failure, with `pos` an offset of `text`. */
export function locate({
  text,
  marks: candidates,
  moduleOf,
  parse,
}: MarkedPiece): LocatedText | ParseFailure {
  const known = candidates.filter(({ token, site }) => moduleOf(token)?.record.sites[site] !== undefined);
  for (let marks = known; ; ) {
    const { code, offsets, offsetOf } = withoutMarks(text, marks);
    const program = parse(code);
    if (!('body' in program)) {
      return { message: program.message, ...(program.pos !== undefined && { pos: offsetOf(program.pos) }) };
    }
    const sought = marks.map(({ token, site: number }, index): Mark => {
      const module = moduleOf(token) as ChunkModule;
      return { offset: offsets[index] as number, module, number, site: module.record.sites[number] as Site };
    });
    const { nodePaths, texts } = findNodes(code, program, sought);
    if (texts.size === 0) {
      const sites = sought.flatMap((mark) => {
        const nodePath = nodePaths.get(mark);
        const { module, number, site } = mark;
        return nodePath ? [{ module, number, site, nodePath }] : [];
      });
      return { code, program, sites, offsetOf, marks, offsets };
    }
    // A candidate in a literal is text of the program, which stays: parse again with it.
    marks = marks.filter((_, index) => !texts.has(sought[index] as Mark));
  }
}

interface Mark {
  offset: number;
  module: ChunkModule;
  number: number;
  site: Site;
}

interface FoundNodes {
  nodePaths: Map<Mark, NodePath>;
  /** Candidates inside of literals. */
  texts: Set<Mark>;
}

/** Where the mark of a site stands. */
const MARK_POSITIONS: Readonly<Record<Site['kind'], 'after node' | 'after keyword' | 'before statement'>> = {
  default: 'before statement',
  declaration: 'after node',
  read: 'after node',
  write: 'after node',
  await: 'after keyword',
  disposal: 'after node',
  import: 'after node',
  require: 'after node',
  body: 'after node',
};

function findNodes(code: string, program: Program, marks: readonly Mark[]): FoundNodes {
  const offsets = marks.map(({ offset }) => offset);
  const byEnd = new Map<number, Mark>();
  const byKeyword = new Map<number, Mark>();
  const byStatement = new Map<number, Mark>();
  let last = -1;
  for (const mark of marks) {
    const { offset, site } = mark;
    const position = MARK_POSITIONS[site.kind];
    if (position === 'after keyword') byKeyword.set(offset, mark);
    else if (position === 'before statement') byStatement.set(skipTrivia(code, offset), mark);
    else {
      // Rollup ends a statement that lacks its semicolon, before the mark.
      let end = code.charAt(offset - 1) === ';' ? offset - 1 : offset;
      while (/\s/.test(code.charAt(end - 1))) end--;
      if (site.kind === 'declaration') end = beforePublication(code, end);
      // Where two marks follow one expression, the expression of the second was dropped.
      if (end > last) byEnd.set(end, mark);
    }
    last = offset;
  }

  const result: FoundNodes = { nodePaths: new Map(), texts: new Set() };
  const trail = new Trail();
  walk(program, {
    enter(node, parent, key) {
      const type: string = node.type;
      if (type === 'Literal') literal(startOf(node) + 1, endOf(node));
      else if (type === 'TemplateElement' || type === 'JSXText') literal(startOf(node), endOf(node) + 1);
      moveIntoPublished(node);
      const mark = match(node, parent, key);
      if (mark) result.nodePaths.set(mark, targetPath(mark, trail.pathTo(node, key)));
      trail.enter(node, key);
    },
    leave() {
      trail.leave();
    },
  });
  return result;

  /** @param end offset after the last one inside of the literal */
  function literal(start: number, end: number): void {
    for (let index = countUpTo(offsets, start - 1); index < marks.length; index++) {
      const mark = marks[index] as Mark;
      if (mark.offset >= end) return;
      result.texts.add(mark);
    }
  }

  /** Moves a mark after a call that publishes an expression, in System format, to the end of the expression. */
  function moveIntoPublished(node: Node): void {
    const published = publishedBy(node);
    if (!published) return;
    const end = code.charAt(endOf(node)) === ')' && !byEnd.has(endOf(node)) ? endOf(node) + 1 : endOf(node);
    const mark = byEnd.get(end);
    if (!mark) return;
    byEnd.delete(end);
    if (!byEnd.has(endOf(published))) byEnd.set(endOf(published), mark);
  }

  function targetPath({ site }: Mark, nodePath: NodePath): NodePath {
    const assignment = nodePath.parent?.node;
    const isVoid = site.kind === 'declaration' && nodePath.node.type === 'UnaryExpression';
    return isVoid && assignment?.type === 'AssignmentExpression'
      ? { node: assignment.left, key: 'left', parent: nodePath.parent }
      : nodePath;
  }

  function match(node: Node, parent: Node | null, key: unknown): Mark | undefined {
    switch (node.type) {
      case 'Identifier': {
        const isName =
          (key === 'property' || key === 'key') && parent && 'computed' in parent && !parent.computed;
        if (isName) return undefined;
        return byEnd.get(endOf(node));
      }
      // exports.n = void 0/*mark*/: what Rollup prints for a declaration without a value.
      case 'UnaryExpression': {
        const isVoid = node.operator === 'void' && parent?.type === 'AssignmentExpression';
        const mark = isVoid && key === 'right' ? byEnd.get(endOf(node)) : undefined;
        return mark?.site.kind === 'declaration' ? mark : undefined;
      }
      // import('./x.js')/*mark*/, or a call that Rollup prints instead.
      case 'ImportExpression':
      case 'CallExpression':
      case 'NewExpression': {
        const mark = byEnd.get(endOf(node));
        return mark?.site.kind === 'import' ? mark : undefined;
      }
      case 'MemberExpression':
        return byEnd.get(endOf(node));
      // `(0, ns.f)/*mark*/()`: what Rollup prints for a call of a member without its object as `this`.
      case 'SequenceExpression':
        return code.charAt(endOf(node)) === ')' ? byEnd.get(endOf(node) + 1) : undefined;
      case 'AwaitExpression':
        return byKeyword.get(startOf(node) + 'await'.length);
      case 'ForOfStatement':
        return node.await
          ? byKeyword.get(skipTrivia(code, startOf(node) + 'for'.length) + 'await'.length)
          : undefined;
      case 'VariableDeclaration':
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        return byStatement.get(startOf(node));
      default:
        return undefined;
    }
  }
}

/**
 * End of the declaration before a mark. In System format Rollup prints `let n; exports("n", n)` and then the mark,
 * where the source has no semicolon.
 */
function beforePublication(code: string, end: number): number {
  const start = code.charAt(end - 1) === ')' ? code.lastIndexOf('exports(', end) : -1;
  const call = /^exports\((?:"(?:[^"\\]|\\.)*",\s?[^\s()"]+|\{[^}]*\})\)$/;
  if (start < 0 || !call.test(code.slice(start, end))) return end;
  let before = start;
  while (/\s/.test(code.charAt(before - 1))) before--;
  return code.charAt(before - 1) === ';' ? before - 1 : end;
}

/**
 * The published expression of
 *
 * 1. `exports("n", n = 1)`
 * 2. `n = 1, exports({ a: n, b: n }), n`, with several names
 * 3. `(function (v) { return exports("n", n), v; })([n] = v)`, of a pattern
 */
function publishedBy(node: Node): Node | undefined {
  if (node.type === 'CallExpression') {
    if (isPublishing(node)) return node.arguments[1];
    return isPublisher(node.callee) ? node.arguments[0] : undefined;
  }
  if (node.type !== 'SequenceExpression' || node.expressions.length !== 3) return undefined;
  const [first, second] = node.expressions;
  return second && isPublishing(second) ? first : undefined;
}

/** function (v) { return exports("n", n), v; } */
function isPublisher(callee: Node): boolean {
  const statement = callee.type === 'FunctionExpression' ? callee.body.body[0] : undefined;
  const value = statement?.type === 'ReturnStatement' ? statement.argument : undefined;
  const [first] = value?.type === 'SequenceExpression' ? value.expressions : [];
  return first !== undefined && isPublishing(first);
}

const isPublishing = (node: Node): boolean =>
  node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'exports';
