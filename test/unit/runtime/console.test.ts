import { expect } from 'chai';
import type { EarlyRead } from '../../../src/findings/early-read.ts';
import type { ReadEvent, TraceEvent } from '../../../src/protocol/events.ts';
import type { ConsoleDetail } from '../../../src/protocol/tables.ts';
import { type Line, lineText, type Tone } from '../../../src/report/text/line.ts';
import { type ConsoleSink, createConsole } from '../../../src/runtime/sinks/console/sink.ts';

interface Message {
  lines: string[];
  tone: Tone | undefined;
}

const open = (detail: ConsoleDetail, modules: number): { sink: ConsoleSink; printed: Message[] } => {
  const printed: Message[] = [];
  const print = (lines: readonly Line[], tone?: Tone) => printed.push({ lines: lines.map(lineText), tone });
  return { sink: createConsole(print, { detail, color: 'auto' }, modules), printed };
};

const start = (module: string): TraceEvent => ({
  seq: 0,
  time: 0,
  type: 'evaluate-start',
  module,
  chunk: 'main.js',
});
const end = (module: string): TraceEvent => ({ seq: 1, time: 2, type: 'evaluate-end', module, duration: 2 });

const finding = (state: ReadEvent['state'], line = 3): EarlyRead => ({
  read: {
    seq: 0,
    time: 0,
    type: 'read',
    importer: 'a.js',
    loc: { file: 'a.js', line, column: 0 },
    module: 'b.js',
    name: 'n',
    local: 'n',
    state,
    early: true,
  },
  status: 'linked',
  cycle: [],
});

const report = (sink: ConsoleSink, found: EarlyRead): void => sink.event(found.read, found);

describe('console', () => {
  it('shows a build of up to 50 modules event by event, as it happens', () => {
    const { sink, printed } = open('auto', 50);
    sink.event(start('a.js'));
    expect(printed).to.deep.equal([{ lines: ['evaluate-start    a.js'], tone: undefined }]);
    sink.event(end('a.js'));
    expect(printed[1]?.lines).to.deep.equal(['evaluate-end      a.js  in 2.0 ms']);
  });

  it('shows a larger build as a summary once it has ended', () => {
    const { sink, printed } = open('auto', 51);
    sink.event(start('a.js'));
    sink.event(end('a.js'));
    expect(printed).to.deep.equal([]);
    sink.finish(0);
    expect(printed).to.deep.equal([
      { lines: ['module-phases: 1 module evaluated in 2.0 ms, no early reads'], tone: undefined },
    ]);
  });

  it('follows `detail` whatever the size', () => {
    const full = open('full', 1500);
    full.sink.event(start('a.js'));
    expect(full.printed).to.have.lengthOf(1);
    const brief = open('summary', 1);
    brief.sink.event(start('a.js'));
    expect(brief.printed).to.deep.equal([]);
  });

  it('explains an early read at once in either mode, a fatal one as an error, an undefined one as a warning', () => {
    for (const detail of ['full', 'summary'] as const) {
      const { sink, printed } = open(detail, 2);
      report(sink, finding('uninitialized'));
      report(sink, finding('undefined'));
      expect(printed.map(({ tone }) => tone)).to.deep.equal(['bad', 'warn']);
      expect(printed[0]?.lines[0]).to.match(/^Read too early: a\.js:3:1 reads n of b\.js/);
    }
  });

  it('explains a place once; the same read again is a line in full, and only counted in a summary', () => {
    const full = open('full', 2);
    for (let i = 0; i < 3; i++) report(full.sink, finding('undefined'));
    expect(full.printed.map(({ lines }) => lines.length > 1)).to.deep.equal([true, false, false]);
    const brief = open('summary', 2);
    for (let i = 0; i < 3; i++) report(brief.sink, finding('undefined'));
    report(brief.sink, finding('undefined', 4));
    expect(brief.printed).to.have.lengthOf(2);
  });

  it('a safe early read is a line in full, and only counted in a summary', () => {
    const full = open('full', 2);
    report(full.sink, finding('initialized'));
    expect(full.printed.map(({ lines }) => lines)).to.deep.equal([
      ['  read            a.js:3:1  n of b.js (early but safe: b.js has not finished)'],
    ]);
    const brief = open('summary', 2);
    report(brief.sink, finding('initialized'));
    expect(brief.printed).to.deep.equal([]);
    brief.sink.finish(0);
    expect(brief.printed[0]?.lines).to.deep.equal(['module-phases: 1 read', '  early reads  1 safe']);
  });

  it('shows every event where `full` was asked for', () => {
    const { sink, printed } = open('full', 1500);
    for (let i = 0; i < 2000; i++) sink.event(start('a.js'));
    expect(printed).to.have.lengthOf(2000);
  });

  it('folds by itself after 500 lines, says where the rest is, and still explains early reads', () => {
    const { sink, printed } = open('auto', 2);
    for (let i = 0; i < 2000; i++) sink.event(start('a.js'));
    expect(printed).to.have.lengthOf(501);
    expect(printed[500]?.lines).to.deep.equal([
      "… all further events are in globalThis[Symbol.for('module-phases')].events",
    ]);
    report(sink, finding('uninitialized'));
    expect(printed).to.have.lengthOf(502);
    sink.finish(0);
    expect(printed).to.have.lengthOf(503);
  });

  it('sums up once, and at exit tells only what came since', () => {
    const { sink, printed } = open('summary', 2);
    sink.event(start('a.js'));
    sink.event(end('a.js'));
    sink.finish(3);
    sink.finish(3);
    expect(printed).to.have.lengthOf(1);
    sink.event(finding('initialized').read);
    sink.finish(5);
    expect(printed.map(({ lines }) => lines)).to.deep.equal([
      ['module-phases: 1 module evaluated in 2.0 ms, 3 more dropped (limit), no early read went wrong'],
      ['module-phases, since then: 1 read, 2 more dropped (limit)', '  early reads  1 safe'],
    ]);
  });

  it('prints nothing when nothing happened', () => {
    const { sink, printed } = open('auto', 0);
    sink.finish(0);
    expect(printed).to.deep.equal([]);
  });
});
