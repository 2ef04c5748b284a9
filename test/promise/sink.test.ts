/** Where the trace goes: to a file, a function, or a download, in real processes that end in all ways. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { TraceEvent } from '../../src/protocol/events.ts';
import type { TraceFileLine } from '../../src/protocol/trace-file.ts';
import { type RecordedTrace, readTraceFile } from '../../src/report/trace-file.ts';
import { bundle, type PluginOptions, write } from '../support/bundle.ts';

/** A process that ran in the folder of its bundle. */
interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

interface Program {
  /** Its folder. */
  dir: string;
  start(env?: Record<string, string>, args?: string[]): ChildProcess;
  run(env?: Record<string, string>, args?: string[]): Promise<Ended>;
  /** A trace in its folder. */
  trace(name?: string): RecordedTrace;
  files(): string[];
}

const started: ChildProcess[] = [];
after(() => {
  // Where a test has failed, some run for ever.
  for (const child of started) child.kill('SIGKILL');
});

/** Builds a program of these modules. */
async function program(
  source: Record<string, string>,
  trace: PluginOptions = {},
  input: string | string[] = 'main.js',
): Promise<Program> {
  const path = write(await bundle({ source, input, trace }), 'es', 'sink');
  const dir = dirname(path);
  const start: Program['start'] = (env = { MODULE_PHASES_SINK: 't.ndjson' }, args = []) => {
    const options = { cwd: dir, env: { PATH: process.env.PATH, ...env } };
    const child = spawn(process.execPath, [...args, path], options);
    started.push(child);
    return child;
  };
  return {
    dir,
    start,
    run: (env, args) => ended(start(env, args)),
    trace: (name = 't.ndjson') => readTraceFile(readFileSync(join(dir, name), 'utf8')),
    files: () => readdirSync(dir).filter((name) => name.endsWith('.ndjson')),
  };
}

function ended(child: ChildProcess): Promise<Ended> {
  const told = { stdout: '', stderr: '' };
  child.stdout?.on('data', (text) => {
    told.stdout += text;
  });
  child.stderr?.on('data', (text) => {
    told.stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...told }));
  });
}

const until = async (holds: () => boolean): Promise<void> => {
  for (let i = 0; i < 1000; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect.fail('it never came to that');
};

const line = (event: TraceEvent | undefined): string =>
  event ? `${event.type} ${'importer' in event ? event.importer : event.module}` : '';
const lines = ({ events }: RecordedTrace): string[] => events.map(line);

const COUNTER = {
  'main.js': `import { n, up } from './counter.js';\nup();\nconsole.log(n);\n`,
  'counter.js': 'export let n = 0;\nexport const up = () => { n++; };\n',
};

describe('a trace file', () => {
  it('has the header, the build, the events and the end, and the console stays off', async () => {
    const { run, trace, files } = await program(COUNTER);
    expect(await run()).to.include({ code: 0, stdout: '1\n', stderr: '' });
    const { header, builds, events, ...rest } = trace();
    expect(header).to.include({ type: 'trace', version: 1, protocol: 1 });
    expect(header.began).to.be.within(Date.now() - 60_000, Date.now());
    expect(builds.map(({ modules }) => modules.map(({ path }) => path))).to.deep.equal([
      ['counter.js', 'main.js'],
    ]);
    expect(line(events.at(-1))).to.equal('evaluate-end main.js');
    expect(rest).to.deep.equal({ dropped: 0, failures: 0, isComplete: true, damage: [] });
    expect(files()).to.deep.equal(['t.ndjson']);
  });

  it('is not there without the option and the variable', async () => {
    const { run, files } = await program(COUNTER);
    await run({});
    expect(files()).to.deep.equal([]);
  });

  it('is named by the option, and before that by the variable', async () => {
    const { run, files } = await program(COUNTER, { sink: 'option.ndjson' });
    expect(await run({})).to.include({ code: 0, stderr: '' });
    expect(files()).to.deep.equal(['option.ndjson']);
    await run();
    expect(files()).to.deep.equal(['option.ndjson', 't.ndjson']);
  });

  it('of another realm of the process, as a test runner makes them, stays: each trace has its own', async () => {
    const { dir, files, trace } = await program(COUNTER);
    const script = `const text = require('fs').readFileSync('main.js', 'utf8');
for (const realm of [1, 2, 3]) require('vm').runInNewContext(text, { process, console, performance });`;
    const env = { PATH: process.env.PATH, MODULE_PHASES_SINK: 't.ndjson' };
    for (const run of [1, 2]) {
      const { stdout, stderr } = await ended(spawn(process.execPath, ['-e', script], { cwd: dir, env }));
      expect(stdout, `${stderr} ${run}`).to.equal('1\n1\n1\n');
      const { process: pid } = trace().header;
      const own = files().filter((name) => name === 't.ndjson' || name.includes(String(pid)));
      expect(own.sort()).to.deep.equal([`t.${pid}-2.ndjson`, `t.${pid}.ndjson`, 't.ndjson'].sort());
      for (const name of own) {
        const { damage, isComplete, events } = trace(name);
        expect({ damage, isComplete }, name).to.deep.equal({ damage: [], isComplete: true });
        expect(line(events.at(-1))).to.equal('evaluate-end main.js');
      }
    }
  });

  it('of an earlier run is replaced', async () => {
    const { run, trace } = await program(COUNTER);
    await run();
    const first = trace();
    await run();
    expect(trace().events).to.have.length(first.events.length);
    expect(trace().header.process).not.to.equal(first.header.process);
  });

  it('that is no trace is left, with one line on standard error', async () => {
    const { dir, run } = await program(COUNTER);
    writeFileSync(join(dir, 't.ndjson'), 'precious\n');
    expect(await run()).to.deep.include({
      code: 0,
      stdout: '1\n',
      stderr: 'module-phases: no trace is written to t.ndjson: t.ndjson exists, and is no trace\n',
    });
    expect(readFileSync(join(dir, 't.ndjson'), 'utf8')).to.equal('precious\n');
  });

  it('that cannot be written: one line on standard error, and the program goes on', async () => {
    const { run } = await program(COUNTER);
    const told = await run({ MODULE_PHASES_SINK: 'no/such/folder.ndjson' });
    expect(told).to.include({ code: 0, stdout: '1\n' });
    expect(told.stderr).to.match(
      /^module-phases: no trace is written to no\/such\/folder\.ndjson: ENOENT: .*\n$/,
    );
  });

  it('on a disk that is full by now: one line on standard error, and the program goes on', async () => {
    const { dir, run } = await program(COUNTER);
    writeFileSync(
      join(dir, 'full.cjs'),
      `const fs = require('node:fs');
let written = 0;
const { writeSync } = fs;
fs.writeSync = (...args) => {
  if (written++ > 2) throw new Error('ENOSPC: no space left');
  return writeSync(...args);
};`,
    );
    expect(await run(undefined, ['--require', './full.cjs'])).to.deep.include({
      code: 0,
      stdout: '1\n',
      stderr: 'module-phases: no trace is written to t.ndjson: ENOSPC: no space left\n',
    });
  });

  it('in a Node without process.getBuiltinModule: one line says so', async () => {
    const { dir, run, files } = await program(COUNTER);
    writeFileSync(join(dir, 'old.cjs'), 'delete process.getBuiltinModule;');
    const told = await run(undefined, ['--require', './old.cjs']);
    expect(told).to.deep.include({
      code: 0,
      stdout: '1\n',
      stderr:
        'module-phases: no trace is written to t.ndjson: it takes process.getBuiltinModule, as in Node 20.16\n',
    });
    expect(files()).to.deep.equal([]);
  });
});

describe('how a program ends', () => {
  it('killed in an endless loop: the file has the start of the module', async () => {
    const { dir, start, trace } = await program({
      'main.js': `import './first.js';\nconsole.log('loops');\nfor (;;) globalThis.turns = 1;\n`,
      'first.js': 'export const a = 1;\n',
    });
    const child = start();
    const file = join(dir, 't.ndjson');
    await until(
      () => existsSync(file) && readFileSync(file, 'utf8').includes('"evaluate-start","module":"main.js"'),
    );
    child.kill('SIGKILL');
    expect(await ended(child)).to.include({ signal: 'SIGKILL' });
    const recorded = trace();
    expect(recorded).to.deep.include({ isComplete: false, damage: [] });
    expect(lines(recorded).at(-1)).to.equal('evaluate-start main.js');
  });

  it('killed while it is idle: the file has all that happened', async () => {
    const { dir, start, trace } = await program({
      'main.js': `import { n, up } from './counter.js';\nsetInterval(() => {}, 1e6);\nsetTimeout(() => { up(); globalThis.seen = n; }, 20);\n`,
      'counter.js': COUNTER['counter.js'],
    });
    const child = start();
    const file = join(dir, 't.ndjson');
    await until(() => existsSync(file) && readFileSync(file, 'utf8').includes('"local":"n"'));
    child.kill('SIGTERM');
    await ended(child);
    expect(lines(trace()).slice(-2)).to.deep.equal(['read main.js', 'read main.js']);
  });

  it('by an error: the event has its text, though the host tells it later', async () => {
    const { run, trace, dir } = await program({
      'main.js': `import { a } from './b.js';\nexport const main = a;\n`,
      'b.js': `import { main } from './main.js';\nexport const a = main;\n`,
    });
    expect(await run()).to.include({ code: 1 });
    const recorded = trace();
    expect(recorded).to.include({ isComplete: true });
    expect(recorded.events.filter(({ type }) => type === 'evaluate-error')).to.deep.include.members([
      { ...recorded.events.at(-1), error: "Cannot access 'main' before initialization" },
    ]);
    const twice = readFileSync(join(dir, 't.ndjson'), 'utf8').match(/"evaluate-error"/g);
    expect(twice).to.have.length(2);
  });

  it('by process.exit() in a module', async () => {
    const { run, trace } = await program({ 'main.js': 'console.log(1);\nprocess.exit(3);\n' });
    expect(await run()).to.include({ code: 3, stderr: '' });
    expect(trace()).to.include({ isComplete: true });
    expect(lines(trace()).at(-1)).to.equal('evaluate-start main.js');
  });

  it('by an unhandled rejection', async () => {
    const { run, trace } = await program({
      ...COUNTER,
      'main.js': `import { n, up } from './counter.js';\nup();\nPromise.reject(new Error(\`late \${n}\`));\n`,
    });
    const told = await run();
    expect(told).to.include({ code: 1 });
    expect(told.stderr).to.include('late 1');
    expect(trace()).to.include({ isComplete: true });
    expect(lines(trace()).at(-1)).to.equal('evaluate-end main.js');
  });

  it('what its own listener for the exit does comes after the end, with another end', async () => {
    const { dir, run, trace } = await program({
      ...COUNTER,
      'main.js': `import { n, up } from './counter.js';\nprocess.on('exit', () => { up(); console.log(n); });\n`,
    });
    expect(await run()).to.include({ code: 0, stdout: '1\n' });
    expect(trace()).to.include({ isComplete: true });
    expect(lines(trace()).slice(-2)).to.deep.equal(['read main.js', 'read main.js']);
    const types = readFileSync(join(dir, 't.ndjson'), 'utf8').match(/"type":"\w+"/g);
    expect(types?.slice(-5)).to.deep.equal(
      ['end', 'read', 'end', 'read', 'end'].map((type) => `"type":"${type}"`),
    );
  });
});

describe('the program with a sink behaves as without', () => {
  const ORDER = {
    'main.js': `import { n, up } from './counter.js';
const log = [];
const say = (text) => { up(); log.push(text + n); };
setTimeout(() => say('timeout 1 '), 1);
setTimeout(() => say('timeout 5 '), 5);
setTimeout(() => say('timeout 1 again '), 1);
process.nextTick(() => say('tick '));
queueMicrotask(() => say('microtask '));
Promise.resolve().then(() => say('then ')).then(() => say('then then '));
setTimeout(() => { say('last '); console.log(log.join()); }, 30);
process.on('beforeExit', () => console.log('before exit', process.getActiveResourcesInfo().join()));
`,
    'counter.js': COUNTER['counter.js'],
  };

  it('timers, ticks and microtasks keep their order, and nothing holds the process', async () => {
    const { run, trace } = await program(ORDER);
    const without = await run({});
    const told = await run();
    expect(told).to.deep.equal(without);
    expect(told.stdout).to.include('tick ').and.include('before exit');
    expect(trace().isComplete).to.equal(true);
  });

  it('a program that replaces what the sink uses', async () => {
    const { run, trace } = await program({
      'main.js': `import fs from 'node:fs';
import timers from 'node:timers';
import { n, up } from './counter.js';
for (const name of Object.keys(fs)) if (typeof fs[name] === 'function') fs[name] = () => { throw new Error(name); };
timers.setTimeout = globalThis.setTimeout = () => { throw new Error('setTimeout'); };
Object.prototype.toJSON = Array.prototype.toJSON = String.prototype.toJSON = () => { throw new Error('toJSON'); };
JSON.stringify = Buffer.from = Date.now = () => { throw new Error('replaced'); };
Object.prototype.seq = 1;
up();
console.log(n);
`,
      'counter.js': COUNTER['counter.js'],
    });
    expect(await run()).to.include({ code: 0, stdout: '1\n', stderr: '' });
    const recorded = trace();
    expect(recorded).to.deep.include({ isComplete: true, failures: 0, damage: [] });
    expect(lines(recorded).slice(-2)).to.deep.equal(['read main.js', 'evaluate-end main.js']);
  });
});

describe('several of one name', () => {
  it('a worker thread writes a file of its own', async () => {
    const { run, trace, files } = await program({
      ...COUNTER,
      'main.js': `import { Worker, isMainThread } from 'node:worker_threads';
import { n, up } from './counter.js';
up();
console.log(isMainThread, n);
if (isMainThread) new Worker(new URL(import.meta.url));
`,
    });
    expect(await run()).to.include({ code: 0, stdout: 'true 1\nfalse 1\n' });
    expect(files()).to.deep.equal(['t.ndjson', 't.worker-1.ndjson']);
    for (const file of files()) expect(trace(file), file).to.deep.include({ isComplete: true, damage: [] });
  });

  it('a child process leaves the file of its living parent, and the next run replaces it', async () => {
    const source = {
      ...COUNTER,
      'main.js': `import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { n, up } from './counter.js';
up();
console.log(n);
if (!process.env.CHILD) {
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], { env: { ...process.env, CHILD: '1' } });
  console.log(child.pid, String(child.stdout), String(child.stderr));
}
`,
    };
    const { run, trace, files } = await program(source);
    const { stdout } = await run();
    const [, pid] = /^1\n(\d+) 1\n/.exec(stdout) ?? [];
    expect(files()).to.have.members(['t.ndjson', `t.${pid}.ndjson`]);
    expect(trace()).to.include({ isComplete: true });
    expect(trace(`t.${pid}.ndjson`).header.process).to.equal(Number(pid));
    await run({ MODULE_PHASES_SINK: 't.ndjson', CHILD: '1' });
    expect(files()).to.have.length(2);
  });

  it('two builds of one process share the file', async () => {
    const first = await program(COUNTER);
    const second = await program({
      'main.js': `import { more } from './more.js';\nconsole.log(more);\n`,
      'more.js': 'export const more = 2;\n',
    });
    writeFileSync(join(first.dir, 'second.mjs'), '');
    const both = join(first.dir, 'both.mjs');
    writeFileSync(
      both,
      `await import(${JSON.stringify(join(first.dir, 'main.js'))});\nawait import(${JSON.stringify(join(second.dir, 'main.js'))});\n`,
    );
    const told = await ended(
      spawn(process.execPath, [both], {
        cwd: first.dir,
        env: { PATH: process.env.PATH, MODULE_PHASES_SINK: 't.ndjson' },
      }),
    );
    expect(told).to.include({ code: 0, stdout: '1\n2\n' });
    const { builds, events, damage } = first.trace();
    expect(damage).to.deep.equal([]);
    expect(builds.map(({ modules }) => modules.length)).to.deep.equal([2, 2]);
    expect(events.filter(({ type }) => type === 'evaluate-end')).to.have.length(4);
    const text = readFileSync(join(first.dir, 't.ndjson'), 'utf8').split('\n');
    const at = text.findIndex((each) => each.includes('more.js'));
    expect(text[at]).to.match(/^\{"type":"build"/);
  });
});

describe('a function as sink', () => {
  const toFile = (line: TraceFileLine) => {
    const { appendFileSync } = process.getBuiltinModule('fs');
    appendFileSync('own.ndjson', `${JSON.stringify(line)}\n`);
  };

  for (const runtime of ['inline', 'file'] as const) {
    it(`gets each line, with the runtime ${runtime}`, async () => {
      const { run, trace } = await program(COUNTER, { sink: toFile, runtime });
      expect(await run({})).to.include({ code: 0, stdout: '1\n', stderr: '' });
      const own = trace('own.ndjson');
      expect(own).to.deep.include({ isComplete: true, damage: [] });
      expect(lines(own).at(-1)).to.equal('evaluate-end main.js');
    });
  }

  it('beside the file of the variable: both have the same', async () => {
    const { run, trace } = await program(COUNTER, { sink: toFile });
    await run();
    expect(trace('own.ndjson')).to.deep.equal(trace());
  });

  it('that throws is told once and counted, and the program goes on', async () => {
    const sink = () => {
      throw new Error('no sink');
    };
    const { run, trace } = await program(COUNTER, { sink });
    const told = await run();
    expect(told).to.deep.include({
      code: 0,
      stdout: '1\n',
      stderr: 'module-phases: the function of "sink" has thrown: no sink\n',
    });
    expect(trace().failures).to.be.above(5);
  });
});

describe('trace.save()', () => {
  it('writes the trace so far in Node, and returns the path', async () => {
    const { dir, run, trace } = await program({
      ...COUNTER,
      'main.js': `import { n, up } from './counter.js';
up();
const trace = globalThis[Symbol.for('module-phases')];
console.log(n, trace.save(), trace.save('other.ndjson'));
`,
    });
    const { stdout } = await run({});
    expect(stdout).to.equal(`1 ${join(dir, 'module-phases.ndjson')} ${join(dir, 'other.ndjson')}\n`);
    const saved = trace('module-phases.ndjson');
    expect(saved).to.deep.include({ isComplete: true, dropped: 0, damage: [] });
    expect(lines(saved).slice(-2)).to.deep.equal(['read main.js', 'read main.js']);
    expect(saved.builds).to.have.length(1);
  });

  it('throws what the file system says', async () => {
    const { run } = await program({
      'main.js': `try { globalThis[Symbol.for('module-phases')].save('no/such/folder'); } catch ({ code }) { console.log(code); }\n`,
    });
    expect(await run({})).to.include({ code: 0, stdout: 'ENOENT\n' });
  });
});
