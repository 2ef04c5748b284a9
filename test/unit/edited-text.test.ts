import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { expect } from 'chai';
import fc from 'fast-check';
import MagicString from 'magic-string';
import { EditedText } from '../../src/edited-text.ts';

describe('a text and its edits', () => {
  it('without any is as it was', () => {
    expect(new EditedText('a\nb').toString()).to.equal('a\nb');
    expect(new EditedText('').toString()).to.equal('');
  });

  it('takes replacements in any order, and insertions at their ends', () => {
    const text = new EditedText('0123456789');
    text.replace(6, 8, 'B');
    text.replace(2, 4, 'A');
    text.insert(0, '<', '(');
    text.insert(4, '[', ']');
    text.insert(10, ')', '>');
    expect(text.toString()).to.equal('<(01A[]45B89)>');
  });

  it('asked twice says the same', () => {
    const text = new EditedText('abc');
    text.insert(1, 'x', 'y');
    text.replace(2, 3, '');
    expect([text.toString(), text.toString()]).to.deep.equal(['axyb', 'axyb']);
    text.generateMap();
    expect(text.toString()).to.equal('axyb');
  });

  it('is what MagicString makes of the same edits, and each character that is left has its place in the map', () => {
    const edits = fc.record({
      code: fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', ';', ';'), minLength: 1, maxLength: 60 }),
      cuts: fc.uniqueArray(fc.nat(60), { maxLength: 12 }),
      texts: fc.array(fc.string({ unit: fc.constantFrom('x', 'y', '\n'), maxLength: 3 }), {
        minLength: 14,
        maxLength: 14,
      }),
    });
    fc.assert(
      fc.property(edits, ({ code, cuts, texts }) => {
        const offsets = cuts.filter((cut) => cut <= code.length).sort((a, b) => a - b);
        const text = new EditedText(code);
        const magic = new MagicString(code);
        offsets.forEach((offset, i) => {
          const next = offsets[i + 1];
          const added = texts[i] ?? '';
          if (i % 3 === 0 && next !== undefined && next > offset) {
            text.replace(offset, next, added);
            if (added) magic.update(offset, next, added);
            else magic.remove(offset, next);
          } else if (i % 3 === 2) {
            text.insert(offset, added, 'r');
            magic.appendLeft(offset, added);
            magic.prependRight(offset, 'r');
          }
        });
        expect(text.toString()).to.equal(magic.toString());
        const map = new TraceMap(text.generateMap().toString());
        const made = text.toString().split('\n');
        const lines = code.split('\n');
        made.forEach((line, index) => {
          for (const { index: column } of line.matchAll(/;/g)) {
            const { line: row, column: place } = originalPositionFor(map, { line: index + 1, column });
            expect(lines[(row ?? 0) - 1]?.[place ?? -1], `${index + 1}:${column}`).to.equal(';');
          }
        });
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });
});
