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

  it('a map of the original goes through the edits: what is left has its segment', () => {
    const pieces = fc.constantFrom('a', 'bc', ' ', ';', '\n', '(');
    let held = 0;
    fc.assert(
      fc.property(
        fc.array(pieces, { minLength: 1, maxLength: 30 }),
        fc.array(fc.tuple(fc.nat(40), fc.nat(5), fc.constantFrom('', 'x', '{\n}', 'long text')), {
          maxLength: 6,
        }),
        (parts, edits) => {
          const code = parts.join('');
          const text = new EditedText(code);
          const replaced = new Set<number>();
          let free = 0;
          for (const [start, length, added] of edits.toSorted(([a], [b]) => a - b)) {
            const [from, to] = [Math.min(start, code.length), Math.min(start + length, code.length)];
            if (from < free) continue;
            if (length === 0) text.insert(from, added, added);
            else if (to > from) {
              text.replace(from, to, added);
              for (let offset = from; offset < to; offset++) replaced.add(offset);
              free = to + 1;
            }
          }
          // A segment for each character, whose original is itself.
          const identity = code
            .split('\n')
            .map((line, row) =>
              Array.from(line, (_, at) => [at, 0, row, at] as [number, number, number, number]),
            );
          const [lines, edited] = [code.split('\n'), text.toString().split('\n')];
          const mapped = text.mapped(identity);
          expect(mapped.length).to.be.at.most(edited.length);
          mapped.forEach((segments, row) => {
            for (const [column, , line = 0, at = 0] of segments) {
              const offset = lines.slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + at;
              if (replaced.has(offset)) continue;
              expect(edited[row]?.[column]).to.equal(lines[line]?.[at]);
              held++;
            }
          });
        },
      ),
      { seed: 20261122, numRuns: 500 },
    );
    expect(held).to.be.above(1000);
  });
});
