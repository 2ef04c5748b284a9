/** The prologue, which a chunk runs before its first statement: where it goes, and the functions that it declares. */
import type { Node } from 'estree';
import { endOf, startOf } from '../ast/node-path.ts';
import type { Layout } from '../located.ts';
import type { ChunkContext } from './context.ts';

/** Functions that guards call. Hoisted, because other chunks may call into this one before its first statement runs. */
export const getterFunctions = ({ getters }: ChunkContext): string =>
  Array.from(getters, ([name, getter]) => `function ${getter}(){return ${name}}`).join('');

/** Offset after directives and imports, and before the first statement and the comments that annotate it. */
export function prologueOffset(code: string, { node }: Layout['body']): number {
  const body: readonly Node[] = node.body;
  // The block of a wrapper around nothing.
  if (body.length === 0 && node.type === 'BlockStatement') return startOf(node) + 1;
  const first = body.findIndex((node) => !isHead(node));
  const before = first < 0 ? body.at(-1) : body[first - 1];
  return before ? endOf(before) : commentedStart(code, body[0]);
}

/** Offset after directives, and before the first statement or import and the comments that annotate it. */
export function headOffset(code: string, body: readonly Node[]): number {
  const first = body.findIndex((node) => !('directive' in node));
  const before = body[first - 1];
  return before ? endOf(before) : commentedStart(code, body[first]);
}

const isHead = (node: Node): boolean =>
  'directive' in node ||
  node.type === 'ImportDeclaration' ||
  node.type === 'ExportAllDeclaration' ||
  (node.type === 'ExportNamedDeclaration' && node.source != null);

function commentedStart(code: string, node: Node | undefined): number {
  let offset = node ? startOf(node) : 0;
  for (;;) {
    const end = code.slice(0, offset).trimEnd().length;
    const start = annotationStart(code, end);
    if (start === undefined) return offset;
    offset = start;
  }
}

/** Start of a comment that annotates the statement after it: JSDoc, or an annotation for bundlers. */
function annotationStart(code: string, end: number): number | undefined {
  if (!code.endsWith('*/', end)) return undefined;
  const start = code.lastIndexOf('/*', end - 2);
  return /^\/\*\*|[@#]__(?:PURE|NO_SIDE_EFFECTS)__/.test(code.slice(start, end)) ? start : undefined;
}
