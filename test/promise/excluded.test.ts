/** Modules that `include` and `exclude` leave out: what is done for them, and what is not. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Plugin, type RollupBuild, type RollupCache, rollup } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import type { ModuleRecord } from '../../src/model.ts';
import { esbuild } from '../support/esbuild.ts';
import { project } from '../support/project.ts';
import { run } from '../support/run.ts';

/** A build, and what the plugin made of its modules: by path, the record, and whether the code has marks. */
async function build(dir: string, cache?: RollupCache): Promise<[RollupBuild, Map<string, Seen>]> {
  const seen = new Map<string, Seen>();
  const look: Plugin = {
    name: 'look',
    transform(_code, id) {
      seen.set(id.slice(dir.length + 1), { isTransformed: true });
    },
    buildEnd: {
      order: 'post',
      sequential: true,
      handler() {
        for (const id of this.getModuleIds()) {
          const path = id.slice(dir.length + 1);
          const info = this.getModuleInfo(id);
          const record = info?.meta['module-phases'] as ModuleRecord | undefined;
          const isMarked = info?.code?.includes('/*~') ?? false;
          seen.set(path, { ...seen.get(path), isMarked, ...(record && { record }) });
        }
      },
    },
  };
  const plugins = [esbuild, modulePhases({ root: dir, exclude: '**/vendor/**' }), look];
  const built = await rollup({
    input: join(dir, 'main.js'),
    plugins,
    ...(cache && { cache }),
    onLog(level, log) {
      if (level === 'warn' && log.code !== 'CIRCULAR_DEPENDENCY') throw new Error(log.message);
    },
  });
  return [built, seen];
}

interface Seen {
  isTransformed?: boolean;
  isMarked?: boolean;
  record?: ModuleRecord;
}

const recorded = (seen: ReadonlyMap<string, Seen>): string[] =>
  [...seen].flatMap(([path, { record }]) => (record ? [path] : [])).sort();

/** What the bundle prints when it runs, console of the trace included. */
async function output(built: RollupBuild, dir: string): Promise<string> {
  const { output: files } = await built.generate({ format: 'es' });
  await built.close();
  for (const file of files) if (file.type === 'chunk') writeFileSync(join(dir, file.fileName), file.code);
  const { stdout, stderr, failures } = await run(join(dir, 'main.js'));
  expect(failures).to.equal(0);
  return stdout + stderr;
}

describe('modules that are not included', () => {
  it('are looked into where a read resolves through them, they stand in a cycle, or their phases have a site', async () => {
    const dir = project({
      'main.js': "import { a } from './vendor/index.js';\nimport './vendor/loop.js';\nconsole.log(a);\n",
      'vendor/index.js':
        "export * from './first.js';\nexport { b } from './unread.js';\nimport './awaits.js';\n",
      'vendor/first.js': "export { a } from './a.js';\n",
      'vendor/a.js': "import './below.js';\nexport const a = 'a';\n",
      'vendor/below.js': "console.log('below');\n",
      'vendor/unread.js': "export const b = 'b';\nconsole.log(b);\n",
      'vendor/loop.js': "import './back.js';\nexport const loop = () => 1;\n",
      'vendor/back.js': "import { loop } from './loop.js';\nglobalThis.later = () => loop();\n",
      'vendor/awaits.js': "import('./lazy.js').then(() => console.log('lazy'));\n",
      'vendor/lazy.js': "console.log('asked for');\n",
    });
    const [built, seen] = await build(dir);
    await built.close();
    expect(recorded(seen)).to.deep.equal([
      'main.js',
      'vendor/a.js',
      'vendor/awaits.js',
      'vendor/back.js',
      'vendor/first.js',
      'vendor/index.js',
      'vendor/loop.js',
    ]);
    const marked = [...seen].flatMap(([path, { isMarked }]) => (isMarked ? [path] : []));
    expect(marked.sort()).to.deep.equal(['main.js', 'vendor/awaits.js']);
  });

  const COMPILED = {
    'main.js': "import './vendor/label.ts';\n",
    'app.js':
      "import { label, wait } from './vendor/label.ts';\ntry { console.log(label); } catch {}\nwait();\n",
    'vendor/label.ts': `interface Props {
  name: string;
}
import '../app.js';
export const label: string = 'label' as Props['name'];
export function wait(this: void, props?: Props): void {}
`,
  };

  it('have the places of the source where a map tells', async () => {
    const dir = project(COMPILED);
    const [built] = await build(dir);
    const text = await output(built, dir);
    expect(text).to.include('  declared     vendor/label.ts:5:14\n');
    expect(text).to.include('vendor/label.ts:4 imports app.js,');
  });

  it('are not transformed again from a cache, and have then the places of compiled code', async () => {
    const dir = project({ ...COMPILED, 'app.js': "console.log('no cycle yet');\n" });
    const [first, before] = await build(dir);
    const { cache } = first;
    await first.close();
    expect(recorded(before)).to.deep.equal(['app.js', 'main.js']);

    writeFileSync(join(dir, 'app.js'), COMPILED['app.js']);
    const [second, after] = await build(dir, cache);
    expect(after.get('vendor/label.ts')?.isTransformed).to.equal(undefined);
    const text = await output(second, dir);
    expect(text).to.include('  declared     vendor/label.ts:2:14 of the compiled code\n');
    expect(text).to.include('vendor/label.ts:1 of the compiled code imports app.js,');
  });
});
