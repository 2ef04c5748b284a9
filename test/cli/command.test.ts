/** The command as a user calls it: each call is a process. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { CLI, command, startCommand } from '../support/command.ts';
import { repository } from '../support/package.ts';
import { project } from '../support/project.ts';

/** `b.js` reads `a` before `a.js` has run, whichever bundler it is. */
const BROKEN = {
  'main.js': "import { a } from './a.js';\nconsole.log(a);\n",
  'a.js': "import { b } from './b.js';\nexport const a = ['a', b];\n",
  'b.js': "import { a } from './a.js';\nexport const b = Object.keys(a).length;\n",
};
const READ = 'b.js:2:30 reads a of a.js before it has a value';
const FINE = {
  'main.js': "import { tax } from './tax.js';\nconsole.log(tax(100), process.argv.slice(2).join());\n",
  'tax.js': 'export const tax = (net) => net * 0.19;\n',
};

const read = (dir: string, file: string): string => readFileSync(join(dir, file), 'utf8');

describe('module-phases', () => {
  it('--help and --version; without a command it says what there is, and fails', async () => {
    const dir = project({});
    const [help, of, version, none] = await Promise.all(
      [['--help'], ['check', '--help'], ['--version'], []].map((args) => command(dir, args)),
    );
    for (const name of ['run', 'check', 'explain', 'order', 'why', 'diff', 'convert'])
      expect(help?.stdout).to.match(new RegExp(`^ {2}${name} +\\w`, 'm'));
    expect(help?.stdout).to.include('Exit codes:\n  0  fine\n');
    expect(of?.stdout).to.match(/^module-phases check <entry, config or trace>/);
    expect(of?.stdout).to.match(/^ {2}--update-baseline +write/m);
    expect(version?.stdout).to.equal(`${JSON.parse(read(repository, 'package.json')).version}\n`);
    expect([help?.code, of?.code, version?.code, none?.code]).to.deep.equal([0, 0, 0, 2]);
    expect(none?.stdout).to.equal(help?.stdout);
  });

  it('can be called by its name', () => {
    expect(execFileSync(CLI, ['--version'], { encoding: 'utf8' })).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  describe('run', () => {
    for (const bundler of ['rolldown', 'rollup', 'vite']) {
      it(`an entry, by ${bundler}: the program's output and exit code, its trace, and no file is left`, async () => {
        const dir = project({ ...FINE, 'main.js': `${FINE['main.js']}process.exitCode = 5;\n` });
        const { code, stdout, stderr } = await command(dir, [
          'run',
          'main.js',
          '--bundler',
          bundler,
          '--',
          'x',
          '-y',
        ]);
        expect({ code, stdout }).to.deep.equal({ code: 5, stdout: '19 x,-y\n' });
        expect(stderr).to.include('│ evaluate-start    tax.js\n');
        expect(stderr).to.match(/│ module-phases: 2 modules evaluated in .* ms, /);
        expect(existsSync(join(dir, 'node_modules'))).to.equal(false);
      });
    }

    it('TypeScript, JSON, CommonJS and a package, with the input of the program', async () => {
      const dir = project({
        'main.ts':
          "import data from './data.json';\nimport cjs from './cjs.cjs';\nimport { p } from 'p';\nprocess.stdin.on('data', (text: Buffer) => console.log(data.n, cjs.c, p, String(text)));\n",
        'data.json': '{ "n": 1 }',
        'cjs.cjs': 'exports.c = 2;',
        'node_modules/p/package.json': '{ "name": "p", "type": "module", "exports": "./p.js" }',
        'node_modules/p/p.js': 'export const p = 3;',
      });
      const { stdout, stderr } = await command(dir, ['run', 'main.ts', '--detail', 'summary'], {
        input: 'in',
      });
      expect(stdout, stderr).to.equal('1 2 3 in\n');
      expect(existsSync(join(dir, 'node_modules/.cache'))).to.equal(false);
    });

    it('CommonJS modules that require each other: one summary, when all have run', async () => {
      const dir = project({
        'main.cjs': "exports.a = 1;\nconsole.log(require('./b.cjs').b, require('./data.json').n);\n",
        'b.cjs': "exports.b = require('./main.cjs').a;\n",
        'data.json': '{ "n": 2 }',
      });
      const { stdout, stderr } = await command(dir, ['run', 'main.cjs', '--detail', 'summary']);
      expect(stdout).to.equal('1 2\n');
      expect(stderr.match(/module-phases[:,].*evaluated/g), stderr).to.have.length(1);
      expect(stderr).to.include('module-phases: 3 modules evaluated');
    });

    it('a config with the plugin: its options hold, an external is found, stacks name the sources', async () => {
      const dir = project({
        ...BROKEN,
        'main.js': `import 'p';\n${BROKEN['main.js']}`,
        'node_modules/p/package.json': '{ "name": "p", "main": "p.cjs" }',
        'node_modules/p/p.cjs': "console.log('p runs');",
        'rollup.config.js':
          "import modulePhases from 'rollup-plugin-module-phases';\nexport default { input: 'main.js', external: ['p'], onLog() {}, plugins: [modulePhases({ console: { detail: 'order' } })], output: [{ file: 'out/bundle.js', format: 'cjs' }, { dir: 'out', format: 'es' }] };\n",
      });
      mkdirSync(join(dir, 'node_modules'), { recursive: true });
      symlinkSync(repository, join(dir, 'node_modules/rollup-plugin-module-phases'), 'dir');
      const { code, stdout, stderr } = await command(dir, ['run', 'rollup.config.js']);
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: 'p runs\n' });
      expect(stderr).to.include('│     1 b.js\n').and.to.include(READ);
      expect(stderr).to.match(/\n {4}at .*b\.js:2:30/);
      expect(existsSync(join(dir, 'out'))).to.equal(false);
      const both = await command(dir, ['run', 'rollup.config.js', '--detail', 'full']);
      expect(both.code).to.equal(2);
      expect(both.stderr).to.include('the config has the plugin with options of its own');
    });

    it('a Vite config for Node, and one for a browser', async () => {
      const dir = project({
        ...FINE,
        'index.html': '<script type="module" src="./main.js"></script>',
        'vite.config.js': 'export default {};',
        'server/vite.config.js': "export default { build: { ssr: 'main.js' } };",
      });
      const page = await command(dir, ['run', 'vite.config.js']);
      expect(page.code).to.equal(2);
      expect(page.stderr).to.match(/^module-phases: this build is for a browser \(index\.html\), .*\n$/);
      const server = await command(dir, ['run', 'server/vite.config.js', '--out', 't.ndjson']);
      expect(server.stdout, server.stderr).to.equal('19 \n');
      expect(read(dir, 't.ndjson')).to.match(/^\{"type":"trace"/);
    });

    it('--entry chooses among several, --dir keeps the bundle', async () => {
      const dir = project({
        'one.js': "console.log('one');",
        'two.js': "console.log('two');",
        'rolldown.config.js':
          "export default { input: { one: 'one.js', two: 'two.js' }, output: { dir: 'dist' } };",
      });
      const two = await command(dir, ['run', 'rolldown.config.js', '--entry', 'two', '--dir', 'kept']);
      expect(two.stdout, two.stderr).to.equal('two\n');
      expect(existsSync(join(dir, 'kept/two.js'))).to.equal(true);
      const none = await command(dir, ['run', 'rolldown.config.js', '--entry', 'three']);
      expect([none.code, none.stderr]).to.deep.equal([
        2,
        'module-phases: the build has no entry three; it has one, two\n',
      ]);
    });

    for (const bundler of ['rolldown', 'rollup', 'vite']) {
      it(`of several entries the config's first one, by ${bundler}; nothing is written over a source`, async () => {
        const output = { dir: 'dist', entryFileNames: '[name].js' };
        const config =
          bundler === 'vite'
            ? { build: { ssr: true, rollupOptions: { input: { zed: 'zed.js', alpha: 'alpha.js' }, output } } }
            : { input: ['zed.js', 'alpha.js'], output };
        const dir = project({
          'zed.js': "console.log('zed');",
          'alpha.js': "console.log('alpha');",
          [`${bundler}.config.js`]: `export default ${JSON.stringify(config)};`,
        });
        const { stdout, stderr } = await command(dir, ['run', `${bundler}.config.js`]);
        expect(stdout, stderr).to.equal('zed\n');
        expect(stderr).to.include('module-phases: runs zed, one of 2 entries: --entry takes another one\n');
        const over = await command(dir, ['run', `${bundler}.config.js`, '--dir', '.']);
        expect([over.code, over.stdout]).to.deep.equal([2, '']);
        expect(over.stderr).to.match(/is a source of the bundle: --dir has to name another folder\n/);
        expect(read(dir, 'zed.js')).to.equal("console.log('zed');");
      });
    }

    it('removes the folder of a command that was killed, and no other', async () => {
      const cache = 'node_modules/.cache/module-phases';
      const ended = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
      const [dead, living] = [`${cache}/run-${ended}/main.js`, `${cache}/run-${process.pid}/main.js`];
      const dir = project({ ...FINE, [dead]: '', [living]: '' });
      expect((await command(dir, ['run', 'main.js'])).code).to.equal(0);
      expect([dead, living].map((path) => existsSync(join(dir, path)))).to.deep.equal([false, true]);
    });

    it('a program that is killed: the trace so far, and the same signal', async () => {
      const dir = project({
        ...FINE,
        'main.js': `${FINE['main.js']}process.kill(process.pid, 'SIGKILL');\n`,
      });
      const { code, signal } = await command(dir, ['run', 'main.js', '--out', 't.ndjson']);
      expect([code, signal]).to.deep.equal([null, 'SIGKILL']);
      expect(existsSync(join(dir, 'node_modules'))).to.equal(false);
      const told = await command(dir, ['order', 't.ndjson']);
      expect(told.stderr).to.equal(
        'module-phases: t.ndjson has no end: the program was killed, or still runs\n',
      );
      expect(told.stdout).to.match(/ main\.js +has not ended\n/);
    });

    it('a signal goes to the program, which decides what becomes of it', async () => {
      const dir = project({
        'main.js':
          "process.on('SIGTERM', () => {\n  console.log('asked to end');\n  process.exit(7);\n});\nsetInterval(() => {}, 1000);\nconsole.log('ready');\n",
      });
      const { child, ended, printed } = startCommand(dir, ['run', 'main.js']);
      await until(() => printed().includes('ready'));
      child.kill('SIGTERM');
      const { code, stdout } = await ended;
      expect([code, stdout]).to.deep.equal([7, 'ready\nasked to end\n']);
      expect(existsSync(join(dir, 'node_modules'))).to.equal(false);
    });

    for (const bundler of ['rolldown', 'rollup']) {
      it(`--watch, by ${bundler}: ends the program and runs the new one, an error in between is told`, async () => {
        const dir = project({ 'main.js': "console.log('first');\nsetInterval(() => {}, 1000);\n" });
        const { child, ended, printed } = startCommand(dir, [
          'run',
          'main.js',
          '--watch',
          '--bundler',
          bundler,
        ]);
        await until(() => printed().includes('first\n'));
        writeFileSync(join(dir, 'main.js'), 'console.log(');
        await until(() => printed().includes('the build failed\n'));
        writeFileSync(join(dir, 'main.js'), "console.log('second');\nsetInterval(() => {}, 1000);\n");
        await until(() => printed().includes('second\n'));
        expect(printed().match(/first\n/g)).to.have.length(1);
        child.kill('SIGTERM');
        const { signal } = await ended;
        expect(signal).to.equal('SIGTERM');
        expect(existsSync(join(dir, 'node_modules'))).to.equal(false);
      });
    }
  });

  describe('check', () => {
    it('fails on what is new, knows the baseline, tells what is fixed and what is stale', async () => {
      const dir = project(BROKEN);
      const first = await command(dir, ['check', 'main.js']);
      expect(first.code).to.equal(1);
      expect(first.stdout)
        .to.match(new RegExp(`^error \\w+ ${READ}`))
        .and.to.match(/\n {2}> 2 \| export const b/);
      expect(first.stdout).to.include('failed: 1 finding of severity error\n');

      const update = await command(dir, ['check', 'main.js', '--update-baseline']);
      expect(update.code).to.equal(0);
      expect(update.stderr).to.equal(
        'module-phases: module-phases.baseline.json has 1 finding: 1 new, 0 known, 0 taken out\n',
      );
      // Another place, another message, the same finding.
      writeFileSync(join(dir, 'b.js'), `// moved\n${BROKEN['b.js']}`);
      const known = await command(dir, ['check', 'main.js']);
      expect([known.code, known.stdout]).to.satisfy(
        ([code, text]: [number, string]) => code === 0 && /known +\w+ b\.js:3:30/.test(text),
      );

      writeFileSync(join(dir, 'a.js'), 'export const a = {};\n');
      const fixed = await command(dir, ['check', 'main.js']);
      expect(fixed.code).to.equal(0);
      expect(fixed.stdout).to.match(/fixed +\w+ b\.js:2:30 .*\(stale: b\.js is not in the build\)\n/);
      expect(fixed.stdout).to.include('passed: 0 new findings of severity error, 1 fixed');
      const json = await command(dir, ['check', 'main.js', '--format', 'json']);
      expect(JSON.parse(json.stdout)).to.deep.include({ version: 1, new: [], known: [], below: [] });
    });

    it('a trace is checked as well, by what really happened', async () => {
      const dir = project(BROKEN);
      await command(dir, ['run', 'main.js', '--out', 't.ndjson']);
      const { code, stdout } = await command(dir, ['check', 't.ndjson', '--severity', 'info']);
      expect(code).to.equal(1);
      expect(stdout)
        .to.include(READ)
        .and.to.match(/info CYCLE .*: a read came too early/);
    });

    it('annotations, with the rest in the summary of the job', async () => {
      const dir = project(
        Object.fromEntries(Object.entries(BROKEN).map(([path, text]) => [`app/${path}`, text])),
      );
      const env = { GITHUB_WORKSPACE: dir, GITHUB_STEP_SUMMARY: join(dir, 'summary.md') };
      const args = ['check', 'main.js', '--format', 'github'];
      const { code, stdout } = await command(join(dir, 'app'), args, { env });
      expect(code).to.equal(1);
      expect(stdout).to.match(
        /^::error file=app\/b\.js,line=2,col=30,title=module-phases \w+::b\.js:2:30 reads/,
      );
      expect(read(dir, 'summary.md')).to.match(/^## module-phases: 1 new finding\n/);
    });

    it('--strict-execution-order: of a read that fails natively, that it is only hidden', async () => {
      const dir = project(BROKEN);
      const { stdout } = await command(dir, ['check', 'main.js', '--strict-execution-order']);
      expect(stdout).to.match(/\n {2}strict +strictExecutionOrder only hides it: /);
      const rollup = await command(dir, [
        'check',
        'main.js',
        '--strict-execution-order',
        '--bundler',
        'rollup',
      ]);
      expect(rollup.stderr).to.equal(
        'module-phases: --strict-execution-order is for builds of Rolldown and of Vite 8\n',
      );
    });
  });

  describe('of a trace', () => {
    let dir: string;
    before(async () => {
      dir = project(BROKEN);
      await command(dir, ['run', 'main.js', '--out', 'broken.ndjson']);
      writeFileSync(join(dir, 'a.js'), "import './b.js';\nexport const a = {};\n");
      writeFileSync(join(dir, 'b.js'), "console.log('b runs');\nexport const b = 1;\n");
      await command(dir, ['run', 'main.js', '--out', 'fine.ndjson']);
    });

    it('explain: the findings, without the frame of a source that has changed since', async () => {
      const broken = await command(dir, ['explain', 'broken.ndjson']);
      expect(broken.code).to.equal(0);
      expect(broken.stdout).to.include(READ).and.not.to.include(' 2 | ');
      const fine = await command(dir, ['explain', 'fine.ndjson']);
      expect(fine.stdout).to.equal('no findings\n');
    });

    it('order and why', async () => {
      const order = await command(dir, ['order', 'fine.ndjson']);
      expect(order.stdout.replace(/\d+\.\d ms/g, 'T').replace(/ +/g, ' ')).to.equal(
        ' entry main.js reached\n 1 T b.js T\n 2 T a.js T\n 3 T main.js T\n\nthe order that ECMA-262 prescribes\n',
      );
      const why = await command(dir, ['why', 'fine.ndjson', 'b.js', 'main.js']);
      expect(why.stdout).to.match(/^b\.js started before main\.js\n/);
    });

    it('why: a module that is not there, and one that is named as a file', async () => {
      const none = await command(dir, ['why', 'fine.ndjson', 'bb.js', 'main.js']);
      expect([none.code, none.stderr]).to.deep.equal([
        2,
        'module-phases: the trace has no module bb.js. Did you mean b.js?\n',
      ]);
      for (const name of ['./b.js', join(dir, 'b.js')]) {
        const why = await command(dir, ['why', 'fine.ndjson', name, 'main.js']);
        expect(why.stdout, why.stderr).to.match(/^b\.js started before main\.js\n/);
      }
    });

    it('a program that died: which module failed, or did not end', async () => {
      const died = project({
        'main.js': "import './boom.js';\n",
        'boom.js': "JSON.parse('{');\n",
        'killed.js': "process.kill(process.pid, 'SIGKILL');\n",
      });
      await command(died, ['run', 'main.js', '--out', 'boom.ndjson']);
      await command(died, ['run', 'killed.js', '--out', 'killed.ndjson']);
      const boom = await command(died, ['explain', 'boom.ndjson']);
      expect(boom.stdout).to.equal('no findings\n');
      expect(boom.stderr).to.match(
        /^module-phases: boom\.js failed: .*JSON.*\nmodule-phases: what would have run/,
      );
      const killed = await command(died, ['check', 'killed.ndjson']);
      expect(killed.stderr).to.include('has no end').and.to.include('module-phases: killed.js did not end\n');
      writeFileSync(join(died, 'empty.ndjson'), read(died, 'boom.ndjson').split('\n')[0] ?? '');
      const empty = await command(died, ['explain', 'empty.ndjson']);
      expect(empty.stderr).to.include('the trace has no events: there is nothing to judge');
    });

    it('diff: what is no longer early', async () => {
      const { code, stdout } = await command(dir, ['diff', 'broken.ndjson', 'fine.ndjson']);
      expect(code).to.equal(0);
      expect(stdout)
        .to.match(/^order {2}/)
        .and.to.include('no longer early (1)\n  b.js:2:30 reads a of a.js');
      const json = await command(dir, ['diff', 'fine.ndjson', 'broken.ndjson', '--format', 'json']);
      expect(JSON.parse(json.stdout).newlyEarly).to.have.length(1);
    });

    it('convert: to a file, and to standard output', async () => {
      const file = await command(dir, ['convert', 'fine.ndjson', '--to', 'chrome', '--out', 'chrome.json']);
      expect([file.code, file.stderr]).to.deep.equal([0, 'module-phases: wrote chrome.json\n']);
      expect(JSON.parse(read(dir, 'chrome.json')).traceEvents).not.to.be.empty;
      const { stdout } = await command(dir, ['convert', 'fine.ndjson', '--to', 'json']);
      expect(JSON.parse(stdout)).to.include({ isComplete: true });
    });

    it('lines that are cut or corrupt are named, and the rest is read', async () => {
      const lines = read(dir, 'broken.ndjson').trimEnd().split('\n');
      const broken = [...lines.slice(0, 3), '{"type":"nothing"}', ...lines.slice(3, -1), '{"type":"re'];
      writeFileSync(join(dir, 'cut.ndjson'), broken.join('\n'));
      const { code, stdout, stderr } = await command(dir, ['explain', 'cut.ndjson']);
      expect(code).to.equal(0);
      expect(stdout).to.include(READ);
      expect(stderr).to.match(/^module-phases: cut\.ndjson:4 is left out: .+$/m);
      expect(stderr).to.match(
        new RegExp(`^module-phases: cut\\.ndjson:${broken.length} is left out: .+$`, 'm'),
      );
      expect(stderr).to.match(/^module-phases: cut\.ndjson: kept \d+ events$/m);
    });

    it('names that would move the cursor, or turn the text around, are shown as they are', async () => {
      const hostile = 'b\\u001b[2J\\u202e\\n';
      writeFileSync(
        join(dir, 'hostile.ndjson'),
        read(dir, 'broken.ndjson').replaceAll('b.js', `${hostile}.js`),
      );
      const { stdout } = await command(dir, ['explain', 'hostile.ndjson']);
      expect(stdout).to.include('b\\u001b[2J\\u202e\\u000a.js:2:30 reads a');
      expect(stdout).not.to.include('\x1b').and.not.to.include('\u202e');
    });

    it('a pipe that closes is no error', async () => {
      const path = join(dir, 'broken.ndjson');
      const many = Array.from({ length: 40_000 }, (_, seq) =>
        JSON.stringify({
          seq: seq + 1000,
          time: 1,
          type: 'evaluate-start',
          module: `m${seq}.js`,
          chunk: '',
          job: 1,
        }),
      );
      writeFileSync(
        join(dir, 'long.ndjson'),
        [...readFileSync(path, 'utf8').trimEnd().split('\n'), ...many].join('\n'),
      );
      const { child, ended } = startCommand(dir, ['order', 'long.ndjson']);
      child.stdout?.once('data', () => child.stdout?.destroy());
      const { code, stderr } = await ended;
      expect([code, stderr.replace(/^module-phases: .*\n/gm, '')]).to.deep.equal([0, '']);
    });

    it('NO_COLOR and FORCE_COLOR decide, else a pipe has no colours', async () => {
      const colored = await command(dir, ['explain', 'broken.ndjson'], { env: { FORCE_COLOR: '1' } });
      const plain = await command(dir, ['explain', 'broken.ndjson'], { env: { NO_COLOR: '1' } });
      expect(colored.stdout).to.include('\x1b[31m');
      expect(plain.stdout).not.to.include('\x1b');
    });
  });

  describe('what can not be done gets one line and an exit code', () => {
    const WRONG: Record<string, { args: string[]; code?: number; says: string | RegExp }> = {
      'an unknown command': { args: ['chekc', 'a'], says: 'there is no command chekc. Did you mean check?' },
      'an unknown option': {
        args: ['check', '--basline', 'a'],
        says: 'there is no option --basline. Did you mean --baseline?',
      },
      'an option in place of a value': {
        args: ['run', 'main.js', '--out', '--watch'],
        says: 'option --out needs a value: --out <file>',
      },
      'an option of all objects': { args: ['check', 'main.js', '--constructor'], says: 'there is no option' },
      'an option of Rolldown for Rollup': {
        args: ['check', 'main.js', '--bundler', 'rollup', '--strict-execution-order'],
        says: '--strict-execution-order is',
      },
      'no entry': {
        args: ['run'],
        says: 'run needs 1 argument, and has 0: module-phases run <entry or config>',
      },
      'two traces where there is one': {
        args: ['explain', 'a', 'b'],
        says: 'explain takes 1 argument, and has 2',
      },
      'a program where none runs': { args: ['explain', 'a', '--', 'b'], says: 'explain runs no program' },
      'arguments without --': {
        args: ['run', 'main.js', 'x'],
        says: 'arguments of the program stand after --',
      },
      'no such file': {
        args: ['check', 'nope.js'],
        says: 'cannot read nope.js: there is no such file or folder',
      },
      'no such trace': {
        args: ['explain', 'nope.ndjson'],
        says: 'cannot read nope.ndjson: there is no such file',
      },
      'a folder': { args: ['run', '.'], says: '. is a folder: name the entry of a program' },
      'a trace to run': {
        args: ['run', 'newer.ndjson'],
        says: 'newer.ndjson is a trace: module-phases explain',
      },
      'no trace': { args: ['explain', 'main.js'], says: 'main.js: This is no trace of' },
      'a newer trace': { args: ['explain', 'newer.ndjson'], says: /newer\.ndjson: .*99/ },
      'a config of nobody knows whom': {
        args: ['check', 'my.config.js', '--config'],
        says: 'may be a config of any bundler',
      },
      'a baseline that is not there': {
        args: ['check', 'main.js', '--baseline', 'no.json'],
        says: 'there is no baseline no.json',
      },
      'a baseline that is none': {
        args: ['check', 'main.js', '--baseline', 'package.json'],
        says: 'package.json is no baseline: it must be',
      },
      'an output that can not be written': {
        args: ['run', 'main.js', '--out', 'no/t.ndjson'],
        says: 'cannot write no/t.ndjson: there is no such file or folder',
      },
      'a trace over what is no trace': {
        args: ['run', 'main.js', '--out', 'tax.js'],
        says: 'tax.js exists, and is no trace: it stays as it is',
      },
      'a conversion onto itself': {
        args: ['convert', 'newer.ndjson', '--to', 'json', '--out', './newer.ndjson'],
        says: '--out names the trace itself',
      },
      'JSON to run': { args: ['run', 'package.json'], says: 'is neither a program nor a config nor a trace' },
      'a page to run': { args: ['run', 'index.html'], says: 'index.html is a page, which Vite builds' },
      'a conversion without a format': {
        args: ['convert', 'newer.ndjson'],
        says: '--to chrome or --to json',
      },
      'a format that Node does not run': {
        args: ['run', 'rollup.config.js'],
        says: 'Node runs no bundle of format system',
      },
      'a module that does not parse': {
        args: ['run', 'broken.js'],
        code: 3,
        says: /the build failed\n(?:.|\n)*broken\.js/,
      },
      'an import that is not there': {
        args: ['check', 'broken.js', '--bundler', 'rollup'],
        code: 3,
        says: /the build failed\n(?:.|\n)*broken\.js/,
      },
      'a config that throws': {
        args: ['check', 'rolldown.config.js'],
        code: 3,
        says: /the build failed\n(?:.|\n)*no config today/,
      },
    };
    let dir: string;
    before(() => {
      dir = project({
        ...FINE,
        'broken.js': "import './no.js';\nconsole.log(\n",
        'newer.ndjson': '{"type":"trace","version":99,"protocol":99,"began":0}\n',
        'my.config.js': 'export default {};',
        'index.html': '',
        'rollup.config.js': "export default { input: 'main.js', output: { format: 'system', dir: 'out' } };",
        'rolldown.config.js': "throw new Error('no config today');",
      });
    });
    for (const [name, { args, code = 2, says }] of Object.entries(WRONG)) {
      it(name, async () => {
        const ended = await command(dir, args);
        expect([ended.code, ended.stdout]).to.deep.equal([code, '']);
        const lines = ended.stderr.split('\n').filter((line) => line.startsWith('module-phases: '));
        expect(lines, ended.stderr).to.have.length(1);
        if (typeof says === 'string') expect(lines[0]).to.include(says);
        else expect(ended.stderr).to.match(says);
      });
    }
  });
});

/** Looks again and again, for at most 15 s. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 750; i++) {
    if (isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('It never came');
}
