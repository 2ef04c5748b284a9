import { expect } from 'chai';
import type { CycleStep, EarlyRead } from '../../../src/findings/early-read.ts';
import type {
  BindingKind,
  BindingState,
  ModuleStatus,
  ReadEvent,
  TraceEvent,
} from '../../../src/protocol/events.ts';
import { earlyRead } from '../../../src/report/text/early-read.ts';
import { eventLine } from '../../../src/report/text/event.ts';
import { type Line, lineText } from '../../../src/report/text/line.ts';
import { add, emptySummary, type Summary, summary } from '../../../src/report/text/summary.ts';

const text = (lines: readonly Line[]): string[] => lines.map(lineText);

const at = (file: string, line: number, column: number) => ({ file, line, column });

const read = (fields: Partial<ReadEvent> = {}): ReadEvent => ({
  seq: 0,
  time: 0,
  type: 'read',
  importer: 'a.js',
  loc: at('a.js', 3, 12),
  module: 'b.js',
  name: 'n',
  local: 'n',
  state: 'initialized',
  value: '5',
  early: false,
  ...fields,
});

const early = (state: BindingState, fields: Partial<ReadEvent> = {}): ReadEvent => {
  const event = read({ state, early: true, ...fields });
  if (state === 'uninitialized') delete event.value;
  if (state === 'undefined') event.value = 'undefined';
  return event;
};

const CYCLE: CycleStep[] = [
  { module: 'a.js', line: 1, compiled: false },
  { module: 'b.js', line: 2, compiled: false },
];

const finding = (
  state: BindingState,
  kind: BindingKind,
  status: ModuleStatus = 'linked',
  cycle = CYCLE,
): EarlyRead => ({ read: early(state), status, kind, declared: at('b.js', 1, 13), cycle });

const totals = (events: readonly TraceEvent[]): Summary => {
  const sums = emptySummary();
  for (const event of events) add(sums, event);
  return sums;
};

const base = { seq: 0, time: 0 };
const phases = (module: string, time: number, duration: number): TraceEvent[] => [
  { ...base, time, type: 'instantiate', module, chunk: 'main.js', bindings: [] },
  { ...base, time, type: 'evaluate-start', module, chunk: 'main.js' },
  { ...base, time: time + duration, type: 'evaluate-end', module, duration },
];

describe('text of an event', () => {
  const shows = (event: TraceEvent, line: string) => expect(lineText(eventLine(event))).to.equal(line);
  const binding = (name: string, state: BindingState) =>
    ({ name, kind: 'const', state, observed: true }) as const;
  const module = 'b.js';
  const chunk = 'main.js';

  it('instantiate names the bindings with their states', () => {
    const bindings = [binding('n', 'uninitialized'), binding('v', 'undefined'), binding('f', 'initialized')];
    shows(
      { ...base, type: 'instantiate', module, chunk, bindings },
      'instantiate       b.js  n uninitialized, v undefined, f initialized',
    );
  });

  it('instantiate of a module without exports is the module alone', () => {
    shows({ ...base, type: 'instantiate', module, chunk, bindings: [] }, 'instantiate       b.js');
  });

  it('instantiate counts the bindings after the eighth', () => {
    const bindings = Array.from({ length: 10_000 }, (_, i) => binding(`n${i}`, 'initialized'));
    const line = lineText(eventLine({ ...base, type: 'instantiate', module, chunk, bindings }));
    expect(line).to.match(/, n7 initialized, 9992 more$/);
  });

  it('the phases of a module stand at the margin', () => {
    const loc = at('b.js', 4, 0);
    shows({ ...base, type: 'evaluate-start', module, chunk }, 'evaluate-start    b.js');
    shows({ ...base, type: 'evaluate-end', module, duration: 0.31 }, 'evaluate-end      b.js  in 0.3 ms');
    shows({ ...base, type: 'evaluate-end', module, duration: 0 }, 'evaluate-end      b.js  in 0.0 ms');
    shows({ ...base, type: 'evaluate-error', module }, 'evaluate-error    b.js');
    shows({ ...base, type: 'evaluate-error', module, error: 'no luck' }, 'evaluate-error    b.js  no luck');
    shows({ ...base, type: 'evaluate-suspend', module, loc }, 'evaluate-suspend  b.js:4:1');
    shows({ ...base, type: 'evaluate-resume', module, loc }, 'evaluate-resume   b.js:4:1');
  });

  it('what happens to a binding stands indented, with a column that counts from 1 as editors do', () => {
    const loc = at('b.js', 1, 11);
    shows(
      { ...base, type: 'initialize', module, name: 'n', value: '5', loc },
      '  initialize      b.js:1:12  n → 5',
    );
    shows({ ...base, type: 'initialize', module, name: 'n', loc }, '  initialize      b.js:1:12  n');
    shows(
      { ...base, type: 'write', module, name: 'n', value: '6', previous: '5', loc },
      '  write           b.js:1:12  n 5 → 6',
    );
    shows({ ...base, type: 'write', module, name: 'n', loc }, '  write           b.js:1:12  n');
    shows(read(), '  read            a.js:3:13  n of b.js → 5');
  });

  it('a write says how many before it nothing read', () => {
    shows(
      {
        ...base,
        type: 'write',
        module,
        name: 'n',
        value: '9',
        previous: '5',
        loc: at('b.js', 2, 0),
        unobserved: 3,
      },
      '  write           b.js:2:1  n 5 → 9 after 3 that nothing read',
    );
  });

  it("a read gives the importer's own name where it differs", () => {
    shows(
      read({ name: 'default', local: 'thing' }),
      '  read            a.js:3:13  default of b.js as thing → 5',
    );
    shows(read({ local: 'ns.n' }), '  read            a.js:3:13  n of b.js as ns.n → 5');
  });

  it('takes nothing from what a page has put on `Object.prototype`', () => {
    const hears = (): never => expect.fail('a getter of the page ran');
    const fields = ['error', 'duration', 'previous', 'early', 'bindings', 'importer', 'loc'];
    for (const field of fields)
      Object.defineProperty(Object.prototype, field, { get: hears, configurable: true });
    try {
      shows({ ...base, type: 'evaluate-start', module: 'a.js', chunk: 'main.js' }, 'evaluate-start    a.js');
    } finally {
      for (const field of fields) Reflect.deleteProperty(Object.prototype, field);
    }
  });

  it('an early read says so in words', () => {
    shows(
      early('uninitialized'),
      '  read            a.js:3:13  n of b.js → ReferenceError, uninitialized (too early: b.js has not finished)',
    );
    shows(
      early('undefined'),
      '  read            a.js:3:13  n of b.js → undefined (too early: b.js has not finished)',
    );
    shows(
      early('initialized'),
      '  read            a.js:3:13  n of b.js → 5 (early but safe: b.js has not finished)',
    );
  });

  it('without values a read still says that it got undefined', () => {
    const event = early('undefined');
    delete event.value;
    shows(event, '  read            a.js:3:13  n of b.js → undefined (too early: b.js has not finished)');
  });
});

describe('text of an early read', () => {
  const shows = (of: EarlyRead, lines: string[]) => expect(text(earlyRead(of))).to.deep.equal(lines);

  it('a fatal one tells what throws, why, the cycle, and what to do', () => {
    shows(finding('uninitialized', 'const'), [
      'Read too early: a.js:3:13 reads n of b.js before it has a value. This throws a ReferenceError.',
      '  module       b.js has not started, its imports run first (linked)',
      '  binding      n (const) gets its value at b.js:1:14; until then it is uninitialized, in its temporal dead zone (TDZ)',
      '  cycle        a.js:1 imports b.js',
      '               b.js:2 imports a.js',
      '  to fix       read n later, in a function called once all modules have run',
      '               or move n to a module that imports none of these',
      '               or, if it is a function, declare it as one: it is initialized before any module runs',
    ]);
  });

  it('an undefined one tells that nothing else will', () => {
    shows(finding('undefined', 'var', 'evaluating'), [
      'Read too early: a.js:3:13 reads n of b.js before it has a value. It silently gets undefined.',
      '  module       b.js has not finished (evaluating)',
      '  binding      n (var) gets its value at b.js:1:14; until then it is undefined',
      '  cycle        a.js:1 imports b.js',
      '               b.js:2 imports a.js',
      '  to fix       read n later, in a function called once all modules have run',
      '               or move n to a module that imports none of these',
      '               or, if it is a function, declare it as one: it is initialized before any module runs',
    ]);
  });

  it('a safe one takes one line', () => {
    shows(finding('initialized', 'function'), [
      '  read            a.js:3:13  n of b.js → 5 (early but safe: b.js has not finished)',
    ]);
  });

  it('without a cycle the remedy is the order', () => {
    shows(finding('uninitialized', 'const', 'linked', []), [
      'Read too early: a.js:3:13 reads n of b.js before it has a value. This throws a ReferenceError.',
      '  module       b.js has not started, its imports run first (linked)',
      '  binding      n (const) gets its value at b.js:1:14; until then it is uninitialized, in its temporal dead zone (TDZ)',
      '  no cycle     no import leads from b.js back to a.js',
      '  to fix       read n later, in a function called once all modules have run',
      '               or import b.js earlier, or find who calls a.js before its imports have run',
      '               or, if it is a function, declare it as one: it is initialized before any module runs',
    ]);
  });

  it('a class is not advised to become a function', () => {
    const lines = text(earlyRead(finding('uninitialized', 'class')));
    expect(lines.at(-1)).to.equal('               or move n to a module that imports none of these');
  });

  it('an unknown declaration is left out', () => {
    const lines = text(earlyRead({ read: early('undefined'), status: 'evaluating-async', cycle: CYCLE }));
    expect(lines.slice(1, 3)).to.deep.equal([
      '  module       b.js has not finished (evaluating-async)',
      '  binding      n gets its value later; until then it is undefined',
    ]);
  });

  it('a module that imports itself is a cycle of one', () => {
    const cycle = [{ module: 'a.js', line: 1, compiled: false }];
    const lines = text(earlyRead({ ...finding('uninitialized', 'let'), cycle }));
    expect(lines[3]).to.equal('  cycle        a.js:1 imports a.js');
  });
});

describe('text of a summary', () => {
  it('a small program that went well takes one line', () => {
    const sums = totals([...phases('b.js', 0, 0.5), ...phases('a.js', 0.5, 0.7), read(), read()]);
    expect(text(summary(sums))).to.deep.equal([
      'module-phases: 2 modules evaluated in 1.2 ms, 2 reads, no early reads',
    ]);
  });

  it('what went wrong stands last, each read with its place, those that threw before those that gave undefined', () => {
    const sums = totals([
      ...phases('c.js', 0, 1),
      { ...base, type: 'instantiate', module: 'b.js', chunk: 'main.js', bindings: [] },
      { ...base, type: 'instantiate', module: 'a.js', chunk: 'main.js', bindings: [] },
      { ...base, type: 'instantiate', module: 'main.js', chunk: 'main.js', bindings: [] },
      { ...base, type: 'evaluate-start', module: 'd.js', chunk: 'main.js' },
      { ...base, type: 'evaluate-suspend', module: 'd.js', loc: at('d.js', 1, 0) },
      { ...base, type: 'evaluate-start', module: 'a.js', chunk: 'main.js' },
      { ...base, type: 'write', module: 'c.js', name: 'n', loc: at('c.js', 1, 0) },
      early('undefined'),
      early('uninitialized', { loc: at('a.js', 7, 0), name: '*' }),
      early('undefined'),
      early('initialized'),
      { ...base, type: 'evaluate-error', module: 'a.js' },
    ]);
    sums.dropped = 7;
    expect(text(summary(sums))).to.deep.equal([
      'module-phases: 1 module evaluated in 1.0 ms, 4 reads, 1 write, 7 more dropped (limit)',
      '  modules      1 failed (a.js), 1 not finished (d.js), 2 not started (b.js, …)',
      '  early reads  1 threw a ReferenceError, 2 got undefined, 1 safe',
      '    threw      a.js:7:1 reads the namespace of b.js',
      '    undefined  a.js:3:13 reads n of b.js (2 times)',
    ]);
  });

  it('of many places the first four are shown, and the number of the other reads', () => {
    const sums = totals([
      early('undefined'),
      ...Array.from({ length: 20 }, (_, i) => early('uninitialized', { loc: at('a.js', 1 + i, 0) })),
    ]);
    expect(text(summary(sums)).slice(1)).to.deep.equal([
      '  early reads  20 threw a ReferenceError, 1 got undefined',
      '    threw      a.js:1:1 reads n of b.js',
      '    threw      a.js:2:1 reads n of b.js',
      '    threw      a.js:3:1 reads n of b.js',
      '    threw      a.js:4:1 reads n of b.js',
      '               17 more',
    ]);
  });

  it('a headline says something whatever there is to tell', () => {
    const waiting = ['a.js', 'b.js', 'c.js'].map((module) => ({
      module,
      loc: at(module, 1, 0),
      importers: [],
    }));
    expect(text(summary({ ...emptySummary(), waiting }))).to.deep.equal([
      'module-phases: 3 modules did not end',
      '  waits        a.js at a.js:1:1',
      '  waits        b.js at b.js:1:1',
      '               1 more',
    ]);
    const failed: TraceEvent = { ...base, type: 'evaluate-error', module: 'a.js' };
    expect(text(summary(totals([failed])))).to.deep.equal([
      'module-phases: no module evaluated to its end, no early reads',
      '  modules      1 failed (a.js)',
    ]);
    expect(text(summary({ ...emptySummary(), dropped: 3 }))).to.deep.equal([
      'module-phases: 3 more dropped (limit), no early read went wrong',
    ]);
  });

  it('no run is called sound of which the reads were not traced', () => {
    const sums = emptySummary(false);
    for (const event of phases('b.js', 0, 1)) add(sums, event);
    expect(text(summary(sums))).to.deep.equal([
      'module-phases: 1 module evaluated in 1.0 ms, reads not traced',
    ]);
  });

  it('nothing is said of nothing', () => {
    expect(summary(emptySummary())).to.deep.equal([]);
  });

  it('the first event begins the time, wherever the trace is', () => {
    const sums = totals(phases('lazy.js', 5000, 2));
    expect(text(summary(sums, 'later'))).to.deep.equal([
      'later: 1 module evaluated in 2.0 ms, no early reads',
    ]);
  });

  it('1,500 modules are folded by folder and package into a screen', () => {
    const path = (i: number): string => {
      if (i % 3 === 0) return `node_modules/@scope/p${i % 40}/lib/m${i}.js`;
      if (i % 3 === 1) return `../node_modules/.pnpm/q@1/node_modules/q${i % 30}/m${i}.js`;
      return `src/part${i % 25}/deep/er/m${i}.js`;
    };
    const events: TraceEvent[] = [];
    for (let i = 0; i < 1500; i++) events.push(...phases(path(i), i, i === 600 ? 100 : (i % 7) / 10));
    for (let i = 0; i < 100; i++) {
      const pair = { loc: at('a.js', 1 + (i % 2), 0), module: path(i % 2) };
      events.push(early('uninitialized', pair), early('undefined', pair), early('initialized', pair));
    }
    events.push({ ...base, type: 'evaluate-error', module: 'x.js' });
    const wait = { module: 'a.js', loc: at('a.js', 3, 0), importers: ['b.js', 'c.js'] };
    const lines = text(summary({ ...totals(events), waiting: Array(9).fill(wait) }));
    expect(lines).to.have.lengthOf.at.most(24);
    expect(lines[0]).to.equal('module-phases: 1500 modules evaluated in 1499.1 ms, 300 reads');
    expect(lines[1]).to.equal('  slowest folders and packages, without what they waited for');
    expect(lines.filter((line) => / {2}node_modules\/@scope\/p\d+$/.test(line))).not.to.be.empty;
    const modules = lines.indexOf('  slowest modules, without what they waited for');
    expect(lines[modules + 1]).to.equal(`     100.0 ms  ${path(600)}`);
    expect(lines.slice(-10)).to.deep.equal([
      "  all of it    globalThis[Symbol.for('module-phases')]",
      '  modules      1 failed (x.js)',
      '  waits        a.js at a.js:3:1; b.js, … (2) waits for it',
      '  waits        a.js at a.js:3:1; b.js, … (2) waits for it',
      '               7 more',
      '  early reads  100 threw a ReferenceError, 100 got undefined, 100 safe',
      `    threw      a.js:1:1 reads n of ${path(0)} (50 times)`,
      `    threw      a.js:2:1 reads n of ${path(1)} (50 times)`,
      `    undefined  a.js:1:1 reads n of ${path(0)} (50 times)`,
      `    undefined  a.js:2:1 reads n of ${path(1)} (50 times)`,
    ]);
  });

  it('folders are two deep, packages go by their own name, and both by their own time', () => {
    const events: TraceEvent[] = [];
    for (let i = 0; i < 51; i++) events.push(...phases(`src/ui/button/m${i}.js`, 0, 1));
    events.push(...phases('main.js', 0, 3), ...phases('node_modules/a/node_modules/@s/b/c/d.js', 0, 99));
    const lines = text(summary(totals(events)));
    expect(lines.slice(2, 5)).to.deep.equal([
      '      99.0 ms  node_modules/a/node_modules/@s/b',
      '      51.0 ms  src/ui/',
      '       3.0 ms  ./',
    ]);
  });

  it('its size follows the modules, not the events', () => {
    const sums = totals(phases('b.js', 0, 1));
    const size = () => JSON.stringify(sums).length;
    for (let i = 0; i < 10; i++) add(sums, early('undefined', { loc: at('a.js', i, 0) }));
    const before = size();
    for (let i = 0; i < 10_000; i++) add(sums, early('undefined', { loc: at('a.js', i, 0) }));
    expect(size() - before).to.be.lessThan(20);
  });

  it('any path is a key', () => {
    const sums = totals([...phases('__proto__', 0, 1), ...phases('constructor', 1, 1)]);
    expect(text(summary(sums))).to.deep.equal([
      'module-phases: 2 modules evaluated in 2.0 ms, no early reads',
    ]);
  });
});
