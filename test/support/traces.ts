/** Random traces: events of all types in any order, with any text. */
import fc from 'fast-check';
import type { Loc, TraceEvent } from '../../src/protocol/events.ts';
import type { Manifest } from '../../src/protocol/manifest.ts';
import { MANIFEST_VERSION } from '../../src/protocol/manifest.ts';
import type { RecordedTrace } from '../../src/report/trace-file.ts';

/** Quotes, control characters, newlines, text from right to left, half of a surrogate pair, names of Object.prototype. */
const HOSTILE = [
  'a.js',
  'src/b.js',
  '"quoted".js',
  'new\nline.js',
  '\u202eright-to-left.js',
  '\0control\x1b[31m.js',
  '\ud800half',
  '__proto__',
  'constructor',
  '</script>.js',
];
const path = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 12 }));
const name = fc.oneof(path, fc.constantFrom('n', 'default'));
const whole = fc.nat(1e6);
const loc: fc.Arbitrary<Loc> = fc.record(
  { file: path, line: whole, column: whole, compiled: fc.constant(true as const) },
  { requiredKeys: ['file', 'line', 'column'] },
);
const state = fc.constantFrom('uninitialized', 'undefined', 'initialized');
const status = fc.constantFrom('linked', 'evaluating', 'evaluating-async', 'evaluated', 'errored');
const kind = fc.constantFrom('const', 'let', 'var', 'class', 'function', 'default-expression');

type Bare = { [Type in TraceEvent['type']]: Omit<TraceEvent & { type: Type }, 'seq' | 'time'> };

/** By type: one that is missing does not compile. */
const EVENTS: { [Type in keyof Bare]: fc.Arbitrary<Bare[Type]> } = {
  instantiate: fc.record({
    type: fc.constant('instantiate'),
    module: path,
    chunk: path,
    bindings: fc.option(fc.array(fc.record({ name, kind, state, observed: fc.boolean() }), { maxLength: 3 })),
  }),
  entry: fc.record({ type: fc.constant('entry'), module: path, chunk: path, job: whole }),
  'evaluate-start': fc.record({ type: fc.constant('evaluate-start'), module: path, chunk: path, job: whole }),
  'evaluate-end': fc.record({
    type: fc.constant('evaluate-end'),
    module: path,
    duration: fc.double(FINITE()),
  }),
  'evaluate-error': fc.record(
    { type: fc.constant('evaluate-error'), module: path, error: name },
    { requiredKeys: ['type', 'module'] },
  ),
  'evaluate-suspend': fc.record({ type: fc.constant('evaluate-suspend'), module: path, loc }),
  'evaluate-resume': fc.record({ type: fc.constant('evaluate-resume'), module: path, loc }),
  'import-start': dynamic('import-start'),
  'import-end': dynamic('import-end'),
  'import-error': dynamic('import-error'),
  'require-start': required('require-start'),
  'require-end': required('require-end'),
  'require-error': required('require-error'),
  initialize: fc.record(
    { type: fc.constant('initialize'), module: path, name, value: name, loc },
    { requiredKeys: ['type', 'module', 'name', 'loc'] },
  ),
  write: fc.record(
    { type: fc.constant('write'), module: path, name, value: name, previous: name, loc, unobserved: whole },
    { requiredKeys: ['type', 'module', 'name', 'loc'] },
  ),
  read: fc.record(
    {
      type: fc.constant('read'),
      importer: path,
      loc,
      module: path,
      name,
      local: name,
      state,
      value: name,
      early: fc.boolean(),
      snapshot: fc.constant(true as const),
    },
    { requiredKeys: ['type', 'importer', 'loc', 'module', 'name', 'local', 'state', 'early'] },
  ),
};

function FINITE() {
  return { noDefaultInfinity: true, noNaN: true, min: 0, max: 1e9 } as const;
}

function dynamic<Type extends 'import-start' | 'import-end' | 'import-error'>(type: Type) {
  return fc.record(
    {
      type: fc.constant(type),
      importer: path,
      loc,
      module: path,
      specifier: path,
      status,
      start: whole,
      error: name,
    },
    { requiredKeys: ['type', 'importer', 'loc'] },
  );
}

function required<Type extends 'require-start' | 'require-end' | 'require-error'>(type: Type) {
  return fc.record(
    { type: fc.constant(type), importer: path, loc, module: path, status },
    { requiredKeys: ['type', 'importer', 'loc', 'module'] },
  );
}

/** Modules of a build, which request each other. */
const manifest: fc.Arbitrary<Manifest> = fc
  .uniqueArray(path, { minLength: 1, maxLength: 6 })
  .chain((paths) => {
    const module = fc.nat(paths.length - 1);
    return fc.record({
      version: fc.constant(MANIFEST_VERSION),
      modules: fc.tuple(
        ...paths.map((own) =>
          fc.record({
            path: fc.constant(own),
            chunk: path,
            phases: fc.constantFrom(true as const, 'required' as const),
            requests: fc.uniqueArray(fc.record({ module, line: whole }), {
              selector: (request) => request.module,
              maxLength: 4,
            }),
            bindings: fc.array(fc.record({ name, kind, line: whole, column: whole }), { maxLength: 3 }),
            imports: fc.array(
              fc.record({
                local: name,
                module,
                binding: fc.constant(-1),
                way: fc.array(module, { minLength: 1, maxLength: 3 }),
              }),
              { maxLength: 3 },
            ),
          }),
        ),
      ),
      entries: fc.uniqueArray(module, { maxLength: 2 }),
    });
  });

/** Whatever can be in a trace file. */
export const anyTrace: fc.Arbitrary<RecordedTrace> = fc
  .record({
    builds: fc.array(manifest, { maxLength: 2 }),
    events: fc.array(fc.tuple(fc.oneof(...Object.values(EVENTS)), fc.double(FINITE())), { maxLength: 40 }),
    dropped: whole,
    failures: whole,
    isComplete: fc.boolean(),
    process: fc.option(whole, { nil: undefined }),
  })
  .map(({ builds, events, dropped, failures, isComplete, process }) => ({
    header: {
      type: 'trace' as const,
      version: 1,
      protocol: 1,
      began: 1_800_000_000_000,
      ...(process !== undefined && { process }),
    },
    builds,
    events: events.map(([event, time], seq) => ({ seq, time, ...event }) as TraceEvent),
    dropped: isComplete ? dropped : 0,
    failures: isComplete ? failures : 0,
    isComplete,
    damage: [],
  }));
