import { expect } from 'chai';
import { type BundleInput, bundle } from '../support/bundle.ts';
import { type Message, openPages, type Pages, type Site, type Visit } from '../support/page.ts';
import { checkTrace, formatTrace } from '../support/trace.ts';

/** A write, and a cycle in which a read comes too early. */
const SHOP = {
  'main.js': `import { n, up } from './counter.js';
import { config } from './config.js';
import { rate } from './tax.js';
up();
console.log(n, rate, config);
`,
  'counter.js': 'export let n = 0;\nexport const up = () => {\n  n++;\n};\n',
  'config.js': "import './tax.js';\nexport var config = 1;\n",
  'tax.js': "import { config } from './config.js';\nexport const rate = String(config);\n",
};
const SHOP_PRINTS = '1 undefined 1';
const SHOP_TRACE = `\
entry main.js
instantiate counter.js: n let uninitialized, up const uninitialized
instantiate tax.js: rate const uninitialized
instantiate config.js: config var undefined
instantiate main.js: no bindings
start counter.js
init counter.js:1:11 n = 0
init counter.js:2:13 up = function
end counter.js
start tax.js
read tax.js:2:27 config = config.js#config undefined undefined early
init tax.js:2:13 rate = 'undefined'
end tax.js
start config.js
init config.js:2:11 config = 1
end config.js
start main.js
read main.js:4:0 up = counter.js#up initialized function
read main.js:5:12 n = counter.js#n initialized 1
read main.js:5:15 rate = tax.js#rate initialized 'undefined'
read main.js:5:21 config = config.js#config initialized 1
end main.js
`;

/** A read that throws, in the words of the README. */
const CHECKOUT = {
  'main.js':
    "import { config } from './config.js';\nimport { total } from './pricing.js';\nconsole.log(config, total);\n",
  'pricing.js': "import { rate } from './tax.js';\nexport const total = 100 * rate;\n",
  'tax.js': "import { config } from './config.js';\nexport const rate = config.rate;\n",
  'config.js':
    "import { total } from './pricing.js';\nexport const config = { rate: 1, total: () => total };\n",
};
const CHECKOUT_BLOCK = `\
module-phases: tax.js:2:21 reads config of config.js before it has a value: ReferenceError, and without bundling as well
  because      config.js:1 imports pricing.js, and config.js runs only after its imports
               pricing.js:1 imports tax.js
               tax.js:1 imports config.js, which is in progress already
  declared     config.js:2:14
  to fix       try reading config later, in a function that is called once all modules have run
               try moving config to a module of its own, which imports none of these
  more         docs/findings/early-read.md`;

/** A module awaits an import() of what imports it. */
const CIRCLE = {
  'main.js': "import { config } from './config.js';\nconsole.log(config);\n",
  'config.js': "const { plugins } = await import('./plugins.js');\nexport const config = plugins.length;\n",
  'plugins.js': "import { config } from './config.js';\nexport const plugins = [() => config];\n",
};
const CIRCLE_BLOCK = `\
module-phases: config.js:1:27 awaits import('./plugins.js'), and plugins.js:1 imports config.js, which has not ended
  because      plugins.js:1 imports config.js, which has not ended
  to fix       try not to await it at the top level of config.js
  more         docs/findings/deadlock.md`;

const MODULE = '<!doctype html><script type="module" src="main.js"></script>';
const CLASSIC = '<!doctype html><script src="main.js"></script>';

/** A page that is left while its module still waits. */
const LEFT = {
  ...SHOP,
  'main.js': `${SHOP['main.js']}location.href = 'next.html';\nawait new Promise(() => {});\n`,
};
/** Chrome shows nothing of what a page logs while it is left, so that the next page has to tell. */
const LEFT_PAGES = {
  'index.html': `<!doctype html><script src="before.js"></script><script type="module" src="main.js"></script>`,
  'before.js': `const { log } = console;
console.log = (...args) => {
  sessionStorage.last = JSON.stringify(args);
  log(...args);
};`,
  'next.html': `<!doctype html><script>
const last = JSON.parse(sessionStorage.last);
if (String(last[0]).startsWith('%c%s')) console.log(...last);
console.log('next');
</script>`,
};

const printed = (...texts: string[]): Message[] => texts.map((text) => ({ type: 'log', text }));
const textOf = (messages: readonly Message[]): string =>
  messages.map(({ text }) => text.replace(/\d+\.\d ms/g, '<time>')).join('\n');

describe('in Chromium', () => {
  let pages: Pages;
  before(async () => {
    pages = await openPages();
  });
  after(() => pages.close());

  interface Setup extends Omit<Site, 'files'> {
    bundles: BundleInput[];
    /** The page, and files that are no bundle's. */
    files: Site['files'];
    last?: string;
  }

  /** Visits the plain page and the traced one, which have to print the same; returns the traced one. */
  async function visit({ bundles, files, last, ...site }: Setup): Promise<Visit> {
    const outcome = async (isTraced: boolean): Promise<Visit> => {
      const outputs = await Promise.all(
        bundles.map((input) =>
          bundle({ ...input, trace: isTraced && { console: { detail: 'full' }, ...input.trace } }),
        ),
      );
      const built = outputs.flatMap(({ output }) =>
        output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]),
      );
      return pages.visit({ ...site, files: { ...files, ...Object.fromEntries(built) } }, last);
    };
    const plain = await outcome(false);
    const traced = await outcome(true);
    expect(plain.messages).to.deep.equal(plain.program);
    expect(plain.events).to.equal(undefined);
    expect(traced.program).to.deep.equal(plain.program);
    return traced;
  }

  function traceOf({ events }: Visit): string {
    expect(events).to.be.an('array');
    checkTrace(events ?? []);
    return formatTrace(events ?? []);
  }

  describe('the same trace', () => {
    it('of a module', async () => {
      const found = await visit({ bundles: [{ source: SHOP }], files: { 'index.html': MODULE } });
      expect(found.program).to.deep.equal(printed(SHOP_PRINTS));
      expect(traceOf(found)).to.equal(SHOP_TRACE);
    });

    it('of a classic script', async () => {
      const found = await visit({
        bundles: [{ source: SHOP, format: 'iife' }],
        files: { 'index.html': CLASSIC },
      });
      expect(found.program).to.deep.equal(printed(SHOP_PRINTS));
      expect(traceOf(found)).to.equal(SHOP_TRACE);
    });

    for (const [title, format, type] of [
      ['of a module worker', 'es', 'module'],
      ['of a classic worker', 'iife', 'classic'],
    ] as const) {
      it(title, async () => {
        const found = await visit({
          bundles: [{ source: SHOP, format }],
          files: {
            'index.html': `<!doctype html><script>new Worker('main.js', { type: '${type}' })</script>`,
          },
          last: SHOP_PRINTS,
        });
        expect(found.program).to.deep.equal(printed(SHOP_PRINTS));
        expect(traceOf(found)).to.equal(SHOP_TRACE);
      });
    }
  });

  it('chunks share the runtime in a file', async () => {
    const source = {
      ...SHOP,
      'admin.js':
        "import { n } from './counter.js';\nimport('./lazy.js').then(({ text }) => console.log(text, n));\n",
      'lazy.js': "import { n } from './counter.js';\nexport const text = 'lazy ' + n;\n",
    };
    const found = await visit({
      bundles: [
        {
          source,
          input: ['main.js', 'admin.js'],
          output: { chunkFileNames: '[name].js' },
        },
      ],
      files: {
        'index.html': `${MODULE}<script type="module" src="admin.js"></script>`,
      },
      last: 'lazy 1 1',
    });
    expect(found.program).to.deep.equal(printed(SHOP_PRINTS, 'lazy 1 1'));
    expect(traceOf(found)).to.equal(`\
instantiate counter.js in counter.js: n let uninitialized, up const uninitialized
start counter.js in counter.js
init counter.js:1:11 n = 0
init counter.js:2:13 up = function
end counter.js
entry main.js in main.js
instantiate tax.js in main.js: rate const uninitialized
instantiate config.js in main.js: config var undefined
instantiate main.js in main.js: no bindings
start tax.js in main.js
read tax.js:2:27 config = config.js#config undefined undefined early
init tax.js:2:13 rate = 'undefined'
end tax.js
start config.js in main.js
init config.js:2:11 config = 1
end config.js
start main.js in main.js
read main.js:4:0 up = counter.js#up initialized function
read main.js:5:12 n = counter.js#n initialized 1
read main.js:5:15 rate = tax.js#rate initialized 'undefined'
read main.js:5:21 config = config.js#config initialized 1
end main.js
entry admin.js in admin.js
instantiate admin.js in admin.js: no bindings
start admin.js in admin.js
import admin.js:2:0 lazy.js
end admin.js
instantiate lazy.js in lazy.js: text const uninitialized
start lazy.js in lazy.js
read lazy.js:2:30 n = counter.js#n initialized 1
init lazy.js:2:13 text = 'lazy 1'
end lazy.js
imported admin.js:2:0 lazy.js
read admin.js:2:28 text = lazy.js#text initialized 'lazy 1' snapshot
read admin.js:2:57 n = counter.js#n initialized 1
`);
  });

  it('two bundles on one page have one trace', async () => {
    const found = await visit({
      bundles: [
        { source: SHOP },
        {
          source: {
            'widget.js': "import { size } from './size.js';\nconsole.log('widget', size);\n",
            'size.js': 'export const size = 2;\n',
          },
          input: 'widget.js',
          format: 'iife',
        },
      ],
      // A module waits for the page to be parsed, a classic script doesn't.
      files: { 'index.html': `${MODULE}<script src="widget.js"></script>` },
    });
    expect(found.program).to.deep.equal(printed('widget 2', SHOP_PRINTS));
    expect(traceOf(found).replaceAll(' in main.js', '')).to.equal(`\
entry widget.js in widget.js
instantiate size.js in widget.js: size const uninitialized
instantiate widget.js in widget.js: no bindings
start size.js in widget.js
init size.js:1:13 size = 2
end size.js
start widget.js in widget.js
read widget.js:2:22 size = size.js#size initialized 2
end widget.js
${SHOP_TRACE}`);
  });

  it('a strict Content-Security-Policy is not violated', async () => {
    const found = await visit({
      bundles: [{ source: SHOP }],
      headers: {
        'content-security-policy':
          "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
      },
      // The inline script shows that violations are heard of.
      files: { 'index.html': `${MODULE}<script>console.log('inline')</script>` },
    });
    expect(found.program.filter(({ type }) => type === 'error')).to.have.length(1);
    expect(found.program.filter(({ type }) => type !== 'error')).to.deep.equal(printed(SHOP_PRINTS));
    expect(traceOf(found)).to.equal(SHOP_TRACE);
  });

  it('a page that is left at once has told of its early reads, and tells of modules that have not ended', async () => {
    const found = await visit({ bundles: [{ source: LEFT }], files: LEFT_PAGES, last: 'next' });
    expect(found.program).to.deep.equal(printed(SHOP_PRINTS, 'next'));
    expect(found.trace.filter(({ type }) => type === 'warning')).to.have.length(1);
    expect(textOf(found.trace.slice(-1))).to.equal(`\
module-phases: 3 modules evaluated in <time>, 5 reads
  cycles       1 import of a module in progress: 1 fatal (docs/findings/cycle.md)
  modules      1 not finished (main.js)
  waits        main.js at main.js:7:1
  early reads  1 got undefined
  warning      tax.js:2:28 reads config of config.js before it has a value: undefined, and without bundling as well
  to fix       import './tax.js' in main.js, before line 2  (checked)`);
  });

  it('an early read that throws is explained before the error, which is as it was', async () => {
    const found = await visit({ bundles: [{ source: CHECKOUT }], files: { 'index.html': MODULE } });
    expect(found.messages.filter(({ type }) => /error|warning/.test(type))).to.deep.equal([
      { type: 'error', text: CHECKOUT_BLOCK },
      { type: 'pageerror', text: "ReferenceError: Cannot access 'config' before initialization" },
    ]);
    expect(textOf(found.messages), 'a page that fails gets its summary').to.match(
      /^module-phases: no module evaluated to its end[\s\S]*^ {2}error {8}tax\.js:2:21 reads config/m,
    );
    expect(traceOf(found)).to.match(
      /^error tax\.js Uncaught ReferenceError: Cannot access 'config' before initialization$/m,
    );
  });

  it('modules that wait for each other are told while the page stays open', async () => {
    const files = { 'index.html': `${MODULE}<script type="module">console.log('loaded')</script>` };
    const found = await visit({ bundles: [{ source: CIRCLE }], files, last: 'loaded' });
    expect(found.program).to.deep.equal(printed('loaded'));
    expect(found.trace.filter(({ type }) => type === 'error')).to.deep.equal([
      { type: 'error', text: CIRCLE_BLOCK },
    ]);
  });

  it('an early read of undefined is a warning, and the summary of a small program is open', async () => {
    const found = await visit({ bundles: [{ source: SHOP }], files: { 'index.html': MODULE } });
    const warnings = found.trace.filter(({ type }) => /error|warning/.test(type));
    expect(warnings.map(({ type }) => type)).to.deep.equal(['warning']);
    expect(textOf(warnings)).to.match(
      /^module-phases: tax\.js:2:28 .*: undefined, and without bundling as well$/m,
    );
    expect(textOf(found.trace.slice(-1))).to.equal(
      `module-phases: 4 modules evaluated in <time>, 5 reads
  cycles       1 import of a module in progress: 1 fatal (docs/findings/cycle.md)
  early reads  1 got undefined
  warning      tax.js:2:28 reads config of config.js before it has a value: undefined, and without bundling as well
  to fix       import './tax.js' in main.js, before line 2  (checked)`,
    );
  });

  it('a console that the program replaces is not used, and the one before still is', async () => {
    const source = {
      ...SHOP,
      'main.js': `import './patch.js';\n${SHOP['main.js']}say(told);\n`,
      'patch.js': `globalThis.say = console.log;
globalThis.told = 0;
for (const name of Object.keys(console)) console[name] = () => { told++; };
globalThis.console = { ...console };
`,
    };
    const found = await visit({ bundles: [{ source }], files: { 'index.html': MODULE } });
    expect(found.program).to.deep.equal(printed('1'));
    expect(textOf(found.trace)).to.include('evaluate-end      patch.js');
    expect(textOf(found.trace.slice(-1))).to.match(/^module-phases: 5 modules evaluated/);
  });

  it('a page without a console has a trace all the same', async () => {
    const found = await visit({
      // A name as long keeps the columns.
      bundles: [{ source: { ...SHOP, 'main.js': SHOP['main.js'].replace('console.log', 'console_log') } }],
      files: {
        'index.html': `<!doctype html><script src="before.js"></script>${MODULE}`,
        'before.js': 'globalThis.console_log = console.log; delete globalThis.console;',
      },
    });
    expect(found.messages).to.deep.equal(printed(SHOP_PRINTS));
    expect(traceOf(found)).to.equal(SHOP_TRACE);
  });

  it('frozen intrinsics change nothing', async () => {
    const found = await visit({
      bundles: [{ source: SHOP }],
      files: {
        'index.html': `<!doctype html><script src="before.js"></script>${MODULE}`,
        'before.js': `for (const { value } of Object.values(Object.getOwnPropertyDescriptors(globalThis))) {
  if (value === globalThis || Object(value) !== value) continue;
  Object.freeze(value);
  if (typeof value === 'function' && value.prototype) Object.freeze(value.prototype);
}
console.log([Object, Array.prototype, Promise.prototype, console, performance.constructor].every(Object.isFrozen));`,
      },
    });
    expect(found.program).to.deep.equal(printed('true', SHOP_PRINTS));
    expect(traceOf(found)).to.equal(SHOP_TRACE);
    expect(textOf(found.trace.slice(-1))).to.match(/^module-phases: 4 modules evaluated/);
  });

  describe('`await using`', () => {
    const RESOURCES = `\
export const lines = [];
export let ticks = 0;
let last = false;
export const tick = () => {
  ticks++;
  if (!last) Promise.resolve().then(tick);
};
export const finish = () => {
  last = true;
  console.log(JSON.stringify(lines));
};
export const log = (text) => lines.push(text + '@' + ticks);
export const text = (error) =>
  error instanceof SuppressedError ? [text(error.error), text(error.suppressed)].join('<') : error.message;
export const fail = (name) => {
  throw new Error(name);
};
const dispose = (name, how) => () => {
  log(name);
  if (how === 'throws') fail(name);
  if (how === 'rejects') return Promise.reject(new Error(name));
};
export const asynchronous = (name, how) => ({ [Symbol.asyncDispose]: dispose(name, how) });
export const synchronous = (name) => ({ [Symbol.dispose]: dispose(name) });
`;
    const IMPORTS =
      "import { asynchronous, fail, finish, lines, log, synchronous, text, tick, ticks } from './resources.js';\n";

    /** Visits the modules as they are, too: the bundles have to print what these do. */
    async function visitModules(source: Record<string, string>, last: string): Promise<Visit> {
      const files = { 'index.html': MODULE };
      const native = await pages.visit({ files: { ...files, ...source } }, last);
      const traced = await visit({
        bundles: [{ source, output: { chunkFileNames: '[name].js' } }],
        files,
        last,
      });
      expect(traced.program).to.deep.equal(native.program);
      return traced;
    }

    const phasesOf = (found: Visit): string[] =>
      traceOf(found)
        .split('\n')
        .filter(
          (line) => /^(?:start|suspend|resume|end|error) /.test(line) && !line.includes('resources.js'),
        );

    it('waits when its block is left, however that is', async () => {
      const found = await visitModules(
        {
          'resources.js': RESOURCES,
          'main.js': `${IMPORTS}Promise.resolve().then(tick);
{
  log('1');
  await using a = asynchronous('a');
  log('2');
}
try {
  await using b = asynchronous('b'), c = fail('c');
  await using d = null;
} catch (error) {
  log(text(error));
}
try {
  each: for (const n of [1, 2]) {
    await using e = asynchronous('e');
    if (n === 1) continue each;
    await using f = asynchronous('f', 'rejects');
    await Promise.reject(new Error('g'));
  }
} catch (error) {
  log(text(error));
}
try {
  await using h = fail('h');
} catch {}
finish();
console.log('last');
`,
        },
        'last',
      );
      expect(phasesOf(found)).to.deep.equal([
        'start main.js',
        'suspend main.js:5:2',
        'resume main.js:5:2',
        'suspend main.js:9:2',
        'resume main.js:9:2',
        'suspend main.js:16:4',
        'resume main.js:16:4',
        'suspend main.js:19:4',
        'resume main.js:19:4',
        'suspend main.js:16:4',
        'resume main.js:16:4',
        'end main.js',
      ]);
    });

    it('in the head of a loop waits when each step is left', async () => {
      const found = await visitModules(
        {
          'resources.js': RESOURCES,
          'main.js': `${IMPORTS}Promise.resolve().then(tick);
for (await using a of [asynchronous('a'), null]) log('step');
outer: for (const n of [1, 2]) {
  for (await using b of [asynchronous('b'), asynchronous('c')]) {
    if (n === 2) break outer;
    continue outer;
  }
}
try {
  for (await using d of [asynchronous('d'), {}]) log('step');
} catch (error) {
  log(error.constructor.name);
}
for await (await using e of [asynchronous('e')]) log('step');
finish();
console.log('last');
`,
        },
        'last',
      );
      expect(phasesOf(found)).to.deep.equal([
        'start main.js',
        'suspend main.js:3:5',
        'resume main.js:3:5',
        'suspend main.js:3:5',
        'resume main.js:3:5',
        'suspend main.js:5:7',
        'resume main.js:5:7',
        'suspend main.js:5:7',
        'resume main.js:5:7',
        'suspend main.js:11:7',
        'resume main.js:11:7',
        'suspend main.js:15:0',
        'resume main.js:15:0',
        'suspend main.js:15:0',
        'resume main.js:15:0',
        'end main.js',
      ]);
    });

    it('of a module itself waits with its chunk, which no module then does', async () => {
      const found = await visit({
        bundles: [
          {
            source: {
              'resources.js': RESOURCES,
              'first.js': `${IMPORTS}await using a = asynchronous('a');\nlog('first');\n`,
              'main.js': `import './first.js';\n${IMPORTS}await using b = asynchronous('b');\nlog('main');\nqueueMicrotask(() => {\n  finish();\n  console.log('last');\n});\n`,
            },
          },
        ],
        files: { 'index.html': MODULE },
        last: 'last',
      });
      expect(phasesOf(found)).to.deep.equal([
        'start first.js',
        'end first.js',
        'start main.js',
        'end main.js',
      ]);
    });

    it('takes not one tick more or less, whatever is declared beside it', async () => {
      const declarations = {
        null: (name: string) => `await using ${name} = null;`,
        async: (name: string) => `await using ${name} = asynchronous('${name}');`,
        throws: (name: string) => `await using ${name} = asynchronous('${name}', 'throws');`,
        rejects: (name: string) => `await using ${name} = asynchronous('${name}', 'rejects');`,
        sync: (name: string) => `await using ${name} = synchronous('${name}');`,
        using: (name: string) => `using ${name} = synchronous('${name}');`,
        fails: (name: string) => `fail('${name}');`,
      };
      const kinds = Object.values(declarations);
      const blocks = kinds.flatMap((first) => [
        first('a'),
        ...kinds.flatMap((second) => [
          first('a') + second('b'),
          ...kinds.map((third) => first('a') + second('b') + third('c')),
        ]),
      ]);
      const head = `${IMPORTS}Promise.resolve().then(tick);\nlet before;\n`;
      const statements = blocks.map(
        (block, index) =>
          `before = ticks; try { ${block} } catch (error) { log(text(error)); } lines.push([${index}, ticks - before]);\n`,
      );
      const main = `${head}${statements.join('')}finish();\nconsole.log('last');\n`;
      const found = await visitModules({ 'resources.js': RESOURCES, 'main.js': main }, 'last');

      const lines: unknown[] = JSON.parse(found.program[0]?.text ?? '');
      const waits = lines.flatMap((line) => (Array.isArray(line) && line[1] > 0 ? [Number(line[0])] : []));
      const firstLine = head.split('\n').length;
      const told = new Set(
        found.events?.flatMap((event) =>
          event.type === 'evaluate-suspend' ? [event.loc.line - firstLine] : [],
        ),
      );
      expect(waits.length).to.be.greaterThan(blocks.length / 2);
      expect(waits.filter((block) => !told.has(block)).map((block) => blocks[block])).to.deep.equal([]);
      expect([...told].filter((block) => !blocks[block]?.includes('await using'))).to.deep.equal([]);
      expect(phasesOf(found).filter((line) => line.startsWith('error'))).to.deep.equal([]);
    });
  });

  describe('tracks of the performance panel', () => {
    const trace = { devtools: true };

    /** A mark or a measure of the page, and what DevTools are told of it. */
    interface Timing {
      entryType: string;
      name: string;
      start: number;
      end: number;
      devtools: Record<string, unknown>;
    }

    /** By start. */
    const timings = ({ page }: Visit): Promise<Timing[]> =>
      page.evaluate(() =>
        performance.getEntries().flatMap((entry) => {
          const { entryType, name, startTime, duration } = entry;
          if (entryType !== 'measure' && entryType !== 'mark') return [];
          const { devtools } = (entry as unknown as { detail: Pick<Timing, 'devtools'> }).detail;
          return [{ entryType, name, start: startTime, end: startTime + duration, devtools }];
        }),
      );

    it('shows modules as spans, one in another that waited for it, and early reads as markers', async () => {
      const source = {
        ...SHOP,
        'main.js': `${SHOP['main.js']}console.log(await import('./lazy.js').then(({ text }) => text));\n`,
        'lazy.js': "export const text = 'lazy';\n",
      };
      const found = await visit({
        bundles: [{ source, trace, output: { chunkFileNames: '[name].js' } }],
        files: { 'index.html': MODULE },
        last: 'lazy',
      });
      const entries = await timings(found);
      const spans = entries.filter(({ entryType }) => entryType === 'measure');
      const markers = entries.filter(({ entryType }) => entryType === 'mark');

      // The clock of a page is coarse: half a tick tells what is within from what follows at once.
      const tick = 0.1;
      const around = ({ start, end }: Timing): string[] =>
        spans.flatMap((outer) =>
          outer.start < start && start < outer.end - tick / 2 && end < outer.end + tick / 2 ? outer.name : [],
        );
      expect(spans.map((span) => [span.name, ...around(span)])).to.deep.equal([
        ['counter.js'],
        ['tax.js'],
        ['config.js'],
        ['main.js'],
        ['lazy.js', 'main.js'],
      ]);
      for (const { name, devtools } of spans) {
        expect(devtools).to.deep.include({
          dataType: 'track-entry',
          track: 'Modules',
          trackGroup: 'module-phases',
          color: 'primary',
        });
        expect(devtools.tooltipText)
          .to.match(/^evaluate-end +\S+ +in [\d.]+ ms$/)
          .and.include(name);
      }
      expect(markers).to.have.length(1);
      expect(markers[0]?.name).to.equal('Read too early: config');
      expect(markers[0]?.devtools).to.deep.include({
        dataType: 'marker',
        color: 'warning',
        tooltipText:
          '  read            tax.js:2:28  config of config.js → undefined (too early: config.js has not finished)',
        properties: [['event', "globalThis[Symbol.for('module-phases')].events[10]"]],
      });
      expect(found.events?.[10]).to.deep.include({ type: 'read', early: true });
    });

    it('has errors in their colour', async () => {
      const found = await visit({
        bundles: [{ source: CHECKOUT, trace }],
        files: { 'index.html': MODULE },
      });
      expect((await timings(found)).map(({ name, devtools }) => [name, devtools.color])).to.deep.equal([
        ['tax.js', 'error'],
        ['Read too early: config', 'error'],
      ]);
    });

    it('is not there without the option', async () => {
      const found = await visit({ bundles: [{ source: SHOP }], files: { 'index.html': MODULE } });
      expect(await timings(found)).to.deep.equal([]);
    });

    for (const [title, script] of [
      ['throws', 'performance.mark = performance.measure = () => { throw new Error(); };'],
      ['is missing', 'delete globalThis.performance;'],
      [
        'cannot be read',
        `const { performance: found } = globalThis;
let isHidden = true;
const get = () => { if (isHidden) throw new Error(); return found; };
Object.defineProperty(globalThis, 'performance', { get, configurable: true });
addEventListener('load', () => { isHidden = false; });`,
      ],
    ]) {
      it(`a \`performance\` that ${title} changes nothing else`, async () => {
        const found = await visit({
          bundles: [{ source: SHOP, trace }],
          files: {
            'index.html': `<!doctype html><script src="before.js"></script>${MODULE}`,
            'before.js': script ?? '',
          },
        });
        expect(found.program).to.deep.equal(printed(SHOP_PRINTS));
        expect(traceOf(found)).to.equal(SHOP_TRACE);
      });
    }

    it('calls what the page had before its modules ran', async () => {
      const source = {
        ...SHOP,
        'main.js': `import './patch.js';\n${SHOP['main.js']}console.log(calls);\n`,
        'patch.js': `globalThis.calls = 0;
for (const name of ['now', 'mark', 'measure']) performance[name] = () => { calls++; };
Object.defineProperty(Object.prototype, 'duration', { get() { calls++; }, configurable: true });
`,
      };
      const found = await visit({ bundles: [{ source, trace }], files: { 'index.html': MODULE } });
      expect(found.program).to.deep.equal(printed(SHOP_PRINTS, '0'));
      expect((await timings(found)).map(({ name }) => name)).to.deep.equal([
        'patch.js',
        'counter.js',
        'tax.js',
        'Read too early: config',
        'config.js',
        'main.js',
      ]);
    });
  });
});
