import { expect } from 'chai';
import type { ReadEvent, TraceEvent } from '../../../src/protocol/events.ts';
import type { Finding } from '../../../src/protocol/finding.ts';
import type { ConsoleDetail } from '../../../src/protocol/tables.ts';
import { type Line, lineText, type Tone } from '../../../src/report/text/line.ts';
import { type ConsoleSink, createConsole } from '../../../src/runtime/sinks/console/sink.ts';

interface Message {
  lines: string[];
  tone: Tone | undefined;
}

const open = (
  detail: ConsoleDetail,
  modules: number,
  isGrouped = false,
): { sink: ConsoleSink; printed: Message[] } => {
  const printed: Message[] = [];
  const print = (lines: readonly Line[], tone?: Tone) => printed.push({ lines: lines.map(lineText), tone });
  return { sink: createConsole({ print, settings: { detail, color: 'auto' }, modules, isGrouped }), printed };
};

const start = (module: string): TraceEvent => ({
  seq: 0,
  time: 0,
  type: 'evaluate-start',
  module,
  chunk: 'main.js',
  job: 1,
});
const end = (module: string): TraceEvent => ({ seq: 1, time: 2, type: 'evaluate-end', module, duration: 2 });

const read = (state: ReadEvent['state'], line = 3): ReadEvent => ({
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
});

const finding = (line = 3, severity: Finding['severity'] = 'error'): Finding => ({
  code: 'EARLY_READ',
  severity,
  message: `a.js:${line}:1 reads n of b.js before it has a value: ReferenceError`,
  native: 'same',
  modules: ['a.js', 'b.js'],
  loc: { file: 'a.js', line, column: 0 },
  path: [],
  cause: 'unknown',
  remedies: [],
  seq: line,
});

const instantiate = (module: string): TraceEvent => ({
  seq: 0,
  time: 0,
  type: 'instantiate',
  module,
  chunk: 'main.js',
  bindings: [],
});

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

  it('explains an early read at once in either mode, by its severity', () => {
    for (const detail of ['full', 'order', 'summary'] as const) {
      const { sink, printed } = open(detail, 2);
      sink.event(read('uninitialized'), () => finding());
      sink.event(read('undefined'), () => finding(4, 'warning'));
      expect(printed.map(({ tone }) => tone)).to.deep.equal(['bad', 'warn']);
      expect(printed[0]?.lines[0]).to.match(/^module-phases: a\.js:3:1 reads n of b\.js/);
    }
  });

  it('a read without a finding, as a repeated one, is a line in full, and only counted in a summary', () => {
    const full = open('full', 2);
    full.sink.event(read('undefined'));
    expect(full.printed.map(({ lines }) => lines)).to.deep.equal([
      ['  read            a.js:3:1  n of b.js → undefined (too early: b.js has not finished)'],
    ]);
    const brief = open('summary', 2);
    brief.sink.event(read('initialized'));
    expect(brief.printed).to.deep.equal([]);
    brief.sink.finish(0);
    expect(brief.printed[0]?.lines).to.deep.equal(['module-phases: 1 read', '  early reads  1 got a value']);
  });

  it('by itself tells up to 15 modules instantiated one by one, and more in a line', () => {
    for (const [count, lines] of [
      [15, 15],
      [16, 1],
    ] as const) {
      const { sink, printed } = open('auto', 40);
      for (let i = 0; i < count; i++) sink.event(instantiate(`m${i}.js`));
      expect(printed).to.deep.equal([]);
      sink.event(start('m0.js'));
      expect(printed).to.have.lengthOf(lines + 1);
      if (lines === 1) expect(printed[0]?.lines).to.deep.equal(['instantiate       16 modules']);
    }
    const full = open('full', 40);
    for (let i = 0; i < 40; i++) full.sink.event(instantiate(`m${i}.js`));
    expect(full.printed).to.have.lengthOf(40);
  });

  it('tells the order alone, numbered, with what waits', () => {
    const { sink, printed } = open('order', 2000);
    const loc = { file: 'a.js', line: 2, column: 0 };
    sink.event({ seq: 0, time: 0, type: 'entry', module: 'main.js', chunk: 'main.js', job: 1 });
    sink.event(instantiate('a.js'));
    sink.event(start('a.js'));
    sink.event({ seq: 0, time: 1, type: 'evaluate-suspend', module: 'a.js', loc });
    sink.event({ seq: 0, time: 4, type: 'evaluate-resume', module: 'a.js', loc });
    sink.event(end('a.js'));
    sink.event(start('main.js'));
    sink.event({ seq: 0, time: 5, type: 'evaluate-error', module: 'main.js', error: 'no' });
    expect(printed.flatMap(({ lines }) => lines)).to.deep.equal([
      '      entry main.js',
      '    1 a.js',
      '      a.js waits at a.js:2:1',
      '      a.js goes on after 3.0 ms',
      '    2 main.js',
      '      main.js threw: no',
    ]);
  });

  it('in a page groups lines until something has to stand out', () => {
    const { sink, printed } = open('full', 2, true);
    sink.event(start('a.js'));
    sink.event(end('a.js'));
    expect(printed).to.deep.equal([]);
    sink.event(read('uninitialized'), () => finding());
    expect(printed.map(({ lines }) => lines.length)).to.deep.equal([3, 2]);
    expect(printed[0]?.lines[0]).to.equal('module-phases: 2 events');
    sink.event(start('b.js'));
    sink.flush();
    sink.flush();
    expect(printed.slice(2).map(({ lines }) => lines)).to.deep.equal([['evaluate-start    b.js']]);
  });

  it('what the order was is a block at the end, before the summary; harmless cycles are none', () => {
    const { sink, printed } = open('summary', 2);
    sink.event(start('a.js'));
    const { seq: _, ...order } = finding(3, 'warning');
    const path = [
      { text: 'prescribed: b.js, a.js', loc: null },
      { text: 'this build: a.js, b.js', loc: null },
    ];
    const cycle = { ...order, code: 'CYCLE', severity: 'info', rank: 'harmless' } as const;
    sink.finish(0, [{ ...order, code: 'ORDER', message: 'a.js ran before b.js', path }, cycle]);
    expect(printed).to.deep.equal([
      {
        lines: [
          'module-phases: a.js ran before b.js',
          '  because      prescribed: b.js, a.js',
          '               this build: a.js, b.js',
        ],
        tone: 'warn',
      },
      {
        lines: [
          'module-phases: no module evaluated to its end, no early reads',
          '  cycles       1 import of a module in progress: 1 harmless',
          '  modules      1 not finished (a.js)',
          '  warning      a.js ran before b.js',
        ],
        tone: undefined,
      },
    ]);
  });

  it('a summary tells a finding once', () => {
    const { sink, printed } = open('summary', 2);
    sink.event(start('a.js'));
    sink.finish(0, [finding()]);
    sink.event(start('b.js'));
    sink.finish(0, [finding(), finding(9)]);
    expect(printed.map(({ lines }) => lines.filter((line) => line.startsWith('  error')))).to.deep.equal([
      [],
      [`  error        ${finding().message}`],
      [],
      [`  error        ${finding(9).message}`],
    ]);
  });

  it('what only the end tells of a read is a block then, once for a cause, and five at most', () => {
    const { sink, printed } = open('summary', 2);
    const blocks = (): unknown[] => printed.flatMap(({ lines, tone }) => (tone ? lines[0] : []));
    const told = (line: number, cause = line): Finding => ({
      ...finding(line),
      path: [{ text: `cause ${cause}`, loc: null }],
    });
    const headline = (line: number): string => `module-phases: ${told(line).message}`;
    sink.event(read('uninitialized'), () => told(1));
    // More may be known of a cause in the end than at the read.
    sink.finish(0, [told(1, 9), told(2, 9), told(3), told(4, 3)]);
    expect(blocks()).to.deep.equal([1, 3].map(headline));
    sink.event(start('b.js'));
    sink.finish(
      0,
      [5, 6, 7, 8].map((line) => told(line)),
    );
    expect(blocks()).to.deep.equal([1, 3, 5, 6, 7].map(headline));
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
    sink.event(read('uninitialized'), () => finding());
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
    sink.event(read('initialized'));
    sink.finish(5);
    expect(printed.map(({ lines }) => lines)).to.deep.equal([
      ['module-phases: 1 module evaluated in 2.0 ms, 3 more dropped (limit), no early read went wrong'],
      ['module-phases, since then: 1 read, 2 more dropped (limit)', '  early reads  1 got a value'],
    ]);
  });

  it('prints nothing when nothing happened', () => {
    const { sink, printed } = open('auto', 0);
    sink.finish(0);
    expect(printed).to.deep.equal([]);
  });
});
