/** Why one module ran before another, of traces made by hand. */
import { expect } from 'chai';
import { whyBefore } from '../../../src/findings/explain.ts';
import { end, error, eventsOf, manifestOf, start, suspend, type Told } from './hand-made.ts';

/** `main.js` imports `a.js`, then `b.js`, which imports `deep/c.js`; nothing imports `lazy.js`. */
const manifest = manifestOf(
  {
    'a.js': {},
    'deep/c.js': {},
    'b.js': { requests: ['deep/c.js'] },
    'main.js': { requests: ['a.js', 'b.js'] },
    'lazy.js': {},
  },
  ['main.js'],
);

const why = (first: string, second: string, ...told: Told[]): string[] | undefined =>
  whyBefore(manifest, { events: eventsOf(...told), dropped: 0 }, first, second)?.split('\n');

const whole = [start('a.js'), end('a.js'), start('deep/c.js'), end('deep/c.js'), start('b.js'), end('b.js')];

describe('why a module ran before another', () => {
  it('shows the requests that put it first', () => {
    expect(why('a.js', 'deep/c.js', ...whole)).to.deep.equal([
      'a.js started before deep/c.js',
      'main.js:1 imports a.js',
      'main.js:2 imports b.js only after that',
      'b.js:1 imports deep/c.js',
    ]);
  });

  it('is told the other way round', () => {
    expect(why('b.js', 'deep/c.js', ...whole)?.slice(0, 2)).to.deep.equal([
      'b.js did not start before deep/c.js: it is the other way round',
      'deep/c.js started before b.js',
    ]);
  });

  it('says so where only the bundle has this order', () => {
    const swapped = [start('b.js'), end('b.js'), start('a.js'), end('a.js')];
    expect(why('b.js', 'a.js', ...swapped)?.[0]).to.equal(
      'b.js started before a.js in this build; by ECMA-262 it does not',
    );
  });

  it('takes the end of a path, unless several have it', () => {
    expect(why('a.js', 'c.js', ...whole)?.[0]).to.equal('a.js started before deep/c.js');
    expect(why('a.js', 'missing.js', ...whole)).to.equal(undefined);
    const two = manifestOf({ 'x/c.js': {}, 'y/c.js': {}, 'a.js': {} }, ['a.js']);
    expect(whyBefore(two, { events: [], dropped: 0 }, 'a.js', 'c.js')).to.equal(
      'c.js may be any of these: x/c.js, y/c.js',
    );
  });

  it('says which error kept a module from running', () => {
    const failed = [start('a.js'), error('a.js', 'polyfill is missing')];
    expect(why('a.js', 'b.js', ...failed)).to.deep.equal([
      'a.js started, b.js has not started',
      'a.js threw before it was the turn of b.js: polyfill is missing',
    ]);
    expect(why('main.js', 'a.js', ...failed)).to.deep.equal([
      'main.js has not started, a.js has',
      'a.js threw before it was the turn of main.js: polyfill is missing',
    ]);
  });

  it('says at which await the modules before it wait', () => {
    expect(why('a.js', 'b.js', start('a.js'), suspend('a.js', 7))).to.deep.equal([
      'a.js started, b.js has not started',
      'b.js comes after a.js, which still waits at a.js:7:1',
    ]);
  });

  it('says that nothing has asked for a module', () => {
    expect(why('a.js', 'lazy.js', ...whole)).to.deep.equal([
      'a.js started, lazy.js has not started',
      'no entry imports lazy.js statically, and no import() has asked for it',
    ]);
  });
});
