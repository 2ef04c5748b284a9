import { expect } from 'chai';
import { explain } from '../../../src/findings/explain.ts';
import { eventsOf, manifestOf, requires } from './hand-made.ts';

describe('a CommonJS module that is required while it runs', () => {
  const events = eventsOf(
    requires('require-start', 'a.cjs', 'b.cjs'),
    requires('require-start', 'b.cjs', 'c.cjs'),
    requires('require-end', 'b.cjs', 'c.cjs'),
    requires('require-start', 'b.cjs', 'a.cjs', 'evaluating'),
    requires('require-end', 'b.cjs', 'a.cjs', 'evaluating'),
    requires('require-end', 'a.cjs', 'b.cjs'),
  );

  it('is found with the requires that have not returned', () => {
    const manifest = manifestOf({ 'a.cjs': {}, 'b.cjs': {}, 'c.cjs': {} }, ['a.cjs']);
    const [found, ...others] = explain(manifest, { events, dropped: 0 });
    expect(others).to.be.empty;
    expect(found?.path.map(({ text }) => text)).to.deep.equal([
      'a.cjs:9:1 requires b.cjs',
      'b.cjs:9:1 requires a.cjs, which is in progress already',
    ]);
  });

  it('is a finding of its own build alone, not of another one of the page', () => {
    const manifest = manifestOf({ 'z.js': {} }, ['z.js']);
    expect(explain(manifest, { events, dropped: 0 })).to.be.empty;
  });
});
