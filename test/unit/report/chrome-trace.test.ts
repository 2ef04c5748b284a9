/** Traces for Perfetto, chrome://tracing and speedscope. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { TraceEvent } from '../../../src/protocol/events.ts';
import {
  type ChromeEvent,
  type ChromeFlow,
  type ChromeSpan,
  chromeTrace,
} from '../../../src/report/chrome-trace.ts';
import { anyTrace } from '../../support/traces.ts';

type Step = TraceEvent extends infer E ? (E extends TraceEvent ? Omit<E, 'seq' | 'time'> : never) : never;
const LOC = { file: 'a.js', line: 3, column: 4 };

const start = (module: string): Step => ({ type: 'evaluate-start', module, chunk: 'main.js', job: 1 });
const end = (module: string): Step => ({ type: 'evaluate-end', module, duration: 1 });
const suspend = (module: string): Step => ({ type: 'evaluate-suspend', module, loc: LOC });
const resume = (module: string): Step => ({ type: 'evaluate-resume', module, loc: LOC });
const failed = (module: string): Step => ({ type: 'evaluate-error', module, error: 'no' });
const early = (importer: string, module: string): Step => ({
  type: 'read',
  importer,
  module,
  name: 'x',
  local: 'x',
  loc: LOC,
  state: 'uninitialized',
  early: true,
});

/** A step a millisecond. */
const made = (...steps: Step[]): ChromeEvent[] =>
  converted(steps.map((step, seq) => ({ seq, time: seq, ...step }) as TraceEvent));

const converted = (events: TraceEvent[]): ChromeEvent[] =>
  chromeTrace({
    header: { type: 'trace', version: 1, protocol: 1, began: 0, process: 7 },
    builds: [],
    events,
    dropped: 0,
    failures: 0,
    isComplete: true,
    damage: [],
  }).traceEvents;

const isSpan = (event: ChromeEvent): event is ChromeSpan => event.ph === 'X';
const spans = (events: readonly ChromeEvent[]): string[] =>
  events.filter(isSpan).map(({ name, tid, ts, dur }) => `${name} on ${tid}: ${ts / 1000} + ${dur / 1000}`);
const tracks = (events: readonly ChromeEvent[]): string[] =>
  events.flatMap((event) => (event.name === 'thread_name' && event.ph === 'M' ? event.args.name : []));

describe('a Chrome trace', () => {
  it('has modules as spans, those that are required within those that require them', () => {
    const events = made(start('a.js'), start('b.js'), end('b.js'), end('a.js'), start('c.js'), end('c.js'));
    expect(spans(events)).to.deep.equal(['a.js on 1: 0 + 3', 'b.js on 1: 1 + 1', 'c.js on 1: 4 + 1']);
    expect(tracks(events)).to.deep.equal(['modules']);
    expect(events.filter(isSpan)[0]).to.deep.include({
      cat: 'module',
      pid: 7,
      args: { status: 'evaluated', chunk: 'main.js', requests: [] },
    });
  });

  it('has modules that wait on tracks of their own, piece by piece', () => {
    const steps = [
      start('a.js'),
      suspend('a.js'),
      start('b.js'),
      suspend('b.js'),
      resume('a.js'),
      end('a.js'),
    ];
    const events = made(...steps, resume('b.js'), end('b.js'));
    expect(tracks(events)).to.deep.equal(['modules', 'a.js', 'b.js']);
    expect(spans(events)).to.deep.equal([
      'a.js on 2: 0 + 1',
      'await at a.js:3:5 on 2: 1 + 3',
      'b.js on 3: 2 + 1',
      'await at a.js:3:5 on 3: 3 + 3',
      'a.js on 2: 4 + 1',
      'b.js on 3: 6 + 1',
    ]);
  });

  it('keeps apart what a coarse clock has at one time', () => {
    const events = [start('a.js'), end('a.js'), start('b.js'), end('b.js')].map(
      (step, seq) => ({ seq, time: 5, ...step }) as TraceEvent,
    );
    expect(spans(converted(events))).to.deep.equal(['a.js on 1: 5 + 0.001', 'b.js on 1: 5.002 + 0.001']);
  });

  it('marks errors; what overlaps a module whose error is told late has another track', () => {
    const events = made(start('a.js'), start('b.js'), failed('a.js'), end('b.js'));
    expect(spans(events)).to.deep.equal(['a.js on 1: 0 + 2', 'b.js on 2: 1 + 2']);
    expect(tracks(events)).to.deep.equal(['modules', 'modules']);
    expect(events.filter(({ ph }) => ph === 'i')).to.deep.equal([
      { name: 'a.js failed', cat: 'error', ts: 2000, pid: 7, tid: 1, ph: 'i', s: 't', args: { error: 'no' } },
    ]);
    expect(events.filter(isSpan)[0]?.args).to.include({ status: 'errored', error: 'no' });
  });

  it('has an early read as an arrow to the module that had not run', () => {
    const events = made(start('a.js'), early('a.js', 'b.js'), end('a.js'), start('b.js'), end('b.js'));
    expect(events.filter(({ ph }) => ph === 's' || ph === 'f')).to.deep.equal([
      { name: 'early read', cat: 'early read', ts: 1000, pid: 7, tid: 1, ph: 's', id: 1, bp: 'e' },
      { name: 'early read', cat: 'early read', ts: 3000, pid: 7, tid: 1, ph: 'f', id: 1, bp: 'e' },
    ]);
    expect(events.find(({ ph }) => ph === 'i')).to.deep.include({ name: 'early read of x', ts: 1000 });
  });

  it('has an early read without an arrow where the module never runs, and where nothing ran', () => {
    for (const steps of [
      [start('a.js'), early('a.js', 'b.js'), end('a.js')],
      [early('a.js', 'b.js'), start('b.js'), end('b.js')],
    ]) {
      const kinds = made(...steps).map(({ ph }) => ph);
      expect(kinds).to.include('i').and.not.include.members(['s', 'f']);
    }
  });

  it('has an import() as an asynchronous span, to the end of the trace where it is pending', () => {
    const asked = { importer: 'a.js', loc: LOC, module: 'b.js' };
    const events = made(
      start('a.js'),
      { type: 'import-start', ...asked },
      { type: 'import-start', ...asked, module: 'c.js' },
      { type: 'import-error', ...asked, start: 1, error: 'no' },
      end('a.js'),
    );
    const found = events.flatMap((event) =>
      event.ph === 'b' || event.ph === 'e'
        ? [[event.ph, event.id, event.name, event.ts, event.args.status]]
        : [],
    );
    expect(found).to.deep.equal([
      ['b', 1, 'import b.js', 1000, 'rejected'],
      ['b', 2, 'import c.js', 2000, 'pending'],
      ['e', 1, 'import b.js', 3000, undefined],
      ['e', 2, 'import c.js', 4000, undefined],
    ]);
  });

  it('of any trace: spans of a track are nested or apart, times never go back, arrows have both ends', () => {
    /** Steps that make sense more often than those of {@link anyTrace}. */
    const step = fc
      .tuple(
        fc.constantFrom(start, end, suspend, resume, failed),
        fc.constantFrom('a.js', 'b.js', 'c.js', 'd.js'),
      )
      .map(([make, module]) => make(module));
    const readStep = fc
      .tuple(fc.constantFrom('a.js', 'b.js'), fc.constantFrom('c.js', 'd.js'))
      .map(([importer, module]) => early(importer, module));
    const dense = fc
      .array(fc.oneof(step, readStep), { minLength: 20, maxLength: 60, size: 'max' })
      .map((steps) => made(...steps));
    let arrows = 0;
    let nested = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          dense,
          anyTrace.map((trace) => chromeTrace(trace).traceEvents),
        ),
        (events) => {
          expect(JSON.parse(JSON.stringify(events))).to.deep.equal(events);
          const timed = events.flatMap((event) => (event.ph === 'M' ? [] : event));
          for (const [i, { ts }] of timed.entries()) {
            expect(Number.isSafeInteger(ts)).to.equal(true);
            expect(ts).to.be.at.least(timed[i - 1]?.ts ?? 0);
          }
          const all = events.filter(isSpan);
          for (const [i, one] of all.entries()) {
            expect(one.dur).to.be.at.least(0);
            for (const other of all.slice(i + 1)) {
              if (one.tid !== other.tid || other.ts >= one.ts + one.dur) continue;
              nested++;
              expect(other.ts + other.dur, `${other.name} in ${one.name}`).to.be.at.most(one.ts + one.dur);
            }
          }
          const flows = timed.filter((event): event is ChromeFlow => event.ph === 's' || event.ph === 'f');
          for (const from of flows.filter(({ ph }) => ph === 's')) {
            arrows++;
            const to = flows.filter(({ ph, id }) => ph === 'f' && id === from.id);
            expect(to).to.have.length(1);
            for (const each of [from, ...to]) {
              expect(
                all.some(({ tid, ts, dur }) => tid === each.tid && ts <= each.ts && each.ts <= ts + dur),
              ).to.equal(true);
            }
          }
          expect(flows.length % 2).to.equal(0);
          const tids = new Set(events.flatMap((event) => (event.name === 'thread_name' ? event.tid : [])));
          for (const { tid } of timed) expect(tids.has(tid)).to.equal(true);
        },
      ),
      { numRuns: 1000 },
    );
    expect(arrows).to.be.above(50);
    expect(nested).to.be.above(50);
  });
});
