/** A function of a module that has not run to its end, and the body that failed by calling it. */
import { expect } from 'chai';
import { explain } from '../../../src/findings/explain.ts';
import type { Finding } from '../../../src/protocol/finding.ts';
import type { Manifest } from '../../../src/protocol/manifest.ts';
import { end, error, eventsOf, manifestOf, read, start, type Told } from './hand-made.ts';

const TEXT = "Cannot access 'registry' before initialization";

/** `b.js` calls `register` of `a.js`, which imports it. */
const CYCLE = manifestOf(
  {
    'b.js': { requests: ['a.js'] },
    'a.js': { requests: ['b.js'], bindings: { register: 'function', other: 'const' } },
    'main.js': { requests: ['a.js'] },
  },
  ['main.js'],
);

const uses = (importer: string, module: string, name: string): Told =>
  read(importer, module, name, { state: 'initialized', value: 'function register' });

const reads = (manifest: Manifest, ...told: Told[]): Finding[] =>
  explain(manifest, { events: eventsOf(...told), dropped: 0 }).filter(({ code }) => code === 'EARLY_READ');

describe('a function that is called before its module has run', () => {
  it('is told where the body fails with a variable that has no value', () => {
    const texts = [
      TEXT,
      "Cannot read properties of undefined (reading 'push')",
      'registry is not a function',
    ];
    for (const text of texts) {
      const [found, ...others] = reads(
        CYCLE,
        start('b.js'),
        uses('b.js', 'a.js', 'register'),
        error('b.js', text),
      );
      expect(others).to.be.empty;
      expect(found).to.deep.include({
        severity: 'error',
        native: 'same',
        cause: 'cycle',
        message: `b.js:9:1 uses register of a.js before a.js has run: ${text}, and without bundling as well`,
        remedies: [{ text: "import './b.js' in main.js, before line 1", checked: true }],
      });
    }
  });

  it('is told of the module whose own body calls it, through another', () => {
    const manifest = manifestOf(
      {
        'b.js': { requests: ['a.js'], bindings: { setup: 'function' } },
        'a.js': { requests: ['b.js'], bindings: { register: 'function' } },
      },
      ['a.js'],
    );
    const [found] = reads(
      manifest,
      start('b.js'),
      end('b.js'),
      start('a.js'),
      read('a.js', 'b.js', 'setup', { state: 'initialized', early: false }),
      uses('b.js', 'a.js', 'register'),
      error('a.js', TEXT),
    );
    expect(found).to.include({ native: 'same', cause: 'own-order' });
    expect(found?.path.map(({ text }) => text)).to.deep.equal([
      'a.js runs code of b.js (setup, which it read last at a.js:9:1), which reads register',
      'a.js has not come to its end',
    ]);
    expect(found?.remedies).to.deep.equal([
      { text: 'try putting register and what it needs before what uses it', checked: false },
    ]);
  });

  it('is the fault of the build where natively the module has run by then', () => {
    const manifest = manifestOf(
      { 'a.js': { bindings: { register: 'function' } }, 'b.js': { requests: ['a.js'] } },
      ['b.js'],
    );
    const [found] = reads(manifest, start('b.js'), uses('b.js', 'a.js', 'register'), error('b.js', TEXT));
    expect(found).to.include({ native: 'differs', cause: 'build' });
    expect(found?.message).to.match(/initialization, in this build only$/);
  });

  const silent: Readonly<Record<string, readonly Told[]>> = {
    'an error of another kind': [uses('b.js', 'a.js', 'register'), error('b.js', 'no luck')],
    'an error of which nobody knows the text': [uses('b.js', 'a.js', 'register'), error('b.js')],
    'another read before the error': [
      uses('b.js', 'a.js', 'register'),
      read('b.js', 'a.js', 'other', { state: 'initialized' }),
      error('b.js', TEXT),
    ],
    'a read of what is no function': [uses('b.js', 'a.js', 'other'), error('b.js', TEXT)],
    'a body that goes on': [uses('b.js', 'a.js', 'register'), end('b.js')],
    'a read outside of any body': [end('b.js'), uses('b.js', 'a.js', 'register')],
  };
  for (const [what, told] of Object.entries(silent)) {
    it(`is not told of ${what}`, () => expect(reads(CYCLE, start('b.js'), ...told)).to.be.empty);
  }
});
