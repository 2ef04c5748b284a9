/**
 * Where the sites of a chunk's modules stand in it. Marks are how Rollup is asked, and only this file knows of
 * them; what it hands on would be the same if source maps had answered.
 */
import type { Node, Program, Statement } from 'estree';
import { walk } from 'estree-walker';
import { skipTrivia } from '../ast/trivia.ts';
import { type Ancestor, endOf, startOf } from '../ast/walk.ts';
import type { ModuleRecord, Site } from '../model.ts';
import { MARK_PATTERN } from '../protocol.ts';

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

export interface LocatedChunk {
  /** In the order of the chunk. */
  sites: LocatedSite[];
  /** The list that holds the modules' top-level statements: of the program, or of a wrapper's function. */
  body: (Statement | Program['body'][number])[];
  /** The function that `body` is of; the program where there is no wrapper. */
  wrapper: Node;
  /** A statement of `body`, as a place. */
  inBody(statement: Node): Ancestor;
  /** The module that each statement of `body` belongs to; nothing for what Rollup added. */
  owners: (ChunkModule | undefined)[];
  /** Identifiers of the chunk that may clash with injected ones, however they are spelt. */
  underscored: ReadonlySet<string>;
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

export function locate(
  code: string,
  program: Program,
  moduleOf: (token: string) => ChunkModule | undefined,
): LocatedChunk {
  const marks = withoutText(program, findMarks(code, moduleOf));
  const { body, holder, wrapper } = findBody(program, marks);
  const parent = { node: holder, key: 'body', parent: null };
  return {
    ...findNodes(code, program, marks),
    body,
    wrapper,
    inBody: (node) => ({ node, key: 'body', parent }),
    owners: findOwners(body, marks),
    noise: marks,
  };
}

function findMarks(code: string, moduleOf: (token: string) => ChunkModule | undefined): Mark[] {
  const marks: Mark[] = [];
  for (const match of code.matchAll(new RegExp(MARK_PATTERN, 'g'))) {
    const [text, token = '', digits = ''] = match;
    const module = moduleOf(token);
    const number = Number.parseInt(digits, 36);
    const site = module?.record.sites[number];
    if (module && site)
      marks.push({ start: match.index, end: match.index + text.length, module, number, site });
  }
  return marks;
}

/** Without what only looks like a mark: text of the program. */
function withoutText(program: Program, marks: Mark[]): Mark[] {
  const texts: Node[] = [];
  walk(program, {
    enter(node) {
      const type: string = node.type;
      if (type === 'Literal' || type === 'TemplateElement' || type === 'JSXText') {
        const first = firstFrom(marks, startOf(node));
        if (first && first.start < endOf(node)) texts.push(node);
      }
    },
  });
  if (texts.length === 0) return marks;
  return marks.filter(({ start }) => !texts.some((node) => startOf(node) <= start && start < endOf(node)));
}

function firstFrom(marks: readonly Mark[], offset: number): Mark | undefined {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return marks[low];
}

const isStatementMark = ({ site }: Mark): boolean => site.kind === 'statement' || site.kind === 'default';

interface FoundBody {
  body: LocatedChunk['body'];
  /** The node whose list `body` is. */
  holder: Node;
  wrapper: Node;
}

/** The innermost list between whose statements a statement's mark stands. */
function findBody(program: Program, marks: readonly Mark[]): FoundBody {
  const asked = marks.filter(isStatementMark);
  let found: FoundBody | undefined;
  walk(program, {
    enter(node, parent) {
      if (found) return this.skip();
      if (node.type !== 'Program' && node.type !== 'BlockStatement') return;
      const list = node.body as LocatedChunk['body'];
      const isBetween = ({ start }: Mark): boolean =>
        startOf(node) <= start &&
        start < endOf(node) &&
        !list.some((child) => startOf(child) <= start && start < endOf(child));
      if (asked.some(isBetween)) found = { body: list, holder: node, wrapper: parent ?? node };
    },
  });
  return found ?? { body: [], holder: program, wrapper: program };
}

/** The last mark before or in a statement tells: a mark that its own statement left behind comes earlier. */
function findOwners(body: LocatedChunk['body'], marks: readonly Mark[]): LocatedChunk['owners'] {
  const owners: LocatedChunk['owners'] = body.map(() => undefined);
  let index = 0;
  for (const { start, module } of marks) {
    while (index < body.length && start >= endOf(body[index] as Node)) index++;
    if (index < body.length) owners[index] = module;
  }
  return owners;
}

/** The reference, target, declared name or keyword before each mark, the statement after a `default` one. */
function findNodes(
  code: string,
  program: Program,
  marks: readonly Mark[],
): Pick<LocatedChunk, 'sites' | 'underscored'> {
  const byEnd = new Map<number, Mark>();
  const byKeyword = new Map<number, Mark>();
  const byStatement = new Map<number, Mark>();
  const ends = new Set(marks.map(({ end }) => end));
  for (const mark of marks) {
    if (mark.site.kind === 'await') byKeyword.set(mark.start, mark);
    else if (mark.site.kind === 'default') byStatement.set(skipTrivia(code, mark.end), mark);
    else if (mark.site.kind !== 'statement') {
      let end = mark.start;
      while (/\s/.test(code.charAt(end - 1))) end--;
      // Where two marks follow one expression, what the second stood behind is gone.
      if (!ends.has(end)) byEnd.set(end, mark);
    }
  }

  const underscored = new Set<string>();
  const places = new Map<Mark, Ancestor>();
  let here: Ancestor | null = null;
  walk(program, {
    enter(node, _parent, key) {
      here = { node, key: String(key), parent: here };
      if (node.type === 'Identifier' && node.name.startsWith('__')) underscored.add(node.name);
      const mark = match(node, here);
      if (mark) places.set(mark, placeOf(mark, here));
    },
    leave() {
      here = here?.parent ?? null;
    },
  });
  const sites: LocatedSite[] = [];
  for (const mark of marks) {
    const place = places.get(mark);
    if (place) sites.push({ module: mark.module, number: mark.number, site: mark.site, place });
  }
  return { sites, underscored };

  function placeOf({ site }: Mark, place: Ancestor): Ancestor {
    const assignment = place.parent?.node;
    const isVoid = site.kind === 'declaration' && place.node.type === 'UnaryExpression';
    return isVoid && assignment?.type === 'AssignmentExpression'
      ? { node: assignment.left, key: 'left', parent: place.parent }
      : place;
  }

  function match(node: Node, { key, parent }: Ancestor): Mark | undefined {
    switch (node.type) {
      case 'Identifier': {
        const isName =
          (key === 'property' || key === 'key') &&
          parent &&
          'computed' in parent.node &&
          !parent.node.computed;
        if (isName) return undefined;
        // exports("n", ++n)/*mark*/: what Rollup prints for a prefix update in System format.
        const call = parent?.node.type === 'UpdateExpression' && parent.node.prefix && parent.parent?.node;
        const published = call && call.type === 'CallExpression' ? byEnd.get(endOf(call)) : undefined;
        return byEnd.get(endOf(node)) ?? published;
      }
      // exports.n = void 0/*mark*/: what Rollup prints for a declaration without a value.
      case 'UnaryExpression': {
        const isVoid = node.operator === 'void' && parent?.node.type === 'AssignmentExpression';
        const mark = isVoid && key === 'right' ? byEnd.get(endOf(node)) : undefined;
        return mark?.site.kind === 'declaration' ? mark : undefined;
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
