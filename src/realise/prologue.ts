/** What a chunk runs before its first statement. */
import type { Node } from 'estree';
import { endOf, startOf } from '../ast/walk.ts';
import type { BuildTable } from '../protocol.ts';
import type { Context } from './context.ts';
import type { LocatedChunk } from './locate.ts';

/** Text of a value as an expression; safe in a script element too. */
export const literal = (value: unknown): string => JSON.stringify(value).replace(/<(?=[/!])/g, '\\u003c');

/** The runtime and the build's table, in the chunk itself. */
export function inlineRuntime({ names }: Context, runtime: string, table: BuildTable): string {
  return `const ${names.build}=(function(){${runtime}return createBuild})()(${literal(table)}),${names.seen}=${names.build}.seen;`;
}

/** The chunk's own table. */
export function registerChunk({ names, first, sites, declared }: Context): string {
  const rows = declared.map(
    ({ module, binding, expression }) =>
      `[${module},${binding},${expression === 0 ? 0 : `()=>${expression}`}]`,
  );
  return `${names.build}.chunk({first:${first},sites:${literal(sites)},getters:[${rows.join()}]});`;
}

/**
 * After directives, imports and what stands at the chunk's top; before the first statement, with the comments that
 * belong to it.
 */
export function prologueOffset(code: string, { body, noise }: LocatedChunk): number {
  const first = body.findIndex((node) => !isHead(node));
  const before = body[first - 1] ?? (first < 0 ? body.at(-1) : undefined);
  if (before) return endOf(before);
  const noiseByEnd = new Map(noise.map(({ start, end }) => [end, start]));
  let offset = body[0] ? startOf(body[0]) : 0;
  for (;;) {
    const end = code.slice(0, offset).trimEnd().length;
    const start = noiseByEnd.get(end) ?? annotationStart(code, end);
    if (start === undefined) return offset;
    offset = start;
  }
}

const isHead = (node: Node): boolean =>
  'directive' in node ||
  node.type === 'ImportDeclaration' ||
  node.type === 'ExportAllDeclaration' ||
  (node.type === 'ExportNamedDeclaration' && node.source != null);

/** A comment that says something of the statement after it: JSDoc, or an annotation for bundlers. */
function annotationStart(code: string, end: number): number | undefined {
  if (!code.endsWith('*/', end)) return undefined;
  const start = code.lastIndexOf('/*', end - 2);
  return /^\/\*\*|[@#]__(?:PURE|NO_SIDE_EFFECTS)__/.test(code.slice(start, end)) ? start : undefined;
}
