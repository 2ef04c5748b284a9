/** The command's parts that only compute. */
import { expect } from 'chai';
import { readArguments } from '../../src/cli/arguments.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { baselineOf, checkedBy } from '../../src/findings/baseline.ts';
import { identityOf } from '../../src/findings/identity.ts';
import { strictEffects } from '../../src/findings/strict.ts';
import type { TraceEvent } from '../../src/protocol/events.ts';
import type { Finding } from '../../src/protocol/finding.ts';
import type { Manifest } from '../../src/protocol/manifest.ts';
import { baselineText, readBaseline } from '../../src/report/checked/baseline-file.ts';
import { checkedGithub } from '../../src/report/checked/github.ts';
import { checkedMarkdown } from '../../src/report/checked/markdown.ts';
import { diffTraces } from '../../src/report/diff.ts';
import { orderLines, startedModules } from '../../src/report/order.ts';
import { lineText } from '../../src/report/text/line.ts';
import type { RecordedTrace } from '../../src/report/trace-file.ts';
import { visible } from '../../src/report/visible.ts';

const finding = (fields: Partial<Finding> = {}): Finding => ({
  code: 'EARLY_READ',
  severity: 'error',
  message: 'a.js:1:2 reads b of b.js before it has a value',
  native: 'same',
  modules: ['a.js', 'b.js'],
  binding: 'b',
  loc: { file: 'a.js', line: 1, column: 1 },
  path: [],
  cause: 'cycle',
  remedies: [],
  ...fields,
});

describe('the identity of a finding', () => {
  it('is code, modules in their order, and binding', () => {
    const same = finding({ message: 'other words', loc: { file: 'a.js', line: 9 }, severity: 'info' });
    expect(identityOf(same)).to.equal(identityOf(finding()));
    const through = finding({ modules: ['a.js', 'b.js', 'main.js', 'between.js'] });
    expect(identityOf(through), 'another import in between').to.equal(identityOf(finding()));
    const cycle = (modules: string[]) => {
      const { binding: _, ...fields } = finding({ code: 'CYCLE', modules });
      return identityOf(fields);
    };
    expect(cycle(['a.js', 'b.js', 'c.js'])).not.to.equal(cycle(['a.js', 'b.js']));
    for (const other of [{ code: 'MASKED_TDZ' as const }, { modules: ['b.js', 'a.js'] }, { binding: 'c' }])
      expect(identityOf(finding(other)), JSON.stringify(other)).not.to.equal(identityOf(finding()));
  });
});

describe('a baseline', () => {
  const known = finding({ modules: ['x.js'] });
  const gone = finding({ modules: ['gone.js'] });
  const mended = finding({ modules: ['a.js'] });

  it('comes out of its file as it went in, sorted, a finding a line', () => {
    const text = baselineText(baselineOf([known, gone, known]));
    expect(readBaseline(text)).to.deep.equal(baselineOf([gone, known]));
    const lines = text.split('\n').filter((line) => line.includes('"code"'));
    expect(lines.map((line) => JSON.parse(line.replace(/,$/, '')).modules[0])).to.deep.equal([
      'gone.js',
      'x.js',
    ]);
    expect(readBaseline(baselineText([]))).to.deep.equal([]);
  });

  it('parts what is new, known, fixed and stale, and what is below the severity', () => {
    const fresh = [finding(), finding({ message: 'the same at another place' })];
    const below = finding({ severity: 'warning', modules: ['w.js'] });
    const checked = checkedBy({
      findings: [...fresh, known, below],
      baseline: baselineOf([known, gone, mended]),
      severity: 'error',
      modules: new Set(['a.js', 'b.js', 'x.js', 'w.js']),
    });
    expect(checked.fresh).to.deep.equal([finding()]);
    expect(checked.known).to.deep.equal([known]);
    expect(checked.below).to.deep.equal([below]);
    expect(checked.fixed.map(({ modules, missing }) => [modules[0], missing])).to.deep.equal([
      ['a.js', []],
      ['gone.js', ['gone.js']],
    ]);
  });

  it('that is none says what is wrong with it', () => {
    expect(() => readBaseline('[]')).to.throw('it must be { "version": 1');
    expect(() => readBaseline('{"version":2,"findings":[]}')).to.throw('its version is 2');
    expect(() => readBaseline('{"version":1,"findings":[{"code":"X"}]}')).to.throw('findings[0] must have');
  });
});

describe('formats of a check', () => {
  const checked = (fresh: Finding[]) => ({
    severity: 'error' as const,
    fresh,
    known: [],
    fixed: [],
    below: [],
    baseline: undefined,
    frameOf: () => undefined,
  });

  it("annotations: what ends a command is escaped, and names can't begin one", () => {
    const hostile = finding({
      message: '100% of a,b:c\n::error::x\r\u202e',
      loc: { file: 'a,b:c.js', line: 3, column: 4 },
      remedies: [{ text: 'do it', checked: true }],
    });
    expect(checkedGithub(checked([hostile]), (file) => file)).to.equal(
      '::error file=a%2Cb%3Ac.js,line=3,col=5,title=module-phases EARLY_READ::100%25 of a,b:c\\u000a::error::x\\u000d\\u202e%0Ato fix: do it\n',
    );
  });

  it('annotations: ten of a kind, the worst first, and how many more', () => {
    const errors = Array.from({ length: 12 }, (_, i) => finding({ modules: [`${i}.js`] }));
    const lines = checkedGithub(checked([...errors, finding({ severity: 'warning' })]), () => undefined);
    expect(lines.match(/^::error title=/gm)).to.have.length(10);
    expect(lines.match(/^::warning title=/gm)).to.have.length(1);
    expect(lines).to.match(/\n2 more findings\n$/);
  });

  it('Markdown: nothing in a name ends its block, and all of it stays below 1 MiB', () => {
    const ticks = checkedMarkdown(checked([finding({ message: '```\n# x' })]));
    expect(ticks).to.include('````\nerror EARLY_READ ```\\u000a# x\n');
    const many = Array.from({ length: 9000 }, (_, i) => finding({ message: `${i} ${'x'.repeat(300)}` }));
    const text = checkedMarkdown({ ...checked(many), known: many, below: many });
    expect(Buffer.byteLength(text)).to.be.within(100_000, 2 ** 20);
    expect(text).to.match(/^… \d+ more$/m);
  });
});

it('hidden characters are shown, and nothing else is changed', () => {
  expect(visible('a\tb\n\x1b[31m\u202e\u2066\u200b\u2028é🙂')).to.equal(
    'a\tb\\u000a\\u001b[31m\\u202e\\u2066\\u200b\\u2028é🙂',
  );
});

describe('arguments', () => {
  const options = COMMANDS.run?.options ?? {};

  it('values, lists, switches, and what goes to the program', () => {
    const args = ['main.js', '--include', 'a', '--include=b', '-o', 't', '--watch', '--', '--out', 'x'];
    const given = readArguments(args, options);
    expect(given.positionals).to.deep.equal(['main.js']);
    expect(given.rest).to.deep.equal(['--out', 'x']);
    expect(given.all('include')).to.deep.equal(['a', 'b']);
    expect([given.one('out'), given.has('watch'), given.has('entry')]).to.deep.equal(['t', true, false]);
  });

  const WRONG: Record<string, [args: string[], says: string]> = {
    'a mistyped option': [['--wach'], 'there is no option --wach. Did you mean --watch?'],
    'an unknown option': [['--zzzzzzzz'], 'there is no option --zzzzzzzz; there are --out'],
    'no value': [['--out'], 'option --out needs a value: --out <file>'],
    'a value too many': [['--watch=yes'], 'option --watch takes no value, and has "yes"'],
    'a wrong word': [
      ['--detail', 'ful'],
      `option --detail must be 'auto', 'full', 'order' or 'summary', but is "ful". Did you mean full?`,
    ],
    'a value given twice': [['--out', 'a', '--out', 'b'], 'option --out is given twice'],
  };
  for (const [name, [args, says]] of Object.entries(WRONG))
    it(name, () => expect(() => readArguments(args, options)).to.throw(says));
});

describe('strictExecutionOrder', () => {
  const effectOf = (of: Finding, strict: Finding[] = []) => strictEffects([of], strict).get(of);
  it('hides what fails natively, mends what only this build does, leaves what waits and what is found again', () => {
    expect(effectOf(finding())).to.equal('hides');
    expect(effectOf(finding({ code: 'MASKED_TDZ', native: 'differs', cause: 'build' }))).to.equal('hides');
    expect(effectOf(finding({ native: 'differs', cause: 'build' }))).to.equal('mends');
    expect(effectOf(finding({ code: 'AWAIT_SERIALIZED', native: 'differs', cause: 'await' }))).to.equal(
      'leaves',
    );
    expect(effectOf(finding({ code: 'CYCLE' }))).to.equal('leaves');
    const order = finding({ code: 'ORDER', native: 'differs', cause: 'build' });
    expect(effectOf(order, [finding({ code: 'ORDER', message: 'again' })])).to.equal('leaves');
  });
});

const manifest = (paths: string[], bindings: string[] = []): Manifest => ({
  version: 1,
  entries: [paths.length - 1],
  modules: paths.map((path, index) => ({
    path,
    phases: true as const,
    // The last one is the entry.
    requests:
      index === paths.length - 1 ? paths.slice(0, -1).map((_, module) => ({ module, line: module + 1 })) : [],
    bindings:
      index === 0
        ? bindings.map((name) => ({
            name,
            kind: 'const' as const,
            line: 1,
            column: 0,
            state: 'uninitialized' as const,
          }))
        : [],
  })),
});

/** Modules run one after another, each for some milliseconds. */
function recorded(times: Record<string, number>, bindings: string[] = []): RecordedTrace {
  const paths = Object.keys(times);
  const events: TraceEvent[] = [];
  const add = (event: object): void => {
    events.push({ seq: events.length, time: events.length, ...event } as TraceEvent);
  };
  for (const [module, duration] of Object.entries(times)) {
    add({ type: 'evaluate-start', module, chunk: 'main.js', job: 1 });
    add({ type: 'evaluate-end', module, duration });
  }
  return {
    header: { type: 'trace', version: 1, protocol: 1, began: 0 },
    builds: [manifest(paths, bindings)],
    events,
    dropped: 0,
    failures: 0,
    isComplete: true,
    damage: [],
  };
}

describe('the difference of two traces', () => {
  it('of the same program is nothing', () => {
    const trace = recorded({ 'a.js': 1, 'main.js': 1 }, ['a']);
    expect(diffTraces(trace, trace)).to.deep.equal({
      common: 2,
      parting: null,
      newlyEarly: [],
      noLongerEarly: [],
      dropped: [],
      added: [],
      droppedBindings: [],
      slower: [],
    });
  });

  it('names the first place where the orders part, and why', () => {
    const first = recorded({ 'z.js': 1, 'a.js': 1, 'b.js': 1, 'main.js': 1 });
    const second = recorded({ 'z.js': 1, 'b.js': 1, 'a.js': 1, 'main.js': 1 });
    const { parting } = diffTraces(first, second);
    expect(parting).to.deep.include({ after: ['z.js'], first: 'a.js', second: 'b.js' });
    expect(parting?.whyFirst[0]).to.equal('a.js started before b.js');
    expect(parting?.whySecond[0]).to.equal('b.js started before a.js');
  });

  it('names modules and bindings that are gone, and new early reads by what they read', () => {
    const first = recorded({ 'a.js': 1, 'old.js': 1, 'main.js': 1 }, ['kept', 'gone']);
    const second = recorded({ 'a.js': 1, 'new.js': 1, 'main.js': 1 }, ['kept']);
    const read = (line: number, name: string): TraceEvent => ({
      seq: 90 + line,
      time: 9,
      type: 'read',
      importer: 'main.js',
      loc: { file: 'main.js', line, column: 0 },
      module: 'a.js',
      name,
      local: name,
      state: 'uninitialized',
      early: true,
    });
    const found = diffTraces(
      { ...first, events: [...first.events, read(1, 'kept')] },
      { ...second, events: [...second.events, read(2, 'kept'), read(3, 'other')] },
    );
    expect(found.dropped).to.deep.equal(['old.js']);
    expect(found.added).to.deep.equal(['new.js']);
    expect(found.droppedBindings).to.deep.equal([{ module: 'a.js', name: 'gone' }]);
    expect(found.newlyEarly.map(({ at, name }) => [at, name])).to.deep.equal([['main.js:3:1', 'other']]);
    expect(found.noLongerEarly).to.deep.equal([]);
  });

  it('a slower host makes no module slower, a slower module shows', () => {
    const paths = ['a.js', 'b.js', 'c.js', 'd.js', 'e.js', 'main.js'];
    const times = (ms: number) => Object.fromEntries(paths.map((path) => [path, ms]));
    expect(diffTraces(recorded(times(10)), recorded(times(30))).slower).to.deep.equal([]);
    expect(diffTraces(recorded(times(10)), recorded({ ...times(30), 'c.js': 60 })).slower).to.deep.equal([
      { module: 'c.js', before: 10, after: 60 },
    ]);
    expect(diffTraces(recorded(times(0.1)), recorded({ ...times(0.1), 'c.js': 4 })).slower).to.deep.equal([]);
  });
});

it('the order has waits, errors and second runs of modules', () => {
  const loc = { file: 'a.js', line: 2, column: 0 };
  const events = [
    { type: 'entry', module: 'main.js', chunk: '', job: 1 },
    { type: 'evaluate-start', module: 'a.js', chunk: '', job: 1 },
    { type: 'evaluate-suspend', module: 'a.js', loc },
    { type: 'evaluate-start', module: 'b.js', chunk: '', job: 1 },
    { type: 'evaluate-error', module: 'b.js', error: 'boom' },
    { type: 'evaluate-resume', module: 'a.js', loc },
    { type: 'evaluate-end', module: 'a.js', duration: 2 },
    { type: 'evaluate-start', module: 'a.js', chunk: '', job: 2 },
  ].map((event, seq) => ({ seq, time: seq * 10, ...event }) as TraceEvent);
  expect(startedModules(events)).to.deep.equal([
    {
      module: 'a.js',
      instance: 1,
      time: 10,
      status: 'evaluated',
      duration: 2,
      waits: [{ at: 'a.js:2:1', took: 30 }],
      entries: ['main.js'],
    },
    { module: 'b.js', instance: 1, time: 30, status: 'errored', error: 'boom', waits: [], entries: [] },
    { module: 'a.js', instance: 2, time: 70, status: 'evaluating', waits: [], entries: [] },
  ]);
  const [goesOn] = startedModules(events.slice(0, 6));
  expect(goesOn?.status, 'after its await').to.equal('evaluating');
  const facade = { seq: 8, time: 80, type: 'entry', module: 'facade.js', chunk: '', job: 2 } as const;
  const before = orderLines(events).map(lineText);
  const after = orderLines([...events, facade]).map(lineText);
  expect(after.slice(0, -1)).to.deep.equal(before);
  expect(after.at(-1)?.trim()).to.equal('entry facade.js reached');
});
