import { decodedMappings, encodedMappings, type SourceMapSegment, TraceMap } from '@jridgewell/trace-mapping';
import { expect } from 'chai';
import fc from 'fast-check';
import { FIELDS, segmentsOf } from '../../../src/locate/maps/segments.ts';

const mapOf = (mappings: SourceMapSegment[][] | string): TraceMap =>
  new TraceMap({ version: 3, names: [], sources: [], mappings } as ConstructorParameters<typeof TraceMap>[0]);

/** As `decodedMappings`, without names. */
function linesOf(mappings: string): number[][][] {
  const { firstOf, fields } = segmentsOf(mappings);
  return firstOf.slice(0, -1).map((first, line) =>
    Array.from({ length: (firstOf[line + 1] ?? 0) - first }, (_, index) => {
      const at = FIELDS * (first + index);
      const segment = Array.from(fields.subarray(at, at + FIELDS));
      return segment[1] === -1 ? segment.slice(0, 1) : segment;
    }),
  );
}

describe('segments of a source map', () => {
  const number = fc.oneof(fc.nat(40), fc.nat(2 ** 30));
  const segment = fc.oneof(
    fc.tuple(number),
    fc.tuple(number, number, number, number),
    fc.tuple(number, number, number, number, number),
  );
  const line = fc
    .array(segment, { maxLength: 6 })
    .map((segments) => segments.toSorted((a, b) => a[0] - b[0]) as SourceMapSegment[]);

  it('are those that decodedMappings has', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const mappings = encodedMappings(mapOf(lines));
        const expected = decodedMappings(mapOf(mappings)).map((segments) =>
          segments.map((each) => each.slice(0, FIELDS)),
        );
        expect(linesOf(mappings)).to.deep.equal(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('of no mappings are one line without any', () => {
    expect(linesOf('')).to.deep.equal([[]]);
    expect(linesOf('AAAA;;C,A')).to.deep.equal([[[0, 0, 0, 0]], [], [[1], [1]]]);
  });
});
