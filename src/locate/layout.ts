/** Takes a chunk apart into the pieces of its modules and the skeleton around them. */
import type { Node, Program } from 'estree';
import { walk } from 'estree-walker';
import { declares, mayDeclare } from '../ast/declares.ts';
import { endOf, type NodePath, startOf, Trail } from '../ast/node-path.ts';
import { skipTrivia } from '../ast/trivia.ts';
import { EditedText } from '../edited-text.ts';
import type { Extent, Layout, Piece } from '../located.ts';
import type { ChunkModule } from '../model.ts';
import type { Parser } from '../parse.ts';
import type { Slice } from './slices.ts';

export interface SlicedChunk {
  code: string;
  format: string;
  slices: readonly Slice[];
  parser: Parser;
  moduleOf(id: string): ChunkModule | undefined;
  /** Returns the function that finds the sites of a slice. Called with each slice, in order. */
  locatorOf(slice: SliceText, edited: EditedText): Piece['locate'];
}

/** A module's slice; offsets are those of the chunk. */
export interface SliceText {
  module: ChunkModule;
  text: string;
  start: number;
  end: number;
  /** Parses as the wrapper of the format has it: an `await` is an await or a name. */
  parse: Parser['parse'];
}

/** Undefined where the statements of all slices are in no common list. */
export function layoutOfSlices(chunk: SlicedChunk): Layout | undefined {
  const { code, format, slices, parser } = chunk;
  const skeleton = (format === 'es' ? parser.parseModule : parser.parse)(withoutSlices(code, slices));
  const at = slices[0]?.start ?? 0;
  const body = 'body' in skeleton ? listOf(skeleton, at, slices, format) : undefined;
  if (!body || !('body' in skeleton)) return undefined;
  // In an async wrapper an `await` in a slice is an await, else a name.
  const parse = format === 'es' || isAsync(body.parent?.node) ? parser.parseModule : parser.parse;
  const extents: Extent[] = [];
  const pieces: Piece[] = [];
  const edited = new EditedText(code);
  for (const { id, start, end } of slices) {
    const module = chunk.moduleOf(id);
    if (!module) continue;
    const text = code.slice(start, end);
    // The bundler may keep only comments of a module.
    if (skipTrivia(text, 0) < text.length) extents.push({ module, start, end });
    const locate = chunk.locatorOf({ module, text, start, end, parse }, edited);
    pieces.push({ start, end, module, program: () => parse(text), locate });
  }
  return { text: edited, code, offsetOf: (offset) => offset, skeleton, body, at, pieces, extents };
}

const isAsync = (wrapper: Node | undefined): boolean =>
  wrapper !== undefined && 'async' in wrapper && wrapper.async === true;

/** Replaces each slice by an empty statement and spaces, so that offsets stay. */
function withoutSlices(code: string, slices: readonly Slice[]): string {
  const parts: string[] = [];
  const spaces = ' '.repeat(slices.reduce((longest, { start, end }) => Math.max(longest, end - start), 0));
  let last = 0;
  for (const { start, end } of slices) {
    parts.push(code.slice(last, start), ';', spaces.slice(0, end - start - 1));
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

/** The outermost node around a range for which `isList` is true. */
export function find(
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
