import { resolve } from 'node:path';
import { assert } from 'chai';
import * as errors from '../../src/errors.ts';
import { type ConsoleOptions, type Options, resolveOptions } from '../../src/options.ts';

const NAME = 'rollup-plugin-module-phases';

const DEFAULTS = {
  enabled: true,
  patterns: { include: null, exclude: /(?:^|\/)node_modules\// },
  namespaces: false,
  root: process.cwd(),
  runtime: 'auto',
  manifest: false,
  verdict: true,
  gate: false,
  settings: {
    reads: 'first',
    writes: 'observed',
    values: 'preview',
    limit: 100_000,
    console: { detail: 'auto', color: 'auto' },
    devtools: false,
    sink: false,
  },
  sinkFunction: null,
};

/** All that `resolveOptions` returns but the filter, which is a function. */
function settled(options?: unknown): object {
  const { filter, ...rest } = resolveOptions(options);
  assert.isFunction(filter);
  return rest;
}

/** Code and message of what `resolveOptions` throws. */
function failure(options: unknown): object {
  try {
    resolveOptions(options);
  } catch (error) {
    assert.instanceOf(error, Error);
    const { message, stack, ...rest } = error as Error & { code?: string };
    assert.include(stack, 'options.test.ts');
    return { ...rest, message };
  }
  return assert.fail('nothing was thrown');
}

/** Which of the ids (relative to `root`) the filter takes. */
function taken(options: Options, ids: string[]): string[] {
  const { filter, root } = resolveOptions(options);
  return ids.filter((id) => filter(resolve(root, id)));
}

interface Rule {
  right: unknown[];
  expected: string;
  remedy: string;
  /** Each wrong value, and how the message shows it. */
  wrong: [value: unknown, shown: string][];
}

const throwing = (): never => {
  throw new Error('the value was run');
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();

/** Their text is no expression by itself. */
const METHODS = {
  method: Object.getOwnPropertyDescriptor({ method() {} }, 'method')?.value,
  async: { async() {} }.async,
  'a-b': { 'a-b'() {} }['a-b'],
  [Symbol.iterator]: { [Symbol.iterator]() {} }[Symbol.iterator],
  accessor: Object.getOwnPropertyDescriptor(
    {
      get accessor() {
        return 1;
      },
    },
    'accessor',
  )?.get,
};

const RULES: Record<keyof Options | `console.${keyof ConsoleOptions}`, Rule> = {
  enabled: {
    right: [true, false],
    expected: 'true or false',
    remedy: 'Use false for a bundle as without the plugin.',
    wrong: [
      ['false', "'false'"],
      [0, '0'],
      [null, 'null'],
      [() => true, '[Function (anonymous)]'],
    ],
  },
  include: {
    right: [null, 'src/**', /src/, [], ['src/**', /src/]],
    expected: 'a glob, a regular expression, an array of these or null',
    remedy: 'Use globs such as "src/**" for the modules whose reads and writes to trace.',
    wrong: [
      ['', "''"],
      [true, 'true'],
      [['src/**', false], "[ 'src/**', false ]"],
      [[['src/**']], '[ [Array] ]'],
      [{ test: throwing }, '{ test: [Function: throwing] }'],
    ],
  },
  exclude: {
    right: [null, 'src/**', /src/, [], ['src/**', /src/]],
    expected: 'a glob, a regular expression, an array of these or null',
    remedy: 'Use globs such as "**/vendor/**" for the modules whose reads and writes not to trace.',
    wrong: [
      [7, '7'],
      [false, 'false'],
      [[''], "[ '' ]"],
    ],
  },
  reads: {
    right: ['first', 'all', false],
    expected: "'first', 'all' or false",
    remedy:
      "Use 'first' to log a read again only after a change, 'all' to log every read, false to log none.",
    wrong: [
      [true, 'true'],
      ['All', "'All'"],
      ['observed', "'observed'"],
      [Symbol('all'), 'Symbol(all)'],
    ],
  },
  writes: {
    right: ['observed', 'all', false],
    expected: "'observed', 'all' or false",
    remedy:
      "Use 'observed' to log the writes that follow a read, 'all' to log every write, false to log none.",
    wrong: [
      [true, 'true'],
      ['first', "'first'"],
      [['all'], "[ 'all' ]"],
    ],
  },
  values: {
    right: ['preview', 'type', false],
    expected: "'preview', 'type' or false",
    remedy:
      "Use 'preview' for short values, 'type' for their types alone, false to keep values out of the trace.",
    wrong: [
      [true, 'true'],
      ['types', "'types'"],
      [10n, '10n'],
    ],
  },
  console: {
    right: [true, false, {}, { detail: 'full', color: false }],
    expected: 'true, false or an object',
    remedy: "Use false to print nothing, or an object such as { detail: 'summary' } to say how.",
    wrong: [
      ['summary', "'summary'"],
      [null, 'null'],
      [[], '[]'],
      [new Map(), 'Map(0) {}'],
    ],
  },
  'console.detail': {
    right: ['auto', 'full', 'order', 'summary'],
    expected: "'auto', 'full', 'order' or 'summary'",
    remedy:
      "Use 'full' for every event as a line, 'order' for the order of modules, 'summary' for one screen at the end.",
    wrong: [
      ['none', "'none'"],
      [false, 'false'],
    ],
  },
  'console.color': {
    right: [true, false, 'auto'],
    expected: "true, false or 'auto'",
    remedy: "Use 'auto' for colour on a terminal only.",
    wrong: [
      ['always', "'always'"],
      [1, '1'],
    ],
  },
  namespaces: {
    right: ['traced', false],
    expected: "'traced' or false",
    remedy: "Use 'traced' to see what is read of a namespace object that was handed on.",
    wrong: [
      [true, 'true'],
      ['all', "'all'"],
    ],
  },
  devtools: {
    right: [true, false],
    expected: 'true or false',
    remedy: "Use true for a track in the performance panel of Chrome's DevTools.",
    wrong: [
      ['chrome', "'chrome'"],
      [1, '1'],
      [null, 'null'],
    ],
  },
  sink: {
    right: [
      false,
      'trace.ndjson',
      (line: unknown) => console.log(line),
      function named(line: unknown) {
        console.log(line);
      },
    ],
    expected: 'the path of a file, an arrow function, a function expression or false',
    remedy:
      "Use a path such as 'trace.ndjson', or (line) => { … }; the function's text goes into the bundle, so it can't be a method, a class, native, bound, async or a generator.",
    wrong: [
      ['', "''"],
      [true, 'true'],
      [{ write: throwing }, '{ write: [Function: throwing] }'],
      [METHODS.method, '[Function: method]'],
      [METHODS.async, '[Function: async]'],
      [METHODS['a-b'], '[Function: a-b]'],
      [METHODS[Symbol.iterator], '[Function: [Symbol.iterator]]'],
      [METHODS.accessor, '[Function: get accessor]'],
      [console.log, '[Function: log]'],
      [throwing.bind(null), '[Function: bound throwing]'],
      [new Proxy(throwing, {}), '[Function: throwing]'],
      [class Sink {}, '[class Sink]'],
      [async () => {}, '[AsyncFunction (anonymous)]'],
      [function* many() {}, '[GeneratorFunction: many]'],
    ],
  },
  limit: {
    right: [0, 1, 100_000, Number.MAX_SAFE_INTEGER],
    expected: 'a whole number from 0',
    remedy: 'Use a finite number of events, because they are kept in memory.',
    wrong: [
      [-1, '-1'],
      [1.5, '1.5'],
      [Number.NaN, 'NaN'],
      [Number.POSITIVE_INFINITY, 'Infinity'],
      ['100', "'100'"],
      [100n, '100n'],
      [false, 'false'],
      [new Number(1), '[Number: 1]'],
    ],
  },
  root: {
    right: ['.', 'app', '/app'],
    expected: 'the path of a folder',
    remedy: 'Use a string that is not empty, or leave it out for the working directory.',
    wrong: [
      ['', "''"],
      [null, 'null'],
      [['app'], "[ 'app' ]"],
    ],
  },
  runtime: {
    right: ['auto', 'inline', 'file'],
    expected: "'auto', 'inline' or 'file'",
    remedy: "Use 'inline' to put the runtime into the chunk, 'file' to put it into a file of its own.",
    wrong: [
      [false, 'false'],
      ['external', "'external'"],
    ],
  },
  verdict: {
    right: [true, false],
    expected: 'true or false',
    remedy: 'Use false for a build that says nothing of the order in which modules load.',
    wrong: [
      [null, 'null'],
      ['yes', "'yes'"],
    ],
  },
  gate: {
    right: ['error', 'warning', 'info', false],
    expected: "'error', 'warning', 'info' or false",
    remedy: "Use 'error' to end a build that breaks the program, 'warning' for one that may, false for none.",
    wrong: [
      [true, 'true'],
      ['errors', "'errors'"],
    ],
  },
  manifest: {
    right: [false, 'm.json', 'a/m.json', './m.json', 'a/../m.json', '..m.json'],
    expected: "false or the name of a file in the output's folder",
    remedy: "Use a name such as 'module-phases.json'; it must not leave that folder.",
    wrong: [
      [true, 'true'],
      ['', "''"],
      ['.', "'.'"],
      ['a/', "'a/'"],
      ['/m.json', "'/m.json'"],
      ['C:\\m.json', "'C:\\\\m.json'"],
      ['C:m.json', "'C:m.json'"],
      ['..', "'..'"],
      ['../m.json', "'../m.json'"],
      ['a/../../m.json', "'a/../../m.json'"],
      ['..\\m.json', "'..\\\\m.json'"],
    ],
  },
};

/** Options in which the option with this path has this value. */
function having(path: string, value: unknown): object {
  const [name = '', inner] = path.split('.');
  return { [name]: inner === undefined ? value : { [inner]: value } };
}

describe('options', () => {
  describe('what is not given has its default', () => {
    const names = Object.keys(RULES).filter((path) => !path.includes('.'));
    const cases = {
      'no argument': undefined,
      'no option': {},
      'every option undefined': Object.fromEntries(names.map((name) => [name, undefined])),
      'an object without a prototype': Object.create(null),
      'an empty console object': { console: {} },
    };
    for (const [title, options] of Object.entries(cases)) {
      it(title, () => assert.deepEqual(settled(options), DEFAULTS));
    }
  });

  it('what is given replaces its default, and nothing else', () => {
    const { settings } = DEFAULTS;
    const withSettings = (changed: object) => ({ ...DEFAULTS, settings: { ...settings, ...changed } });
    assert.deepEqual(settled({ enabled: false }), { ...DEFAULTS, enabled: false });
    assert.deepEqual(settled({ runtime: 'file' }), { ...DEFAULTS, runtime: 'file' });
    assert.deepEqual(settled({ namespaces: 'traced' }), { ...DEFAULTS, namespaces: 'traced' });
    assert.deepEqual(settled({ reads: false }), withSettings({ reads: false }));
    assert.deepEqual(settled({ writes: 'all' }), withSettings({ writes: 'all' }));
    assert.deepEqual(settled({ values: 'type' }), withSettings({ values: 'type' }));
    assert.deepEqual(settled({ devtools: true }), withSettings({ devtools: true }));
    assert.deepEqual(settled({ limit: 0 }), withSettings({ limit: 0 }));
    assert.deepEqual(settled({ console: true }), DEFAULTS);
    assert.deepEqual(settled({ console: false }), withSettings({ console: false }));
    assert.deepEqual(
      settled({ console: { detail: 'full' } }),
      withSettings({ console: { detail: 'full', color: 'auto' } }),
    );
    assert.deepEqual(
      settled({ console: { color: false, detail: undefined } }),
      withSettings({ console: { detail: 'auto', color: false } }),
    );
  });

  it('`manifest` is normalized', () => {
    assert.deepEqual(settled({ manifest: './a/../b/m.json' }), { ...DEFAULTS, manifest: 'b/m.json' });
  });

  it('two results share no object', () => {
    const [a, b] = [resolveOptions({}), resolveOptions({})];
    assert.notStrictEqual(a.settings, b.settings);
    assert.notStrictEqual(a.settings.console, b.settings.console);
  });

  it('`root` is made absolute, from the working directory', () => {
    assert.deepEqual(settled({ root: 'app/' }), { ...DEFAULTS, root: resolve('app') });
    assert.deepEqual(settled({ root: resolve('/app') }), { ...DEFAULTS, root: resolve('/app') });
  });

  describe('the filter', () => {
    const ids = ['src/a.js', 'lib/b.js', 'node_modules/c/d.js', 'my_node_modules/e.js', '../f.js'];
    const own = ['src/a.js', 'lib/b.js', 'my_node_modules/e.js', '../f.js'];

    it('takes all but node_modules, when neither pattern is given', () => {
      assert.deepEqual(taken({}, ids), own);
      assert.deepEqual(taken({ include: null, exclude: null }, ids), own);
    });
    it('excludes nothing by default, when `include` is given', () => {
      assert.deepEqual(taken({ include: /[bd]\.js$/ }, ids), ['lib/b.js', 'node_modules/c/d.js']);
      assert.deepEqual(taken({ include: [] }, ids), ids);
    });
    it('excludes only what `exclude` says, when it is given', () => {
      assert.deepEqual(taken({ exclude: 'src/**' }, ids), ids.slice(1));
      assert.deepEqual(taken({ exclude: [] }, ids), ids);
    });
    it('takes what `include` says and `exclude` does not', () => {
      assert.deepEqual(taken({ include: ['src/**', 'lib/**'], exclude: /a\.js$/ }, ids), ['lib/b.js']);
    });
    it('resolves globs against `root`', () => {
      assert.deepEqual(taken({ root: resolve('app'), include: 'src/**' }, ids), ['src/a.js']);
      assert.isFalse(resolveOptions({ root: 'app', include: 'src/**' }).filter(resolve('src/a.js')));
    });
    it('takes no id that contains \\0', () => {
      assert.isFalse(resolveOptions({ exclude: [] }).filter('\0virtual'));
    });
  });

  for (const [path, { right, expected, remedy, wrong }] of Object.entries(RULES)) {
    describe(`\`${path}\` is ${expected}`, () => {
      for (const value of right) {
        it(`takes ${String(JSON.stringify(value))}`, () => {
          assert.doesNotThrow(() => resolveOptions(having(path, value)));
        });
      }
      for (const [value, shown] of wrong) {
        it(`refuses ${shown}`, () => {
          assert.deepEqual(failure(having(path, value)), {
            code: 'INVALID_OPTION',
            message: `Option "${path}" of ${NAME} must be ${expected}, but is ${shown}. ${remedy}`,
          });
        });
      }
    });
  }

  it('the text of a function as `sink` is kept, a path goes to the bundle', () => {
    const arrow = (line: unknown) => Reflect.get(globalThis, 'lines').push(line);
    const { settings, sinkFunction } = resolveOptions({ sink: arrow });
    assert.deepEqual([settings.sink, sinkFunction], [false, String(arrow)]);
    const other = resolveOptions({ sink: 'trace.ndjson' });
    assert.deepEqual([other.settings.sink, other.sinkFunction], ['trace.ndjson', null]);
  });

  describe('the options are a plain object', () => {
    const wrong: [unknown, string][] = [
      [null, 'null'],
      [true, 'true'],
      ['all', "'all'"],
      [[], '[]'],
      [new Map(), 'Map(0) {}'],
      [() => ({}), '[Function (anonymous)]'],
    ];
    for (const [value, shown] of wrong) {
      it(`refuses ${shown}`, () => {
        assert.deepEqual(failure(value), {
          code: 'INVALID_OPTION',
          message: `The options of ${NAME} must be a plain object, but are ${shown}. Call the plugin with an object of options, or with nothing.`,
        });
      });
    }
  });

  describe('a wrong value is shown in short, on one line, without running it', () => {
    const cases: [string, unknown, string][] = [
      ['a long text', 'x'.repeat(1e6), `'${'x'.repeat(40)}'... 999960 more characters`],
      ['a text of two lines', 'a\nb', "'a\\nb'"],
      ['a long array', Array(1e6).fill(0), '[ 0, 0, 0, 0, 0, ... 999995 more items ]'],
      ['a deep object', { a: { b: {} } }, '{ a: [Object] }'],
      [
        'a large object',
        { ['k'.repeat(60)]: 1, ['l'.repeat(60)]: 2 },
        `{ ${'k'.repeat(60)}: 1, ${'l'.repeat(12)}…`,
      ],
      ['an accessor', Object.defineProperty({}, 'a', { get: throwing, enumerable: true }), '{ a: [Getter] }'],
      [
        'a value that inspects itself',
        { [Symbol.for('nodejs.util.inspect.custom')]: throwing },
        '{ [Symbol(nodejs.util.inspect.custom)]: [Function: throwing] }',
      ],
      [
        'a value that prints itself',
        { toString: throwing, toJSON: throwing },
        '{ toString: [Function: throwing], toJSON: [Function: throwing] }',
      ],
      ['a Proxy', new Proxy({}, { get: throwing, ownKeys: throwing, getPrototypeOf: throwing }), '{}'],
      ['a revoked Proxy', revoked.proxy, '<Revoked Proxy>'],
      ['a tag that throws', Object.defineProperty({}, Symbol.toStringTag, { get: throwing }), 'object'],
    ];
    for (const [title, value, shown] of cases) {
      it(title, () => {
        assert.deepEqual(failure({ limit: value }), {
          code: 'INVALID_OPTION',
          message: `Option "limit" of ${NAME} must be ${RULES.limit.expected}, but is ${shown}. ${RULES.limit.remedy}`,
        });
      });
    }
  });

  describe('an unknown name is refused, with a suggestion if one is near', () => {
    const ALL =
      '"enabled", "include", "exclude", "reads", "writes", "namespaces", "values", "console", "devtools", "sink", "limit", "root", "runtime", "manifest", "verdict" or "gate"';
    const cases: [object, string, string][] = [
      [{ read: 'all' }, '"read"', 'Did you mean "reads"?'],
      [{ raeds: 'all' }, '"raeds"', 'Did you mean "reads"?'],
      [{ ENABLED: true }, '"ENABLED"', 'Did you mean "enabled"?'],
      [{ includes: [] }, '"includes"', 'Did you mean "include"?'],
      [{ limits: undefined }, '"limits"', 'Did you mean "limit"?'],
      [{ console: { colour: true } }, '"console.colour"', 'Did you mean "console.color"?'],
      [
        { console: { verbose: true } },
        '"console.verbose"',
        'Remove it, or use one of "console.detail" or "console.color".',
      ],
      [{ verbose: true }, '"verbose"', `Remove it, or use one of ${ALL}.`],
      [JSON.parse('{ "__proto__": {} }'), '"__proto__"', `Remove it, or use one of ${ALL}.`],
      [{ constructor: 1 }, '"constructor"', `Remove it, or use one of ${ALL}.`],
      [{ '': 1 }, '""', `Remove it, or use one of ${ALL}.`],
      [
        { ['x\n'.repeat(1e6)]: 1 },
        JSON.stringify(`${'x\n'.repeat(39)}x…`),
        `Remove it, or use one of ${ALL}.`,
      ],
    ];
    for (const [options, shown, remedy] of cases) {
      it(`${shown}: ${remedy}`, () => {
        assert.deepEqual(failure(options), {
          code: 'UNKNOWN_OPTION',
          message: `${NAME} has no option ${shown}. ${remedy}`,
        });
      });
    }
  });
});

describe('errors', () => {
  const src = (name: string): string => resolve('src', name);

  const cases: Record<string, [actual: object, expected: object]> = {
    'an old Rollup: its version and the needed range': [
      errors.rollupTooOld('3.29.5', '^4.9.0'),
      {
        code: 'ROLLUP_TOO_OLD',
        message: `Rollup 3.29.5 is too old for ${NAME}, which needs ^4.9.0. Update it: npm install --save-dev "rollup@^4.9.0".`,
      },
    ],
    'the plugin twice': [
      errors.duplicatePlugin(),
      {
        code: 'DUPLICATE_PLUGIN',
        message: `${NAME} is in the config twice, and the second one does nothing. Remove one of them.`,
      },
    ],
    'removed marks: one module': [
      errors.marksRemoved([src('a.js')]),
      {
        code: 'MARKS_REMOVED',
        ids: [src('a.js')],
        message: `Another plugin's transform removed the comments with which ${NAME} marks code in 1 module: src/a.js, so they are left untraced. Put this plugin after that one, or have that one keep comments or run on the output (renderChunk).`,
      },
    ],
    'removed marks: at most three modules by name, and how many': [
      errors.marksRemoved([src('a.js'), '\0b', src('c.js?d'), src('e.js'), src('f.js')]),
      {
        code: 'MARKS_REMOVED',
        ids: [src('a.js'), '\0b', src('c.js?d'), src('e.js'), src('f.js')],
        message: `Another plugin's transform removed the comments with which ${NAME} marks code in 5 modules: src/a.js, virtual:b, src/c.js?d and 2 more, so they are left untraced. Put this plugin after that one, or have that one keep comments or run on the output (renderChunk).`,
      },
    ],
    'removed marks in a chunk': [
      errors.marksRemovedInChunk('main.js', [src('a.js'), src('b.js')]),
      {
        code: 'MARKS_REMOVED_IN_CHUNK',
        ids: [src('a.js'), src('b.js')],
        message: `Another plugin's renderChunk removed the comments with which ${NAME} marks code in chunk "main.js" (2 modules: src/a.js and src/b.js), so they are left untraced. Put this plugin before that one, or have that one keep comments or drop \`order: 'pre'\` from its renderChunk.`,
      },
    ],
    'a module that does not parse: its id and the position': [
      errors.unparsableModule(src('a.js'), { message: 'Expression expected', pos: 8 }),
      {
        code: 'UNPARSABLE_MODULE',
        id: src('a.js'),
        pos: 8,
        message: `src/a.js is left untraced, because it isn't JavaScript that the bundler parses (Expression expected). If another plugin compiles it, put that plugin before ${NAME}.`,
      },
    ],
    'a chunk that does not parse: its name, the position and who may be the cause': [
      errors.unparsableChunk('main.js', { message: 'Expression expected', pos: 8 }),
      {
        code: 'UNPARSABLE_CHUNK',
        pos: 8,
        message: `Chunk "main.js" is left untraced, because it isn't JavaScript that the bundler parses (Expression expected). See what a banner, an intro, a renderDynamicImport or another plugin put there (position 8).`,
      },
    ],
    'a position that the parser did not give is left out': [
      errors.unparsableChunk('main.js', { message: 'Expression expected' }),
      {
        code: 'UNPARSABLE_CHUNK',
        message: `Chunk "main.js" is left untraced, because it isn't JavaScript that the bundler parses (Expression expected). See what a banner, an intro, a renderDynamicImport or another plugin put there.`,
      },
    ],
    'a runtime that several chunks share has a file': [
      errors.runtimePlaced({ wanted: 'inline', used: 'file' }, 'es', 3),
      {
        code: 'RUNTIME_PLACED',
        message: `Option "runtime" of ${NAME} is "inline", but this output (format "es", 3 chunks) has chunks that share one runtime, so it gets a file of its own. Use "auto" to choose by format and number of chunks.`,
      },
    ],
    'a format that loads no other file has the runtime inline': [
      errors.runtimePlaced({ wanted: 'file', used: 'inline' }, 'iife', 1),
      {
        code: 'RUNTIME_PLACED',
        message: `Option "runtime" of ${NAME} is "file", but this output (format "iife", one chunk) cannot load another file, so the runtime is inlined. Use "auto" to choose by format and number of chunks.`,
      },
    ],
  };
  for (const [title, [actual, expected]] of Object.entries(cases)) {
    it(title, () => assert.deepEqual(actual, expected));
  }
});
