/** Takes a chunk with a source map apart. */
import type { ParseFailure } from '../../errors.ts';
import type { Layout, LocatedPiece } from '../../located.ts';
import type { ChunkModule } from '../../model.ts';
import type { Parser } from '../../parse.ts';
import { layoutOfSlices, type SliceText } from '../layout.ts';
import { slicesByLines, slicesOf } from '../slices.ts';
import { locateByMap, type MappedSlices } from './locate.ts';
import { bodyByText, MAY_BE_WRAPPED, publisherNames } from './printed-by-rolldown.ts';

export interface MappedChunk extends Omit<MappedSlices, 'publishers'> {
  code: string;
  format: string;
  /** The rendered code of each module by its id, in the order of the chunk. */
  rendered: Iterable<readonly [id: string, code: string | null]>;
  parser: Parser;
  /** See {@link Layout}. */
  removesDeadCode: boolean;
  moduleOf(id: string): ChunkModule | undefined;
}

/** Null where the chunk's modules are not printed in it as they were rendered. */
export function layoutOfMapped(chunk: MappedChunk): Layout | ParseFailure | null {
  const rendered = [...chunk.rendered];
  const slices = slicesOf(chunk.code, rendered) ?? slicesByLines(chunk.code, rendered);
  if (!slices) return null;
  const mapped = { ...chunk, publishers: publisherNames(chunk.code) };
  const layout = layoutOfSlices({
    ...chunk,
    slices,
    locatorOf: (slice) => () => {
      const { module, text, start, parse } = slice;
      if (module.record.sites.length === 0) {
        if (!MAY_BE_WRAPPED.test(text)) return null;
        const body = bodyByText(text);
        if (body) return withBody(slice, body);
      }
      const program = parse(text);
      if (!('body' in program)) return { ...program, pos: start + (program.pos ?? 0) };
      return locateByMap(slice, program, mapped);
    },
  });
  return layout ? { ...layout, publishers: mapped.publishers, removesDeadCode: chunk.removesDeadCode } : null;
}

/** A piece of a module of which nothing but its body is looked for. */
const withBody = (
  { module, text, start }: SliceText,
  { isInside, ...body }: NonNullable<ReturnType<typeof bodyByText>>,
): LocatedPiece => ({
  code: text,
  program: { type: 'Program', sourceType: 'module', body: [] },
  sites: [],
  offsetOf: (offset) => start + offset,
  bodies:
    body.start < body.end
      ? [{ module, start: start + body.start, end: start + body.end, ...(isInside && { isInside }) }]
      : [],
});
