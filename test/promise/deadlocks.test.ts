/** Modules that wait for each other: the circle is told as soon as it is closed, and again in the end. */
import { expect } from 'chai';
import { type BundleInput, bundle, write } from '../support/bundle.ts';
import { type Run, run } from '../support/run.ts';

const CIRCLE = {
  'main.js': "import { config } from './config.js';\nconsole.log(config);\n",
  'config.js':
    "console.log('config begins');\nconst { plugins } = await import('./plugins.js');\nexport const config = plugins.length;\n",
  'plugins.js': "import { base } from './plugin-base.js';\nexport const plugins = [base];\n",
  'plugin-base.js': "import { config } from './config.js';\nexport const base = () => config;\n",
};

const BLOCK = /^│ module-phases: (?:only in this build: )?\S+ awaits import\(.*\n(?:│ {3}.*\n)+/gm;

async function told(input: BundleInput): Promise<Run> {
  const built = await bundle({ ...input, trace: { console: { detail: 'full' }, ...input.trace } });
  return run(write(built, 'es', 'deadlock'));
}

describe('a deadlock', () => {
  it('is told when its last module begins to wait, and in the summary; Node exits as without the plugin', async () => {
    const found = await told({ source: CIRCLE });
    expect(found).to.include({ code: 13, stdout: 'config begins\n', failures: 0 });
    expect(found.stderr.match(BLOCK)).to.deep.equal([
      `\
│ module-phases: config.js:2:27 awaits import('./plugins.js'), whose plugin-base.js:1 imports config.js, which has not ended
│   because      plugins.js:1 imports plugin-base.js
│                plugin-base.js:1 imports config.js, which has not ended
│   to fix       try not to await it at the top level of config.js
│   more         docs/findings/deadlock.md
`,
    ]);
    const lines = found.stderr.split('\n');
    const at = (text: string): number => lines.findIndex((line) => line.includes(text));
    expect(at('awaits import')).to.be.within(at('evaluate-suspend'), at('no module evaluated to its end'));
    expect(found.stderr).to.match(/^│ {3}error +config\.js:2:27 awaits/m);
  });

  it('is told by nobody with `console: false`', async () => {
    const found = await told({ source: CIRCLE, trace: { console: false } });
    expect(found).to.include({ code: 13, stdout: 'config begins\n' });
    expect(found.stderr).not.to.include('module-phases');
    expect(found.findings?.map(({ code }) => code)).to.include('DEADLOCK');
  });

  it('of awaits one of which waits for something else too is told in the end', async () => {
    const source = {
      ...CIRCLE,
      'config.js': CIRCLE['config.js'].replace(/import\('.*'\)/, 'Promise.all([$&]).then(([only]) => only)'),
    };
    const found = await told({ source });
    expect(found.code).to.equal(13);
    expect(found.stderr.match(BLOCK)).to.have.length(1);
    const lines = found.stderr.split('\n');
    expect(lines.findIndex((line) => line.includes('evaluate-suspend'))).to.be.below(
      lines.findIndex((line) => line.includes('awaits import')),
    );
  });

  it('is none where the await waits for what comes first', async () => {
    const source = {
      ...CIRCLE,
      'config.js':
        "export let config = 0;\nconst got = await Promise.race([import('./plugins.js'), new Promise((go) => setTimeout(go, 20))]);\nconfig = String(got);\n",
    };
    const found = await told({ source });
    expect(found).to.include({ code: 0, stdout: 'undefined\n', failures: 0 });
    expect(found.stderr).not.to.match(BLOCK);
    expect(found.findings?.map(({ code }) => code)).not.to.include('DEADLOCK');
  });

  it('of three modules is told once, with each import() in its path', async () => {
    const found = await told({
      source: {
        'main.js': "import './a.js';\n",
        'a.js': "await import('./b.js');\nexport const a = 1;\n",
        'b.js': "await import('./c.js');\nexport const b = 1;\n",
        'c.js': "import { a } from './a.js';\nconsole.log(a);\n",
      },
    });
    expect(found.code).to.equal(13);
    expect(found.stderr.match(BLOCK)).to.deep.equal([
      `\
│ module-phases: a.js:1:7 awaits import('./b.js'), whose c.js:1 imports a.js, which has not ended
│   because      b.js:1:7 awaits import('./c.js')
│                c.js:1 imports a.js, which has not ended
│   to fix       try not to await it at the top level of a.js
│   more         docs/findings/deadlock.md
`,
    ]);
  });

  it('of chunks alone says that it is of this build', async () => {
    const found = await told({
      source: {
        'main.js': "import { page } from './app.js';\nconsole.log('main', page);\n",
        'app.js':
          "import { store } from './store.js';\nconsole.log('app', store.size);\nexport const { page } = await import('./page.js');\n",
        'store.js': 'export const store = new Map();\n',
        'page.js': "import { store } from './store.js';\nexport const page = store.size;\n",
      },
      output: { manualChunks: (id) => (/(?:app|store)\.js$/.test(id) ? 'app' : null) },
    });
    expect(found).to.include({ code: 13, stdout: 'app 0\n' });
    expect(found.stderr).to.match(BLOCK);
    expect(found.findings?.find(({ code }) => code === 'DEADLOCK')).to.include({
      native: 'differs',
      message:
        "only in this build: app.js:3:31 awaits import('./page.js'), whose chunk page.js imports chunk app.js, which has app.js in it and has not ended",
    });
  });

  it('costs a bundle nothing that can have none', async () => {
    const { chunk, output } = await bundle({
      source: { ...CIRCLE, 'plugin-base.js': 'export const base = 1;\n' },
      output: { chunkFileNames: 'lazy/[name].js' },
    });
    const texts = [chunk, ...output].flatMap((file) => (file.type === 'chunk' ? file.code : []));
    expect(texts.join('')).not.to.include('"chunks":');
  });
});
