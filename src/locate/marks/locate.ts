/**
 * Where the sites of modules stand in a piece of a chunk. Marks are how Rollup is asked, and only this file knows of
 * them; what it hands on would be the same if source maps had answered.
 */
import type { Node, Program } from 'estree';
import { walk } from 'estree-walker';
import { skipTrivia } from '../../ast/trivia.ts';
import { type Ancestor, endOf, startOf, Trail } from '../../ast/walk.ts';
import type { FoundMark, ModuleRecord, Site } from '../../model.ts';

/** A module of the build as realising needs it; `index` is its number in the build. */
export interface ChunkModule {
  index: number;
  record: ModuleRecord;
}

/** A site that survived, and the node that stands for it now. */
export interface LocatedSite {
  module: ChunkModule;
  /** Index of the record's `sites`. */
  number: number;
  site: Site;
  place: Ancestor;
}

/** What was found in a piece of a chunk; offsets are those of its text. */
export interface LocatedPiece {
  /** In their order. */
  sites: LocatedSite[];
  /** Text that is there for locating alone. */
  noise: { start: number; end: number }[];
}

interface Mark {
  start: number;
  end: number;
  module: ChunkModule;
  number: number;
  site: Site;
}

/**
 * @param code of the piece
 * @param found its marks, with the offsets of its chunk
 * @param offset its start in the chunk
 */
export function locate(
  code: string,
  program: Program,
  found: readonly FoundMark[],
  offset: number,
  moduleOf: (token: string) => ChunkModule | undefined,
): LocatedPiece {
  const possible = found.flatMap(({ start, end, token, site: number }): Mark[] => {
    const module = moduleOf(token);
    const site = module?.record.sites[number];
    return module && site ? [{ start: start - offset, end: end - offset, module, number, site }] : [];
  });
  const { places, texts } = findNodes(code, program, possible);
  // What only looks like a mark is text of the program.
  const marks = possible.filter((mark) => !texts.has(mark));
  return {
    sites: marks.flatMap(({ module, number, site, start }) => {
      const place = places.get(start);
      return place ? [{ module, number, site, place }] : [];
    }),
    noise: marks,
  };
}

/** Index of the first mark from an offset on. */
export function indexFrom(marks: readonly { start: number }[], offset: number, from = 0): number {
  let low = from;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface FoundNodes {
  /** By the start of the mark: the reference, target, declared name, keyword or declaration that it stands for. */
  places: Map<number, Ancestor>;
  /** Marks that stand in literals. */
  texts: Set<Mark>;
}

function findNodes(code: string, program: Program, marks: readonly Mark[]): FoundNodes {
  const byEnd = new Map<number, Mark>();
  const byKeyword = new Map<number, Mark>();
  const byStatement = new Map<number, Mark>();
  const ends = new Set(marks.map(({ end }) => end));
  for (const mark of marks) {
    if (mark.site.kind === 'await') byKeyword.set(mark.start, mark);
    else if (mark.site.kind === 'default') byStatement.set(skipTrivia(code, mark.end), mark);
    else {
      // Rollup ends a statement that lacks its semicolon, before the mark.
      let end = code.charAt(mark.start - 1) === ';' ? mark.start - 1 : mark.start;
      while (/\s/.test(code.charAt(end - 1))) end--;
      if (mark.site.kind === 'declaration') end = beforePublication(code, end);
      // Where two marks follow one expression, what the second stood behind is gone.
      if (!ends.has(end)) byEnd.set(end, mark);
    }
  }

  const found: FoundNodes = { places: new Map(), texts: new Set() };
  const trail = new Trail();
  walk(program, {
    enter(node, parent, key) {
      const type: string = node.type;
      if (type === 'Literal' || type === 'TemplateElement' || type === 'JSXText') literal(node);
      moveIntoPublished(node);
      const mark = match(node, parent, key);
      if (mark) found.places.set(mark.start, placeOf(mark, trail.placeOf(node, key)));
      trail.enter(node, key);
    },
    leave() {
      trail.leave();
    },
  });
  return found;

  function literal(node: Node): void {
    for (let index = indexFrom(marks, startOf(node)); index < marks.length; index++) {
      const mark = marks[index] as Mark;
      if (mark.start >= endOf(node)) return;
      found.texts.add(mark);
    }
  }

  /** What ends with an expression that System format publishes may have its mark behind what publishes it. */
  function moveIntoPublished(node: Node): void {
    const published = publishedBy(node);
    if (!published) return;
    const end = code.charAt(endOf(node)) === ')' && !byEnd.has(endOf(node)) ? endOf(node) + 1 : endOf(node);
    const mark = byEnd.get(end);
    if (!mark) return;
    byEnd.delete(end);
    if (!byEnd.has(endOf(published))) byEnd.set(endOf(published), mark);
  }

  function placeOf({ site }: Mark, place: Ancestor): Ancestor {
    const assignment = place.parent?.node;
    const isVoid = site.kind === 'declaration' && place.node.type === 'UnaryExpression';
    return isVoid && assignment?.type === 'AssignmentExpression'
      ? { node: assignment.left, key: 'left', parent: place.parent }
      : place;
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
      // import('./x.js')/*mark*/, and what Rollup prints in its stead.
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

/** `let n; exports("n", n)`, and the mark: what System format prints behind a declaration that lacks its semicolon. */
function beforePublication(code: string, end: number): number {
  const start = code.charAt(end - 1) === ')' ? code.lastIndexOf('exports(', end) : -1;
  const call = /^exports\((?:"(?:[^"\\]|\\.)*",\s?[^\s()"]+|\{[^}]*\})\)$/;
  if (start < 0 || !call.test(code.slice(start, end))) return end;
  let before = start;
  while (/\s/.test(code.charAt(before - 1))) before--;
  return code.charAt(before - 1) === ';' ? before - 1 : end;
}

/** exports("n", n = 1);  of several names  n = 1, exports({ a: n, b: n }), n;  of a pattern  (function (v) {…})([n] = v) */
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
