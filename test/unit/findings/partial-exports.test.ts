import { expect } from 'chai';
import { explain } from '../../../src/findings/explain.ts';
import { partialExports } from '../../../src/findings/partial-exports.ts';
import type { TraceEvent } from '../../../src/protocol/events.ts';
import type { Finding } from '../../../src/protocol/finding.ts';
import type { Manifest, ManifestModule } from '../../../src/protocol/manifest.ts';
import { error, eventsOf, manifestOf, requires, start } from './hand-made.ts';

const found = (manifest: Manifest, events: readonly TraceEvent[]): Finding[] =>
  explain(manifest, { events, dropped: 0 }, partialExports).filter(({ code }) => code === 'PARTIAL_EXPORTS');

describe('a CommonJS module that is required while it runs', () => {
  const told = [
    requires('require-start', 'a.cjs', 'b.cjs'),
    requires('require-start', 'b.cjs', 'c.cjs'),
    requires('require-end', 'b.cjs', 'c.cjs'),
    requires('require-start', 'b.cjs', 'a.cjs', 'evaluating'),
    requires('require-end', 'b.cjs', 'a.cjs', 'evaluating'),
    requires('require-end', 'a.cjs', 'b.cjs'),
  ];
  const events = eventsOf(...told);
  const sources = { 'a.cjs': {}, 'b.cjs': {}, 'c.cjs': {} };

  it('is found with the requires that have not returned', () => {
    const [first, ...others] = found(manifestOf(sources, ['a.cjs']), events);
    expect(others).to.be.empty;
    expect(first?.severity).to.equal('info');
    expect(first?.path.map(({ text }) => text)).to.deep.equal([
      'a.cjs:9:1 requires b.cjs',
      'b.cjs:9:1 requires a.cjs, while a.cjs runs',
    ]);
  });

  it('is a finding of its own build alone, not of another one of the page', () => {
    expect(found(manifestOf({ 'z.js': {} }, ['z.js']), events)).to.be.empty;
  });

  /** All requires stand in line 9. */
  const build = (exportsAt: ManifestModule['exportsAt'] = []): Manifest => {
    const manifest = manifestOf(sources, ['a.cjs']);
    const reads = [
      { name: 'x', line: 10, column: 4 },
      { name: 'y', line: 11, column: 4 },
    ];
    const more: Record<string, Partial<ManifestModule>> = {
      'a.cjs': { exportsAt },
      'b.cjs': { requires: [{ module: 0, line: 9, column: 0, reads }] },
    };
    return {
      ...manifest,
      modules: manifest.modules.map((module) => ({ ...module, ...more[module.path] })),
    };
  };
  const at = (line: number, name: string, replaces?: 'object' | 'nothing') => ({
    name,
    line,
    column: 0,
    ...(replaces && { replaces }),
  });
  const textsOf = (manifest: Manifest, of = events): string[] =>
    found(manifest, of).map(({ severity, native, message }) => `${severity} ${native}: ${message}`);
  const missing = (place: string, name: string, severity = 'warning'): string =>
    `${severity} same: b.cjs:${place} reads ${name} of a.cjs before a.cjs has assigned it: undefined, and without bundling as well`;
  const SO_FAR = 'info same: b.cjs:9:1 requires a.cjs, which is still running: it gets the exports so far';

  it('lacks each property that is read by name and assigned only after the require', () => {
    expect(textsOf(build([at(12, 'x'), at(13, 'y')]))).to.deep.equal([
      missing('10:5', 'x'),
      missing('11:5', 'y'),
    ]);
  });

  it('has what was assigned before, be it assigned again', () => {
    expect(textsOf(build([at(2, 'x'), at(12, 'x'), at(13, 'y')]))).to.deep.equal([missing('11:5', 'y')]);
  });

  it('may have anything once its exports were handed on, and lacks nothing that it never assigns', () => {
    expect(textsOf(build([at(2, ''), at(12, 'x')]))).to.deep.equal([SO_FAR]);
    expect(textsOf(build([at(12, 'z')]))).to.deep.equal([SO_FAR]);
  });

  it('says where the object is replaced, and where this build has none before', () => {
    expect(textsOf(build([at(12, '', 'object')]))).to.deep.equal([
      'warning same: b.cjs:10:5 reads x of a.cjs before a.cjs has replaced module.exports: undefined, and without bundling as well',
      'warning same: b.cjs:11:5 reads y of a.cjs before a.cjs has replaced module.exports: undefined, and without bundling as well',
    ]);
    expect(textsOf(build([at(12, 'x', 'nothing')]))).to.deep.equal([
      'warning differs: only in this build: b.cjs:10:5 reads x of a.cjs before a.cjs has replaced module.exports: TypeError, where it gives undefined without bundling',
    ]);
    expect(textsOf(build([at(12, 'z', 'object')]))).to.deep.equal([
      'info same: b.cjs:9:1 requires a.cjs, which is still running: it gets an object that is replaced later',
    ]);
  });

  it('broke its importer if that threw as of a missing value', () => {
    const failing = (text?: string) =>
      eventsOf(start('b.cjs'), ...told, error('b.cjs'), error('a.cjs', text));
    const manifest = build([at(12, 'x')]);
    expect(textsOf(manifest, failing('a.x is not a function'))).to.deep.equal([
      missing('10:5', 'x', 'error'),
    ]);
    expect(textsOf(manifest, failing())).to.deep.equal([missing('10:5', 'x', 'error')]);
    expect(textsOf(manifest, failing('no config'))).to.deep.equal([SO_FAR]);
  });
});
