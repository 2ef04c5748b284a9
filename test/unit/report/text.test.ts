import { expect } from 'chai';
import type { BindingState, ReadEvent, TraceEvent } from '../../../src/protocol/events.ts';
import type { CycleRank, Finding } from '../../../src/protocol/finding.ts';
import { eventLine } from '../../../src/report/text/event.ts';
import { findingBlock } from '../../../src/report/text/finding.ts';
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

const finding = (fields: Partial<Finding> = {}): Finding => ({
  code: 'EARLY_READ',
  severity: 'error',
  message: 'a.js:3:13 reads n of b.js before it has a value: ReferenceError, and without bundling as well',
  native: 'same',
  modules: ['a.js', 'b.js'],
  loc: at('a.js', 3, 12),
  declared: at('b.js', 1, 13),
  path: [
    { text: 'b.js:1 imports a.js, and b.js runs only after its imports', loc: { file: 'b.js', line: 1 } },
    { text: 'a.js:1 imports b.js, which is in progress already', loc: { file: 'a.js', line: 1 } },
  ],
  cause: 'cycle',
  remedies: [
    { text: "import './a.js' in main.js, before line 1", checked: true },
    { text: 'put it elsewhere', checked: true },
  ],
  ...fields,
});

const cycle = (rank: CycleRank): Finding => finding({ code: 'CYCLE', severity: 'info', rank });

const totals = (events: readonly TraceEvent[]): Summary => {
  const sums = emptySummary();
  for (const event of events) add(sums, event);
  return sums;
};

const base = { seq: 0, time: 0 };
const phases = (module: string, time: number, duration: number): TraceEvent[] => [
  { ...base, time, type: 'instantiate', module, chunk: 'main.js', bindings: [] },
  { ...base, time, type: 'evaluate-start', module, chunk: 'main.js', job: 1 },
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
    shows({ ...base, type: 'evaluate-start', module, chunk, job: 1 }, 'evaluate-start    b.js');
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
      shows(
        { ...base, type: 'evaluate-start', module: 'a.js', chunk: 'main.js', job: 1 },
        'evaluate-start    a.js',
      );
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
      '  read            a.js:3:13  n of b.js → 5 (early, but it has a value: b.js has not finished)',
    );
  });

  it('without values a read still says that it got undefined', () => {
    const event = early('undefined');
    delete event.value;
    shows(event, '  read            a.js:3:13  n of b.js → undefined (too early: b.js has not finished)');
  });
});

describe('text of a finding', () => {
  const shows = (of: Finding, lines: string[]) => expect(text(findingBlock(of))).to.deep.equal(lines);

  it('says what happened, why, and what mends it; its first line names the tool', () => {
    shows(finding(), [
      'module-phases: a.js:3:13 reads n of b.js before it has a value: ReferenceError, and without bundling as well',
      '  because      b.js:1 imports a.js, and b.js runs only after its imports',
      '               a.js:1 imports b.js, which is in progress already',
      '  declared     b.js:1:14',
      "  to fix       import './a.js' in main.js, before line 1  (checked)",
      '               put it elsewhere                           (checked)',
    ]);
  });

  it('an unchecked remedy, an unknown cause and a caveat say so', () => {
    shows(
      finding({
        path: [],
        remedies: [{ text: 'try reading n later', checked: false }],
        caveat: 'the trace cannot tell whether the program caught the error',
      }),
      [
        'module-phases: a.js:3:13 reads n of b.js before it has a value: ReferenceError, and without bundling as well',
        '  because      the trace does not show why',
        '  declared     b.js:1:14',
        '  to fix       try reading n later',
        '  note         the trace cannot tell whether the program caught the error',
      ],
    );
  });

  it('of a long path the first and last steps are shown', () => {
    const path = Array.from({ length: 500 }, (_, i) => ({ text: `step ${i}`, loc: null }));
    const lines = text(findingBlock(finding({ path, remedies: [] })));
    expect(lines).to.have.length(19);
    expect(lines.slice(8, 11)).to.deep.equal([
      '               step 7',
      '               … 484 more',
      '               step 492',
    ]);
  });
});

describe('text of a summary', () => {
  it('a small program that went well takes one line', () => {
    const sums = totals([...phases('b.js', 0, 0.5), ...phases('a.js', 0.5, 0.7), read(), read()]);
    expect(text(summary(sums))).to.deep.equal([
      'module-phases: 2 modules evaluated in 1.2 ms, 2 reads, no early reads',
    ]);
  });

  it('what went wrong stands last, each finding with the first of its remedies', () => {
    const sums = totals([
      ...phases('c.js', 0, 1),
      { ...base, type: 'instantiate', module: 'b.js', chunk: 'main.js', bindings: [] },
      { ...base, type: 'instantiate', module: 'a.js', chunk: 'main.js', bindings: [] },
      { ...base, type: 'instantiate', module: 'main.js', chunk: 'main.js', bindings: [] },
      { ...base, type: 'evaluate-start', module: 'd.js', chunk: 'main.js', job: 1 },
      { ...base, type: 'evaluate-suspend', module: 'd.js', loc: at('d.js', 1, 0) },
      { ...base, type: 'evaluate-start', module: 'a.js', chunk: 'main.js', job: 1 },
      { ...base, type: 'write', module: 'c.js', name: 'n', loc: at('c.js', 1, 0) },
      early('undefined'),
      early('uninitialized', { loc: at('a.js', 7, 0), name: '*' }),
      early('undefined'),
      early('initialized'),
      { ...base, type: 'evaluate-error', module: 'a.js' },
    ]);
    sums.dropped = 7;
    sums.findings = [
      finding(),
      finding({ code: 'ORDER', severity: 'warning', message: 'p.js ran before b.js', remedies: [] }),
      cycle('latent'),
      cycle('harmless'),
      cycle('harmless'),
    ];
    expect(text(summary(sums))).to.deep.equal([
      'module-phases: 1 module evaluated in 1.0 ms, 4 reads, 1 write, 7 more dropped (limit)',
      '  cycles       3 imports of a module in progress: 1 latent, 2 harmless',
      '  modules      1 failed (a.js), 1 not finished (d.js), 2 not started (b.js, …)',
      '  early reads  1 threw a ReferenceError, 2 got undefined, 1 got a value',
      `  error        ${finding().message}`,
      "  to fix       import './a.js' in main.js, before line 1  (checked)",
      '  warning      p.js ran before b.js',
    ]);
  });

  it('of many findings the first three are shown, and the number of the others', () => {
    const findings = Array.from({ length: 20 }, (_, i) =>
      finding({ message: `finding ${i}`, modules: ['a.js', `b${i}.js`], remedies: [] }),
    );
    expect(text(summary({ ...totals([early('uninitialized')]), findings })).slice(1)).to.deep.equal([
      '  early reads  1 threw a ReferenceError',
      '  error        finding 0',
      '  error        finding 1',
      '  error        finding 2',
      "               17 more: globalThis[Symbol.for('module-phases')].explain()",
    ]);
  });

  it('of findings for one cause the first is shown, and the number of its others', () => {
    const path = [{ text: 'another cause', loc: null }];
    const findings = Array.from({ length: 20 }, (_, i) =>
      finding({ message: `finding ${i}`, remedies: [], ...(i === 2 && { path }) }),
    );
    // Nobody knows that these have one cause.
    const unknown = [20, 21].map((i) => finding({ message: `finding ${i}`, remedies: [], path: [] }));
    const sums = { ...totals([early('uninitialized')]), findings: findings.concat(unknown) };
    expect(text(summary(sums)).slice(2)).to.deep.equal([
      '  error        finding 0 (and 18 more reads for the same reason)',
      '  error        finding 2',
      '  error        finding 20',
      "               1 more: globalThis[Symbol.for('module-phases')].explain()",
    ]);
  });

  it('a sound run says so', () => {
    const sums = { ...totals(phases('b.js', 0, 0.5)), findings: [], isSound: true };
    const sound = [
      'module-phases: 1 module evaluated in 0.5 ms, no early reads, started in the order that ECMA-262 prescribes',
    ];
    expect(text(summary(sums))).to.deep.equal(sound);
    expect(text(summary({ ...sums, isSound: false }))[0]).to.equal(
      'module-phases: 1 module evaluated in 0.5 ms, no early reads',
    );
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
    const findings = Array.from({ length: 9 }, (_, i) =>
      finding({ message: `finding ${i}`, modules: ['a.js', `b${i}.js`] }),
    ).concat(cycle('harmless'));
    const lines = text(summary({ ...totals(events), findings, waiting: Array(9).fill(wait) }));
    expect(lines).to.have.lengthOf.at.most(24);
    expect(lines[0]).to.equal('module-phases: 1500 modules evaluated in 1499.1 ms, 300 reads');
    expect(lines[1]).to.equal('  slowest folders and packages, without what they waited for');
    expect(lines.filter((line) => / {2}node_modules\/@scope\/p\d+$/.test(line))).not.to.be.empty;
    const modules = lines.indexOf('  slowest modules, without what they waited for');
    expect(lines[modules + 1]).to.equal(`     100.0 ms  ${path(600)}`);
    expect(lines.slice(-12, -6)).to.deep.equal([
      '  modules      1 failed (x.js)',
      '  waits        a.js at a.js:3:1; b.js, … (2) waits for it',
      '  waits        a.js at a.js:3:1; b.js, … (2) waits for it',
      '               7 more',
      '  early reads  100 threw a ReferenceError, 100 got undefined, 100 got a value',
      '  error        finding 0',
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
