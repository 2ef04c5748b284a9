/** Which entry was asked for, where the trace does not say it. */
import { expect } from 'chai';
import { explain } from '../../../src/findings/explain.ts';
import type { Finding } from '../../../src/protocol/finding.ts';
import { end, error, eventsOf, manifestOf, read, start } from './hand-made.ts';

/**
 * Two entries lead to the modules `s.js`, `t.js` and `b.js`, which reads `a` of `a.js` too early and throws. So neither
 * comes to its own body.
 */
function earlyRead(one: readonly string[], two: readonly string[]): Finding | undefined {
  const manifest = manifestOf(
    {
      's.js': {},
      't.js': {},
      'b.js': { requests: ['a.js'] },
      'a.js': { requests: ['b.js'], bindings: { a: 'const' } },
      'one.js': { requests: one },
      'two.js': { requests: two },
    },
    ['one.js', 'two.js'],
  );
  const events = eventsOf(
    start('s.js'),
    end('s.js'),
    start('t.js'),
    end('t.js'),
    start('b.js'),
    read('b.js', 'a.js', 'a'),
    error('b.js', "Cannot access 'a' before initialization"),
  );
  return explain(manifest, { events, dropped: 0 }).find(({ code }) => code === 'EARLY_READ');
}

describe('which entry was asked for', () => {
  const caveat = 'which entry was asked for is unknown';

  it('is known where only the first explains the trace', () => {
    const found = earlyRead(['s.js', 't.js', 'a.js'], ['t.js', 's.js', 'a.js']);
    expect(found).to.include({ native: 'same' }).and.not.to.have.property('caveat');
  });

  it('is known where only the second does', () => {
    const found = earlyRead(['t.js', 's.js', 'a.js'], ['s.js', 't.js', 'a.js']);
    expect(found).to.include({ native: 'same' }).and.not.to.have.property('caveat');
  });

  it('is unknown where both do', () => {
    const found = earlyRead(['s.js', 't.js', 'a.js'], ['s.js', 't.js', 'a.js']);
    expect(found).to.include({ native: 'same', caveat });
  });

  it('is known where under the other one a module should have started that has not', () => {
    const found = earlyRead(['s.js', 't.js', 'a.js'], ['s.js', 't.js', 'b.js']);
    expect(found).to.include({ native: 'same' }).and.not.to.have.property('caveat');
  });
});
