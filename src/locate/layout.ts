/** Takes a chunk apart into the pieces of its modules and the skeleton around them. */
import type { Node, Program } from 'estree';
import { walk } from 'estree-walker';
import { declares, mayDeclare } from '../ast/declares.ts';
import { endOf, isFunction, type NodePath, startOf, Trail } from '../ast/node-path.ts';
import { skipTrivia } from '../ast/trivia.ts';
import { EditedText } from '../edited-text.ts';
import type { ParseFailure } from '../errors.ts';
import type { Extent, Layout, Piece } from '../located.ts';
import type { ChunkModule } from '../model.ts';
import { parse, parseModule } from '../parse.ts';
import type { FoundMark } from './marks/grammar.ts';
import { locate } from './marks/locate.ts';
import { type Slice, slicesOf } from './slices.ts';

export interface PrintedChunk {
  code: string;
  format: string;
  /** The rendered code of each module by its id, in the order of the chunk. */
  rendered: Iterable<readonly [id: string, code: string | null]>;
  /** In the order of their offsets. */
  marks: readonly FoundMark[];
  moduleOf(id: string): ChunkModule | undefined;
  /** The module whose marks carry a token. */
  markedBy(token: string): ChunkModule | undefined;
}

/** By format: the number of nested functions around the modules' statements. */
const WRAPPERS: Record<string, number> = { iife: 1, umd: 1, amd: 1, system: 2 };

/** Null where the modules' statements are not inside the wrapper of the format. */
export function layoutOf(chunk: PrintedChunk): Layout | ParseFailure | null {
  const slices = slicesOf(chunk.code, chunk.rendered);
  return (slices && layoutOfSlices(chunk, slices)) ?? layoutOfWhole(chunk);
}

function layoutOfSlices(chunk: PrintedChunk, slices: readonly Slice[]): Layout | undefined {
  const { code, format } = chunk;
  const skeleton = (format === 'es' ? parseModule : parse)(withoutSlices(code, slices));
  const at = slices[0]?.start ?? 0;
  const body = 'body' in skeleton ? listOf(skeleton, at, slices, format) : undefined;
  if (!body || !('body' in skeleton)) return undefined;
  // In an async wrapper an `await` in a slice is an await, else a name.
  const parsed = format === 'es' || isAsync(body.parent?.node) ? parseModule : parse;
  const extents: Extent[] = [];
  const pieces: Piece[] = [];
  const edited = new EditedText(code);
  const marks = chunk.marks.values();
  let mark = marks.next().value;
  for (const { id, start, end } of slices) {
    const module = chunk.moduleOf(id);
    const own: FoundMark[] = [];
    for (; mark && mark.start < end; mark = marks.next().value) {
      const isOwn = mark.start >= start && mark.token === module?.record.token;
      if (isOwn) own.push({ ...mark, start: mark.start - start, end: mark.end - start });
    }
    if (!module) continue;
    const text = code.slice(start, end);
    // Rollup may keep only comments of a module.
    if (skipTrivia(text, 0) < text.length) extents.push({ module, start, end });
    const { markedBy: moduleOf } = chunk;
    pieces.push({
      start,
      end,
      module,
      program: () => parsed(text),
      locate() {
        if (own.length === 0 && !hasImports(module)) return null;
        const located = locate({ text, marks: own, moduleOf, parse: parsed });
        if ('message' in located) return { ...located, pos: start + (located.pos ?? 0) };
        for (const mark of located.marks) edited.replace(start + mark.start, start + mark.end, '');
        return { ...located, offsetOf: (offset) => start + located.offsetOf(offset) };
      },
    });
  }
  return { text: edited, code, offsetOf: (offset) => offset, skeleton, body, at, pieces, extents };
}

/**
 * A module with dynamic imports is parsed even without marks: a plugin may print something for them that is no
 * JavaScript.
 */
const hasImports = ({ record }: ChunkModule): boolean => record.sites.some(({ kind }) => kind === 'import');

const isAsync = (wrapper: Node | undefined): boolean =>
  wrapper !== undefined && 'async' in wrapper && wrapper.async === true;

/** Replaces each slice by an empty statement and spaces, so that offsets stay. */
function withoutSlices(code: string, slices: readonly Slice[]): string {
  const parts: string[] = [];
  let last = 0;
  for (const { start, end } of slices) {
    parts.push(code.slice(last, start), ';', ' '.repeat(end - start - 1));
    last = end;
  }
  parts.push(code.slice(last));
  return parts.join('');
}

/** The list of the modules' statements: it has those that stand for the slices. */
const listOf = (
  skeleton: Program,
  at: number,
  slices: readonly Slice[],
  format: string,
): Layout['body'] | undefined =>
  slices.length > 0 ? listOfEmpty(skeleton, at, slices) : listWithoutSlices(skeleton, format);

/**
 * The list of a chunk that has no module's statement: where the wrapper of the format has them. Undefined where more
 * than one function may be that wrapper's, as where a banner has one.
 */
function listWithoutSlices(skeleton: Program, format: string): Layout['body'] | undefined {
  const isList = WITHOUT_SLICES[format] ?? (({ node }) => node.type === 'Program');
  const lists: NodePath[] = [];
  find(skeleton, Infinity, 0, (nodePath) => {
    if (isList(nodePath)) lists.push(nodePath);
    return false;
  });
  return lists.length === 1 ? (lists[0] as Layout['body']) : undefined;
}

/** By format of several chunks: whether the node is the body of the wrapper's function; else the program is the list. */
const WITHOUT_SLICES: Record<string, (nodePath: NodePath) => boolean> = {
  // define([…], (function () {…}))
  amd: ({ node, parent }) =>
    node.type === 'BlockStatement' &&
    parent?.key === 'arguments' &&
    parent.parent?.node.type === 'CallExpression' &&
    parent.parent.node.arguments.at(-1) === parent.node &&
    parent.parent.parent?.parent?.node.type === 'Program',
  // System.register([…], (function () { return { execute: (function () {…}) }; }))
  system: ({ node, parent }) =>
    node.type === 'BlockStatement' &&
    parent?.parent?.node.type === 'Property' &&
    parent.parent.node.key.type === 'Identifier' &&
    parent.parent.node.key.name === 'execute',
};

/** The list that holds the empty statements of all slices. */
function listOfEmpty(skeleton: Program, at: number, slices: readonly Slice[]): Layout['body'] | undefined {
  const starts = new Set(slices.map(({ start }) => start));
  return find(skeleton, at, at + 1, ({ node }) => {
    if (node.type !== 'Program' && node.type !== 'BlockStatement') return false;
    const list: readonly Node[] = node.body;
    const empty = list.filter((child) => child.type === 'EmptyStatement' && starts.has(startOf(child)));
    return empty.length === slices.length;
  });
}

function layoutOfWhole(chunk: PrintedChunk): Layout | ParseFailure | null {
  const { code: text, format, marks, markedBy: moduleOf } = chunk;
  const located = locate({ text, marks, moduleOf, parse: format === 'es' ? parseModule : parse });
  if ('message' in located) return located;
  const { code, offsetOf, program, offsets } = located;
  // Without marks there are no modules to find inside the wrapper: the program itself will do.
  let depth = offsets.length > 0 ? (WRAPPERS[format] ?? 0) : 0;
  const at = offsets[0] ?? 0;
  const body = find(program, at, offsets.at(-1) ?? 0, ({ node, parent }) => {
    if (node.type === 'BlockStatement' && parent && isFunction(parent.node)) depth--;
    return depth === 0 && (node.type === 'Program' || node.type === 'BlockStatement');
  });
  if (!body) return null;
  const edited = new EditedText(text);
  for (const { start, end } of located.marks) edited.replace(start, end, '');
  const whole = { start: 0, end: text.length, program: () => program, locate: () => located };
  return { text: edited, code, offsetOf, skeleton: program, body, at, pieces: [whole], extents: null };
}

/** The outermost node around a range for which `isList` is true. */
function find(
  program: Program,
  from: number,
  to: number,
  isList: (nodePath: NodePath) => boolean,
): Layout['body'] | undefined {
  let body: Layout['body'] | undefined;
  const trail = new Trail();
  walk(program, {
    enter(node, _parent, key) {
      // The program's own range may leave out comments before its first statement and after its last.
      if (body || (node.type !== 'Program' && (startOf(node) > from || endOf(node) < to))) {
        this.skip();
        return;
      }
      const nodePath = trail.pathTo(node, key);
      if (isList(nodePath)) body = nodePath as Layout['body'];
      trail.enter(node, key);
    },
    leave() {
      trail.leave();
    },
  });
  return body;
}

/** Whether a scope around the modules' statements declares the name. */
export function isDeclaredAround({ code, skeleton, at, pieces }: Layout, name: string): boolean {
  if (!mayDeclare(code, name)) return false;
  if (declares(skeleton, name, at)) return true;
  return pieces.some(({ start, end, program }) => {
    const parsed = mayDeclare(code.slice(start, end), name) && program();
    return parsed && 'body' in parsed && declares(parsed, name);
  });
}
