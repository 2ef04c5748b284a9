/** What no program should do, and what the tracer has to survive all the same. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect } from 'chai';
import type { OutputOptions } from 'rollup';
import type { TraceEvent } from '../../src/protocol/events.ts';
import type { Trace } from '../../src/protocol/trace.ts';
import { bundle, type PluginOptions, write } from '../support/bundle.ts';
import { type Run, run } from '../support/run.ts';
import { checkTrace, type EventOf } from '../support/trace.ts';

type Files = Record<string, string>;

interface Trial {
  traced: Run;
  events: TraceEvent[];
  /** How many times as long as the plain program the traced one took. */
  ratio: number;
}

interface TrialInput {
  files: Files;
  trace?: PluginOptions;
  output?: OutputOptions;
  /** @default 'es' */
  format?: 'es' | 'cjs';
  /** A script that Node runs before the program. */
  before?: string;
  /** Arguments for Node. */
  flags?: string[];
}

/** Runs a program with and without the plugin: both must do the same. */
async function trial({
  files,
  trace = {},
  output = {},
  format = 'es',
  before,
  flags = [],
}: TrialInput): Promise<Trial> {
  const timed = async (mode: 'plain' | 'traced'): Promise<{ result: Run; took: number }> => {
    const built = await bundle({ source: files, trace: mode === 'plain' ? false : trace, output, format });
    const file = write(built, format, mode);
    const script = join(built.dir, 'before.cjs');
    if (before) writeFileSync(script, before);
    const start = performance.now();
    const result = await run(file, [...flags, ...(before ? ['--require', script] : []), file]);
    return { result, took: performance.now() - start };
  };
  const plain = await timed('plain');
  const traced = await timed('traced');
  expect(plain.result.stdout).to.not.equal('');
  expect([traced.result.code, traced.result.stdout]).to.deep.equal([plain.result.code, plain.result.stdout]);
  if (!trace.console) expect(traced.result.stderr).to.equal(plain.result.stderr);
  return {
    traced: traced.result,
    events: traced.result.events ?? [],
    ratio: traced.took / plain.took,
  };
}

const COUNTER = 'export let n = 0;\nexport const up = () => { n++; };\n';
const ofType = <T extends TraceEvent['type']>(events: readonly TraceEvent[], type: T) =>
  events.filter((event): event is EventOf<T> => event.type === type);

describe('a million', () => {
  const LIMIT = 1000;
  const program = (statement: string): Files => ({
    'main.js': `import { n, up } from './counter.js';\nlet sum = 0;\nfor (let i = 0; i < 1e6; i++) ${statement}\nconsole.log(sum, n, typeof up);\n`,
    'counter.js': COUNTER,
  });

  for (const [what, statement, logged] of [
    ['reads', 'sum += n;', 1_000_000],
    // Each reads `up`, too.
    ['writes', 'up();', 2_000_000],
  ] as const) {
    it(`${what}: as many events as \`limit\` says, and the summary tells of the others`, async function () {
      const { events, traced, ratio } = await trial({
        files: program(statement),
        trace: { reads: 'all', writes: 'all', limit: LIMIT, console: { detail: 'summary' } },
      });
      expect(ofType(events, 'read').length + ofType(events, 'write').length).to.equal(LIMIT);
      // The last line reads `n` and `up`.
      expect(traced.dropped).to.equal(logged + 2 - LIMIT);
      expect(traced.stderr).to.include(`, ${traced.dropped} more dropped (limit)`);
      checkTrace(events);
      if (this.test) this.test.title += ` (${ratio.toFixed(1)} times as long as plain)`;
    });
  }
});

describe('a limit', () => {
  const repeated = (events: readonly TraceEvent[]): TraceEvent[] =>
    events.filter(
      ({ type }) => !/^(?:instantiate|entry|initialize|evaluate-(?:start|end|error))$/.test(type),
    );

  it('bounds requests and what waits for them: 20,000 times await import()', async () => {
    const { events, traced } = await trial({
      files: {
        'main.js':
          "let sum = 0;\nfor (let i = 0; i < 20_000; i++) { const { one } = await import('./one.js'); sum += one; }\nconsole.log(sum);\n",
        'one.js': 'export const one = [1].length;\n',
      },
      trace: { limit: 10 },
    });
    checkTrace(events);
    const counts = ['import-start', 'import-end', 'evaluate-suspend', 'evaluate-resume', 'read'].map(
      (type) => events.filter((event) => event.type === type).length,
    );
    const [asked = 0, got, waits = 0, goesOn, reads = 0] = counts;
    expect([got, goesOn]).to.deep.equal([asked, waits]);
    expect(asked + waits + reads).to.equal(10);
    // A request and a wait, each time; the first read alone is of interest.
    expect(traced.dropped).to.equal(2 * 20_000 + 1 - 10);
    expect(traced.failures).to.equal(0);
  });

  it('keeps the first request of each target, and its end', async () => {
    const { events } = await trial({
      files: {
        'main.js': `const all = [];
for (let i = 0; i < 100; i++) {
  all.push(import('./a.js').then(({ a }) => a), import('./b.js').catch(() => {}), import('node:path').then(({ sep }) => sep));
}
console.log((await Promise.all(all)).length);
`,
        'a.js': 'export const a = [1].length;\n',
        'b.js': "export const b = 1;\nthrow new Error('no b');\n",
      },
      trace: { limit: 0 },
    });
    checkTrace(events);
    const told = repeated(events).map((event) => [
      event.type,
      'specifier' in event ? event.specifier : 'module' in event && event.module,
    ]);
    // The host says in which order the files are loaded, and so in which order the requests end.
    expect(told).to.have.deep.members([
      ['import-start', 'a.js'],
      ['import-start', 'b.js'],
      ['import-start', 'node:path'],
      ['import-end', 'node:path'],
      ['import-end', 'a.js'],
      ['import-error', 'b.js'],
      // The first wait of each module is kept too.
      ['evaluate-suspend', 'main.js'],
      ['evaluate-resume', 'main.js'],
    ]);
  });

  it('bounds requests that nobody waits for, and those of what is known at run time', async () => {
    const { events, traced } = await trial({
      files: {
        'main.js': `const all = [];
for (let i = 0; i < 1000; i++) all.push(import('./a.js'), import(\`data:text/javascript,\${i}\`));
console.log(all.length);
await Promise.all(all);
`,
        'a.js': 'export const a = [1].length;\n',
      },
      trace: { limit: 10 },
    });
    checkTrace(events);
    expect(ofType(events, 'import-start')).to.have.length(10);
    expect(ofType(events, 'import-end').length).to.be.at.most(10);
    // The wait is the first of its module, and kept.
    expect(traced.dropped).to.equal(1990);
  });

  it('bounds what a CommonJS module that fails does again and again: its phases, and requires of it', async () => {
    const { events, traced } = await trial({
      files: {
        'main.js':
          "const told = new Set();\n(async () => {\n  for (let i = 0; i < 500; i++) await import('./fails.js').catch(({ message }) => told.add(message));\n  console.log([...told].join());\n})();\n",
        'fails.js': "export const never = [];\nthrow new Error('no');\n",
      },
      format: 'cjs',
      trace: { limit: 10 },
    });
    expect(ofType(events, 'evaluate-error').length).to.equal(ofType(events, 'evaluate-start').length - 1);
    expect(repeated(events).length).to.be.at.most(2 * 10 + 1);
    expect(events.length).to.be.below(60);
    expect(traced.dropped).to.be.above(900);
  });

  it('is of the trace: a further instance of a bundle begins no new one', async () => {
    const { chunk } = await bundle({
      source: {
        'main.js':
          "import { late } from './late.js';\nimport { n, up } from './counter.js';\nfor (let i = 0; i < 10; i++) { up(); result.push(n); }\nresult.push(late());\n",
        'counter.js': COUNTER,
        'late.js':
          "import { early } from './cycle.js';\nexport function late() { try { return early; } catch (error) { return error.name; } }\n",
        'cycle.js': "import { late } from './late.js';\nresult.push(late());\nexport let early = 1;\n",
      },
      format: 'iife',
      trace: { limit: 20, console: { detail: 'summary' } },
    });
    const result: unknown[] = [];
    const page = createContext({ result });
    const sizes = Array.from({ length: 100 }, () => {
      runInContext(chunk.code, page);
      const { events } = runInContext("globalThis[Symbol.for('module-phases')]", page) as Trace;
      return events.length;
    });
    expect(result).to.have.length(100 * 12);
    expect(sizes[0]).to.be.above(20);
    expect(sizes[1]).to.be.below((sizes[0] as number) + 20);
    expect(sizes.at(-1)).to.equal(sizes[20]);
  });

  it('never hides a read that goes wrong: the first of each place is in the trace, and in the console', async () => {
    const { events, traced } = await trial({
      files: {
        'main.js':
          "import { late, soft } from './late.js';\nimport { hard, quiet } from './cycle.js';\nconsole.log(late(), soft(), hard, quiet);\n",
        'late.js': `import { hard, quiet } from './cycle.js';
export function late() { try { return hard; } catch (error) { return error.name; } }
export function soft() { return quiet; }
`,
        'cycle.js':
          "import { late, soft } from './late.js';\nfor (let i = 0; i < 100; i++) { late(); soft(); }\nconsole.log(late(), soft());\nexport const hard = [1].length;\nexport var quiet = [2].length;\n",
      },
      trace: { limit: 0, reads: 'all', console: { detail: 'summary' } },
    });
    expect(ofType(events, 'read').map(({ name, state }) => [name, state])).to.deep.equal([
      ['hard', 'uninitialized'],
      ['quiet', 'undefined'],
    ]);
    expect(traced.stderr).to.include('module-phases: late.js:2:39 reads hard of cycle.js');
    expect(traced.stderr).to.include('module-phases: late.js:3:33 reads quiet of cycle.js');
    expect(traced.dropped).to.be.above(200);
  });

  for (const [what, statement] of Object.entries({
    'requests that it waits for': "await import('./one.js');",
    'requests that it does not wait for': "kept = import('./one.js'); if (i % 1000 === 0) await kept;",
    'requests whose reaction it adds': "import('./one.js').then(() => {}); if (i % 1000 === 0) await null;",
    'subscriptions that end': 'trace?.subscribe(() => {})();',
  })) {
    it(`keeps the heap as it is: 200,000 ${what}`, async () => {
      const { traced } = await trial({
        files: {
          'main.js': `const trace = globalThis[Symbol.for('module-phases')];
let kept;
const used = () => { globalThis.gc(); return process.memoryUsage().heapUsed; };
const loop = async (times) => { for (let i = 0; i < times; i++) { ${statement} } await null; };
await loop(20_000);
await kept;
const before = used();
await loop(200_000);
await kept;
const more = used() - before;
console.log(more < 1e6 || more);
`,
          'one.js': 'export const one = [1].length;\n',
        },
        trace: { limit: 10 },
        flags: ['--expose-gc'],
      });
      expect(traced.stdout).to.equal('true\n');
    });
  }
});

describe('a subscriber', () => {
  /** `listener` is an expression; it may use `trace`, `read` and `up`. The program reads `n` in one place alone. */
  const subscribed = (listener: string): Files => ({
    'main.js': `import './subscribes.js';
import { up } from './counter.js';
import { read } from './reader.js';
for (let i = 0; i < 3; i++) { globalThis.kept = read(); up(); console.log(typeof read()); }
await import('./late.js');
`,
    'subscribes.js': `import { up } from './counter.js';
import { read } from './reader.js';
const trace = globalThis[Symbol.for('module-phases')];
trace?.subscribe(${listener});
console.log(typeof read, typeof up);
`,
    'counter.js': COUNTER,
    'reader.js': "import { n } from './counter.js';\nexport const read = () => n;\n",
    'late.js': "import { later } from './later.js';\nconsole.log(later);\n",
    'later.js': "export const later = 'later';\n",
  });
  const listen = (listener: string, trace: PluginOptions = {}): Promise<Trial> =>
    trial({ files: subscribed(listener), trace, output: { inlineDynamicImports: true } });
  const writes = (events: readonly TraceEvent[]): (string | undefined)[] =>
    ofType(events, 'write').map(({ value }) => value);

  it('that throws: counted with each event, and the events are as without it', async () => {
    const quiet = await listen('() => {}');
    const { events, traced } = await listen('() => { throw new Error("no"); }');
    const heard = events.length - (ofType(events, 'read')[0]?.seq ?? 0);
    expect(ofType(events, 'read')[0]).to.deep.include({ importer: 'subscribes.js' });
    expect(traced.failures).to.equal(heard);
    expect(events.map(withoutColumn)).to.deep.equal(quiet.events.map(withoutColumn));
  });

  it('that reads exports, those without a value too: the events are as without it', async () => {
    const quiet = await listen('() => {}');
    const { events, traced } = await listen(
      '() => { for (const { exports } of Object.values(trace.modules)) for (const name of Object.keys(exports)) { try { exports[name]; } catch {} } }',
    );
    expect(traced.failures).to.equal(0);
    expect(events.map(withoutColumn)).to.deep.equal(quiet.events.map(withoutColumn));
  });

  it('that reads what was just written: later reads and writes show all the same', async () => {
    const { events, traced } = await listen(
      "(event) => { if (event.type === 'write') globalThis.kept = read(); }",
    );
    checkTrace(events);
    expect(traced.failures).to.equal(0);
    expect(writes(events)).to.deep.equal(['1', '2', '3']);
    const seen = ofType(events, 'read').filter(({ importer }) => importer === 'reader.js');
    expect(seen.map(({ value }) => value)).to.include.members(['1', '2', '3']);
  });

  it('that writes: its write is an event, after the one that it hears', async () => {
    const { events, traced } = await listen(
      "(event) => { if (event.type === 'read' && event.name === 'n' && event.value === '1') up(); }",
    );
    checkTrace(events);
    expect(traced.failures).to.equal(0);
    expect(writes(events)).to.deep.equal(['1', '2', '3', '4']);
  });

  it('that writes with every event: ends', async () => {
    const { traced } = await listen('() => up()', { writes: 'all', limit: 100 });
    expect(traced.dropped).to.be.above(0);
  });

  it('that takes events apart: the console says less, the trace what it says without', async () => {
    const { events } = await listen("(event) => { if (event.type === 'instantiate') event.bindings = 1; }", {
      console: { detail: 'full' },
    });
    expect(ofType(events, 'evaluate-start').map(({ module }) => module)).to.include.members([
      'late.js',
      'later.js',
    ]);
  });
});

/** Without what two runs, or two texts of a listener, don't share. */
const withoutColumn = (event: TraceEvent): object => ({
  ...event,
  time: 0,
  ...('duration' in event && { duration: 0 }),
  ...('loc' in event && { loc: { ...event.loc, column: 0 } }),
});

describe('frozen intrinsics', () => {
  const FREEZE = `
for (const name of Object.getOwnPropertyNames(globalThis)) {
  const value = Object.getOwnPropertyDescriptor(globalThis, name).value;
  if (!/^[A-Z]/.test(name) && name !== 'console') continue;
  if (value?.prototype) Object.freeze(value.prototype);
  if (value !== globalThis) Object.freeze(value);
}
Object.freeze(Object.getPrototypeOf(function* () {}));
Object.freeze(Object.getPrototypeOf([][Symbol.iterator]()));
`;
  const GLOBAL = `${FREEZE}Object.freeze(globalThis);\n`;
  const files = (first: string): Files => ({
    'main.js': `import './first.js';\nimport { n, up } from './counter.js';\nimport { late } from './late.js';\nup();\nconsole.log(n, late());\nawait null;\nup();\nconsole.log(n, Object.isFrozen(Promise.prototype));\n`,
    'first.js': `${first}\nexport const first = 1;\n`,
    'counter.js': COUNTER,
    'late.js': `import { n } from './counter.js';\nexport function late() { try { return early; } catch (error) { return error.name + n; } }\nimport { early } from './cycle.js';\n`,
    'cycle.js': `import { late } from './late.js';\nconsole.log(late());\nexport const early = 1;\n`,
  });

  for (const detail of ['full', 'summary'] as const) {
    it(`after the bundle's first module, ${detail} console`, async () => {
      const quiet = await trial({ files: files('') });
      for (const freeze of [FREEZE, GLOBAL]) {
        const { traced, events } = await trial({ files: files(freeze), trace: { console: { detail } } });
        checkTrace(events);
        expect(events.length).to.be.above(20);
        expect(traced.failures).to.equal(0);
        expect(ofType(events, 'read')).to.have.length(ofType(quiet.events, 'read').length);
        expect(traced.stderr).to.match(/module-phases: \d modules evaluated/);
      }
    });

    it(`before the bundle, ${detail} console`, async () => {
      const { traced, events } = await trial({
        files: files(''),
        before: FREEZE,
        trace: { console: { detail } },
      });
      checkTrace(events);
      expect(events.length).to.be.above(20);
      expect(traced.failures).to.equal(0);
      expect(traced.stderr).to.match(/module-phases: \d modules evaluated/);
    });

    it(`before the bundle, with a frozen global object, ${detail} console: the console has the trace alone`, async () => {
      const { traced } = await trial({ files: files(''), before: GLOBAL, trace: { console: { detail } } });
      expect(traced.events).to.equal(undefined);
      expect(traced.stderr).to.match(/module-phases: \d modules evaluated/);
      expect(traced.stderr).to.match(
        /module-phases: late\.js:2:39 reads early of cycle\.js before it has a value/,
      );
    });
  }
});

describe('a page', () => {
  const FILES = {
    'main.js': `import { n, up } from './counter.js';\nup();\nresult.push(n);\ntry { n(); } catch (error) { result.push(error.name); }\n`,
    'counter.js': COUNTER,
  };

  it('without a console, or any other global of a host', async () => {
    for (const trace of [
      false,
      { console: { detail: 'full' } },
      { console: { detail: 'summary' } },
    ] as const) {
      const { chunk } = await bundle({ source: FILES, format: 'iife', trace });
      const result: unknown[] = [];
      const page = createContext({ result });
      runInContext('delete globalThis.console;', page);
      expect(runInContext('typeof console', page)).to.equal('undefined');
      runInContext(chunk.code, page);
      expect(result).to.deep.equal([1, 'TypeError']);
      if (!trace) continue;
      const found = runInContext("globalThis[Symbol.for('module-phases')]", page) as Trace;
      expect(ofType(found.events, 'evaluate-end')).to.have.length(2);
      expect(found.failures).to.equal(0);
    }
  });

  it('whose console throws, or has no methods', async () => {
    const { chunk } = await bundle({ source: FILES, format: 'iife', trace: { console: { detail: 'full' } } });
    for (const console of [
      '{}',
      '{ log() { throw 1; }, error() { throw 1; }, warn() { throw 1; } }',
      '{ get log() { throw 1; } }',
      'new Proxy({}, { get() { throw 1; } })',
      'null',
      'Object.freeze({ log: 1 })',
    ]) {
      const result: unknown[] = [];
      const page = createContext({ result });
      runInContext(`globalThis.console = ${console};`, page);
      runInContext(chunk.code, page);
      expect(result).to.deep.equal([1, 'TypeError']);
    }
  });
});

describe('a value of 10 MB', () => {
  /** Reports how much memory is in use once the program has let go of the value. */
  const files = (value: string): Files => ({
    'main.js': `import { value, drop } from './value.js';
const type = typeof value;
drop();
await null;
globalThis.gc();
const used = process.memoryUsage();
console.log(type, typeof value, used.heapUsed + used.external < 12e6);
`,
    'value.js': `const make = () => ${value};\nexport let value = make();\nexport const drop = () => { value = null; };\n`,
  });

  for (const [what, value] of Object.entries({
    text: "'x'.repeat(1e7) + Math.random()",
    'text in two-byte characters': "'𝒳'.repeat(25e5) + Math.random()",
    'flat text': "Buffer.alloc(1e7, 'ab').toString()",
    'a symbol': "Symbol('y'.repeat(1e7))",
    'a number': '10n ** 20000n',
    'a function': "(0, eval)('(function aNameThatIsLongEnoughToBeShared() { /*' + 'x'.repeat(1e7) + '*/ })')",
    'a function with a comment before its name':
      "(0, eval)('(function /*' + 'x'.repeat(1e7) + '*/ aNameThatIsLongEnoughToBeShared() {})')",
    'a class': "(0, eval)('(class ANameThatIsLongEnoughToBeShared { /*' + 'x'.repeat(1e7) + '*/ })')",
  })) {
    it(`${what}: its preview is short, and keeps nothing of it`, async () => {
      const { events, ratio } = await trial({ files: files(value), flags: ['--expose-gc'] });
      const texts = events.flatMap((event) => ('value' in event && event.value ? [event.value] : []));
      expect(texts.length).to.be.above(2);
      for (const text of texts) expect(text.length).to.be.below(100);
      expect(ratio).to.be.below(10);
    });
  }
});

describe('an installed trace that is not ours', () => {
  const files: Files = {
    'main.js': `import { n, up } from './counter.js';\nup();\nconsole.log(n, globalThis.calls ?? 0);\n`,
    'counter.js': COUNTER,
  };
  const KEY = "Symbol.for('module-phases')";
  const newer = (version: string): string =>
    `globalThis[${KEY}] = { version: ${version}, events: [], modules: {}, dropped: 0, failures: 0, subscribe() { globalThis.calls = 1; }, connect() { globalThis.calls = 1; throw new Error('not yours'); } };`;

  for (const [what, before] of Object.entries({
    'of the next version': newer('2'),
    'of an earlier version': newer('0'),
    'of a version that is no number': newer("'1'"),
    'that is text': `globalThis[${KEY}] = 'mine';`,
    'that is null': `globalThis[${KEY}] = null;`,
    'whose getter throws': `Object.defineProperty(globalThis, ${KEY}, { get() { throw new Error('mine'); } });`,
    'that is a Proxy which throws': `globalThis[${KEY}] = new Proxy({}, { get() { throw new Error('mine'); } });`,
    'of our version without `connect`': `globalThis[${KEY}] = { version: 1 };`,
  })) {
    it(`${what}: is left alone, and the bundle has one for its own console`, async () => {
      const stays = `const before = Object.getOwnPropertyDescriptor(globalThis, ${KEY});
process.on('exit', () => {
  const after = Object.getOwnPropertyDescriptor(globalThis, ${KEY});
  if (before.value !== after.value) process.stdout.write('replaced');
  // Nobody may ask it when the program is over.
  delete globalThis[${KEY}];
  Object.defineProperty(globalThis, ${KEY}, { value: undefined });
});\n`;
      const { traced } = await trial({
        files,
        before: `${before.replace('{ get()', '{ configurable: true, get()')}\n${stays}`,
        trace: { console: { detail: 'summary' } },
      });
      expect(traced.stderr).to.match(/module-phases: 2 modules evaluated/);
    });
  }
});

describe('the last match of a regular expression', () => {
  it("stays the program's, whatever is traced or printed in between", async () => {
    const files = {
      'main.js': `import { describe, parse, up, text } from './parse.js';
const last = () => [RegExp.$1, RegExp.lastMatch, RegExp.leftContext, RegExp.input].join();
/(\\d+)/.exec('line 42');
const told = [parse(RegExp.$1), last()];
up();
told.push(text, last(), describe(last()), text, last());
console.log(told.join('; '));
/(b)/.exec('abc');
Promise.resolve().then(() => console.log(last()));
process.on('exit', () => console.log(last()));
`,
      'parse.js': `export function parse(text) { return Number(text); }
export let text = 'a';
export const up = () => { text += '\\x1b' + 'long '.repeat(100); };
export const describe = () => RegExp.$1;
`,
    };
    for (const detail of ['full', 'summary'] as const) {
      const { traced, events } = await trial({ files, trace: { console: { detail } } });
      expect(ofType(events, 'read').length).to.be.above(3);
      expect(traced.stderr).to.match(/module-phases: 2 modules evaluated/);
    }
  });
});

describe('accessors on Object.prototype, one for each field of an event or table', () => {
  const FIELDS =
    'seq time type module chunk bindings name kind state observed duration error loc previous unobserved importer local early file line column phases requests exports status cycle declared finding from reads writes limit detail color value';
  /** Without a prototype, since a descriptor may have no `value` beside `get`, not even an inherited one. */
  const ACCESSORS = `
globalThis.heard = [];
for (const name of '${FIELDS}'.split(' ')) {
  Object.defineProperty(Object.prototype, name, {
    __proto__: null,
    configurable: true,
    get() { heard.push('get ' + name); },
    set() { heard.push('set ' + name); },
  });
}
`;
  const FILES: Files = {
    'main.js': `import { late } from './late.js';
import { n, up } from './counter.js';
import './barrel.js';
for (let i = 0; i < 3; i++) { up(); result.push(n); }
result.push(late());
result.push(heard.join());
`,
    'barrel.js': "export * from './counter.js';\n",
    'counter.js': COUNTER,
    'late.js': `import { early } from './cycle.js';\nexport function late() { try { return early; } catch (error) { return error.name; } }\n`,
    'cycle.js': `import { late } from './late.js';\nresult.push(late());\nexport let early;\n`,
  };

  for (const when of ['before', 'after'] as const) {
    it(`installed ${when} the bundle loads: none is called`, async () => {
      const files =
        when === 'before'
          ? FILES
          : { ...FILES, 'main.js': `import './first.js';\n${FILES['main.js']}`, 'first.js': ACCESSORS };
      for (const trace of [
        false,
        { writes: 'all', console: { detail: 'full' } },
        { console: { detail: 'summary' } },
      ] as const) {
        const { chunk } = await bundle({ source: files, format: 'iife', trace });
        const result: unknown[] = [];
        const lines: string[] = [];
        const page = createContext({ result, print: (line: string) => void lines.push(line) });
        runInContext(
          '{ const { print } = globalThis; const log = (...args) => print(args.join()); globalThis.console = { log, warn: log, error: log, groupCollapsed: log, groupEnd() {} }; }',
          page,
        );
        if (when === 'before') runInContext(ACCESSORS, page);
        runInContext(chunk.code, page);
        expect(result).to.deep.equal(['ReferenceError', 1, 2, 3, undefined, '']);
        if (trace) expect(lines).to.not.have.length(0);
      }
    });
  }
});

describe('a large graph', () => {
  const SIZE = 1000;
  const numbers = Array.from({ length: SIZE }, (_, index) => index);

  for (const [how, text] of Object.entries({
    'by name': (next: string) => `export { n, up } from '${next}';\n`,
    'of all names': (next: string) => `export * from '${next}';\n`,
    'by import and export': (next: string) => `import { n, up } from '${next}';\nexport { n, up };\n`,
    'with statements of their own': (next: string) => `export * from '${next}';\nconsole.log(1);\n`,
  })) {
    it(`1,000 re-exports in a chain, ${how}: a read is of the module that declares the binding`, async () => {
      const files = Object.fromEntries(
        numbers.map((index) => [
          `m${index}.js`,
          text(index + 1 < SIZE ? `./m${index + 1}.js` : './counter.js'),
        ]),
      );
      files['counter.js'] = COUNTER;
      files['main.js'] = "import { n, up } from './m0.js';\nup();\nconsole.log(n);\n";
      const { events } = await trial({ files });
      checkTrace(events);
      expect(ofType(events, 'read').map(({ module, name, value }) => [module, name, value])).to.deep.equal([
        ['counter.js', 'up', 'function'],
        ['counter.js', 'n', '1'],
      ]);
    });
  }

  it('a cycle of 1,000 modules: the early read is told in a screen, with what matters of the cycle', async () => {
    const files = Object.fromEntries(
      numbers.map((index) => [
        `m${index}.js`,
        `import { n${(index + 1) % SIZE} as next } from './m${(index + 1) % SIZE}.js';\nexport let n${index} = 0;\ntry { n${index} = next + 1; } catch (error) { console.log(error.name); }\n`,
      ]),
    );
    files['main.js'] = "import { n0 } from './m0.js';\nconsole.log(n0);\n";
    const { events, traced } = await trial({ files, trace: { console: { detail: 'summary' } } });
    checkTrace(events);
    expect(ofType(events, 'evaluate-end')).to.have.length(SIZE + 1);
    expect(ofType(events, 'read').filter(({ state }) => state === 'uninitialized')).to.have.length(1);
    expect(traced.stderr.split('\n').length).to.be.below(60);
  });

  it('10,000 exports, each read: an event for each', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => index);
    const files = {
      'many.js': many.map((index) => `export const n${index} = ${index} * Number(1);\n`).join(''),
      'main.js': `import { ${many.map((index) => `n${index}`).join(', ')} } from './many.js';\nconsole.log([${many.map((index) => `n${index}`).join(', ')}].length);\n`,
    };
    const { events } = await trial({ files });
    checkTrace(events);
    expect(ofType(events, 'initialize')).to.have.length(10_000);
    expect(ofType(events, 'read')).to.have.length(10_000);
  });
});
