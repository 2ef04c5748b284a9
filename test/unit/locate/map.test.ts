import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { expect } from 'chai';
import fc from 'fast-check';
import MagicString from 'magic-string';
import { mappingsOf } from '../../../src/locate/marks/map.ts';

describe('map of the marks', () => {
  const pieces = fc.constantFrom('a', 'b1', '$', ' ', '(', '.', '_x', 'é', '\t', '=>', '"');
  const program = fc.array(fc.string({ unit: pieces }), { maxLength: 6 }).map((lines) => lines.join('\n'));

  it('each character that begins a word or spaces, or is neither, comes from where it stood', () => {
    let compared = 0;
    fc.assert(
      fc.property(program, fc.array(fc.nat(60), { maxLength: 5 }), (code, places) => {
        const insertions = places
          .map((place) => ({ offset: place % (code.length + 1), text: '/*~0123456789:0*/' }))
          .sort((a, b) => a.offset - b.offset);
        const text = new MagicString(code);
        for (const { offset, text: mark } of insertions) text.appendLeft(offset, mark);
        const map = new TraceMap({
          version: 3,
          names: [],
          sources: ['code.js'],
          mappings: mappingsOf(code, insertions),
        });
        for (const match of code.matchAll(/[\w$\u0080-\uffff]+|[ \t]+|[^\s]/g)) {
          const before = code.slice(0, match.index);
          const lineNumber = before.split('\n').length;
          const lineStart = before.lastIndexOf('\n') + 1;
          const ahead = insertions
            .filter(({ offset }) => offset >= lineStart && offset <= match.index)
            .reduce((sum, { text: mark }) => sum + mark.length, 0);
          const column = match.index - lineStart;
          const found = originalPositionFor(map, { line: lineNumber, column: column + ahead });
          expect({ line: found.line, column: found.column }).to.deep.equal({ line: lineNumber, column });
          expect(
            text
              .toString()
              .split('\n')
              [lineNumber - 1]?.charAt(column + ahead),
          ).to.equal(code.charAt(match.index));
          compared++;
        }
      }),
      { numRuns: 500, seed: 20261121 },
    );
    expect(compared).to.be.above(1000);
  });
});
