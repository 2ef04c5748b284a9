/** Takes a chunk with marks apart. */
import { isFunction } from '../../ast/node-path.ts';
import { EditedText } from '../../edited-text.ts';
import type { ParseFailure } from '../../errors.ts';
import type { Layout } from '../../located.ts';
import type { ChunkModule } from '../../model.ts';
import type { Parser } from '../../parse.ts';
import { find, layoutOfSlices } from '../layout.ts';
import { slicesOf } from '../slices.ts';
import type { FoundMark } from './grammar.ts';
import { locate } from './locate.ts';

export interface MarkedChunk {
  code: string;
  format: string;
  /** The rendered code of each module by its id, in the order of the chunk. */
  rendered: Iterable<readonly [id: string, code: string | null]>;
  /** In the order of their offsets. */
  marks: readonly FoundMark[];
  parser: Parser;
  moduleOf(id: string): ChunkModule | undefined;
  /** The module whose marks carry a token. */
  markedBy(token: string): ChunkModule | undefined;
}

/** By format: the number of nested functions around the modules' statements. */
const WRAPPERS: Record<string, number> = { iife: 1, umd: 1, amd: 1, system: 2 };

/** Null where the modules' statements are not inside the wrapper of the format. */
export function layoutOfMarked(chunk: MarkedChunk): Layout | ParseFailure | null {
  const { markedBy: moduleOf } = chunk;
  const slices = slicesOf(chunk.code, chunk.rendered);
  if (!slices) return layoutOfWhole(chunk);
  const marks = chunk.marks.values();
  let mark = marks.next().value;
  const layout = layoutOfSlices({
    ...chunk,
    slices,
    locatorOf({ module, text, start, end, parse }, edited) {
      const own: FoundMark[] = [];
      for (; mark && mark.start < end; mark = marks.next().value) {
        const isOwn = mark.start >= start && mark.token === module.record.token;
        if (isOwn) own.push({ ...mark, start: mark.start - start, end: mark.end - start });
      }
      return () => {
        if (own.length === 0 && !hasImports(module)) return null;
        const located = locate({ text, marks: own, moduleOf, parse });
        if ('message' in located) return { ...located, pos: start + (located.pos ?? 0) };
        for (const mark of located.marks) edited.replace(start + mark.start, start + mark.end, '');
        return { ...located, offsetOf: (offset) => start + located.offsetOf(offset) };
      };
    },
  });
  return layout ?? layoutOfWhole(chunk);
}

/**
 * A module with dynamic imports is parsed even without marks: a plugin may print something for them that is no
 * JavaScript.
 */
const hasImports = ({ record }: ChunkModule): boolean => record.sites.some(({ kind }) => kind === 'import');

function layoutOfWhole({
  code: text,
  format,
  marks,
  markedBy: moduleOf,
  parser,
}: MarkedChunk): Layout | ParseFailure | null {
  const located = locate({
    text,
    marks,
    moduleOf,
    parse: format === 'es' ? parser.parseModule : parser.parse,
  });
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
