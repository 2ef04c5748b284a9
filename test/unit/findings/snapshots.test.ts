import { expect } from 'chai';
import { explain } from '../../../src/findings/explain.ts';
import { snapshots } from '../../../src/findings/snapshots.ts';
import { verdictOf } from '../../../src/findings/verdict.ts';
import type { TraceEvent } from '../../../src/protocol/events.ts';
import type { Finding } from '../../../src/protocol/finding.ts';
import type { Manifest } from '../../../src/protocol/manifest.ts';
import { end, eventsOf, manifestOf, read, start, type Told, write } from './hand-made.ts';

const modules = (ofDefault: { local: string; isAliased?: true }): Manifest =>
  manifestOf(
    {
      'main.js': { requests: ['dep.js'] },
      'dep.js': { bindings: { default: 'default-expression', thing: 'let' }, ofDefault },
    },
    ['main.js'],
  );

const aliased = modules({ local: 'thing', isAliased: true });
const copied = modules({ local: 'thing' });

const readDefault = (value?: string, importer = 'main.js'): Told =>
  read(importer, 'dep.js', 'default', {
    state: 'initialized',
    early: false,
    ...(value !== undefined && { value }),
  });

const writeThing = (previous?: string, value?: string, name = 'thing'): Told =>
  write('dep.js', name, {
    ...(previous !== undefined && { previous }),
    ...(value !== undefined && { value }),
  });

/** Findings of what comes once `dep.js` has ended. */
const found = (manifest: Manifest, ...told: readonly Told[]): Finding[] =>
  explained(manifest, eventsOf(start('dep.js'), end('dep.js'), start('main.js'), ...told));

const explained = (manifest: Manifest, events: readonly TraceEvent[]): Finding[] =>
  explain(manifest, { events, dropped: 0 }, (seen) => snapshots(seen, events));

const codes = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, severity, native }) => `${code} ${severity} ${native}`);

const LOST = ['SNAPSHOT_LOST warning differs'];
const STALE = ['SNAPSHOT warning same'];

describe('a default export that this build makes live', () => {
  it('is found at the first read of an importer after a write, under either name', () => {
    for (const name of ['thing', 'default']) {
      const events = [readDefault('1'), writeThing('1', '2', name), readDefault('2'), readDefault('2')];
      const findings = found(aliased, ...events);
      expect(codes(findings)).to.deep.equal(LOST);
      expect(findings[0]?.seq).to.equal(5);
    }
    const both = found(aliased, writeThing('1', '2'), readDefault('2'), readDefault('2', 'dep.js'));
    expect(codes(both)).to.deep.equal([...LOST, ...LOST]);
  });

  it('is found without values, and where texts do not show that a value is the same', () => {
    expect(codes(found(aliased, writeThing(), readDefault()))).to.deep.equal(LOST);
    expect(codes(found(aliased, writeThing('object', 'object'), readDefault('object')))).to.deep.equal(LOST);
    expect(codes(found(aliased, writeThing('number', 'number'), readDefault('number')))).to.deep.equal(LOST);
  });

  it('is none where the value is the one that it had', () => {
    for (const text of ['1', "'a'", '-1', 'null', 'false', 'undefined'])
      expect(found(aliased, writeThing(text, text), readDefault(text))).to.be.empty;
    const back = [writeThing('1', '2'), writeThing('2', '1'), readDefault('1')];
    expect(found(aliased, ...back)).to.be.empty;
  });

  it('is none without a write, or where that comes before the module has ended, or of another binding', () => {
    expect(found(aliased, readDefault('1'), readDefault('2'))).to.be.empty;
    expect(found(aliased, writeThing('1', '2', 'other'), readDefault('2'))).to.be.empty;
    const events = eventsOf(start('dep.js'), writeThing('1', '2'), end('dep.js'), readDefault('2'));
    expect(explained(aliased, events)).to.be.empty;
  });

  it('is told by the build where a module reads it and something writes it', () => {
    const [main, dep] = aliased.modules;
    if (!main || !dep) expect.fail();
    const verdict = (writes: boolean, imports: boolean): string[] => {
      const [binding, ...others] = dep.bindings;
      if (!binding) expect.fail();
      const written = { ...binding, ...(writes && { writes: [{ line: 7, column: 2 }] }) };
      const imported = { local: 'thing', module: 1, binding: 0, way: [1] };
      const changed = [
        { ...main, imports: imports ? [imported] : [] },
        { ...dep, bindings: [written, ...others] },
      ];
      return verdictOf({ ...aliased, modules: changed }).findings.map(
        ({ code, severity, message }) => `${code} ${severity} ${message}`,
      );
    };
    expect(verdict(true, true)).to.deep.equal([
      'SNAPSHOT_LOST info importers of the default export of dep.js see writes to thing in this build',
    ]);
    expect(verdict(true, false)).to.be.empty;
    expect(verdict(false, true)).to.be.empty;
  });
});

describe('a copy', () => {
  const copy = read('main.js', 'dep.js', 'thing', { state: 'initialized', early: false, snapshot: true });

  it('of `export default a` is stale after a write, unless that wrote the same value', () => {
    expect(codes(found(copied, writeThing('1', '2'), readDefault('1')))).to.deep.equal(STALE);
    expect(codes(found(copied, writeThing(), readDefault()))).to.deep.equal(STALE);
    expect(found(copied, writeThing('1', '1'), readDefault('1'))).to.be.empty;
    expect(found(copied, readDefault('1'), writeThing('1', '2'))).to.be.empty;
  });

  it('of a member of a namespace is told where a write comes later, once', () => {
    const later = found(copied, copy, writeThing('1', '2'), copy, writeThing('2', '3'));
    expect(codes(later)).to.deep.equal(['SNAPSHOT info same']);
    expect(found(copied, writeThing('1', '2'), copy)).to.be.empty;
  });

  it('is a finding of its own build alone, not of another one of the page', () => {
    const other = manifestOf({ 'z.js': {} }, ['z.js']);
    expect(found(other, copy, writeThing('1', '2'), readDefault('1'))).to.be.empty;
  });
});
