/** One plugin object, many builds: copies of it, builds at once, hosts that hand it over in ways of their own. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type OutputAsset, type OutputChunk, type Plugin, type RollupLog, rollup } from 'rollup';
import modulePhases, { type Manifest } from 'rollup-plugin-module-phases';
import { createServer, build as viteBuild } from 'vite';
import * as vite7 from 'vite-7';
import { bundle } from '../support/bundle.ts';
import { listeningLogger } from '../support/hosts.ts';
import { project } from '../support/project.ts';
import { run } from '../support/run.ts';

const APP = {
  'main.js': "import { n, inc } from './counter.js';\nconsole.log(n);\ninc();\nconsole.log(n);\n",
  'counter.js': 'export let n = 0;\nexport function inc() {\n  n++;\n}\n',
};

const isTraced = ({ code }: OutputChunk): boolean => code.includes('__phases.start(');
const codesOf = (logs: readonly RollupLog[]): string[] =>
  logs.map(({ pluginCode, code }) => `${pluginCode ?? code}`);

describe('a copy of the plugin object', () => {
  const copies: Record<string, (plugin: Plugin) => Plugin> = {
    'by a spread': (plugin) => ({ ...plugin }),
    'by its prototype': (plugin) => Object.assign(Object.create(Object.getPrototypeOf(plugin)), plugin),
    'behind it': (plugin) => Object.create(plugin),
    'under another name': (plugin) => ({ ...plugin, name: 'wrapped' }),
  };
  for (const [title, copy] of Object.entries(copies)) {
    it(`${title} traces as the plugin does, and says nothing`, async () => {
      const dir = project(APP);
      const plain = await bundle({ source: dir });
      const copied = await bundle({
        source: dir,
        trace: false,
        plugins: [copy(modulePhases({ console: false, root: dir }))],
      });
      expect(copied.warnings).to.deep.equal([]);
      expect(copied.chunk.code).to.equal(plain.chunk.code);
      expect(isTraced(copied.chunk)).to.equal(true);
    });
  }

  it('beside the plugin, or the plugin twice: said once, and the bundle is traced once', async () => {
    const dir = project(APP);
    const once = await bundle({ source: dir });
    for (const copy of [(plugin: Plugin) => plugin, (plugin: Plugin) => ({ ...plugin })]) {
      const plugin = modulePhases({ console: false, root: dir });
      const twice = await bundle({ source: dir, trace: false, plugins: [plugin, copy(plugin)] });
      expect(codesOf(twice.warnings)).to.deep.equal(['DUPLICATE_PLUGIN']);
      expect(twice.chunk.code).to.equal(once.chunk.code);
    }
  });
});

describe('one plugin object in builds at once', () => {
  it('gives each its own trace', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `app${i}`);
    // The same ids are other code in each build.
    const dir = project(APP);
    const shift = (lines: number): Plugin => ({
      name: 'shift',
      transform: (code) => ({ code: `${'/* shifted */\n'.repeat(lines)}${code}`, map: null }),
    });
    const slowly: Plugin = {
      name: 'slowly',
      async load() {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
        return null;
      },
    };
    const output = (plugin: Plugin, lines: number) =>
      bundle({ source: dir, trace: false, plugins: [slowly, shift(lines), plugin] });
    const alone = [];
    for (const i of names.keys()) alone.push(await output(modulePhases({ console: false, root: dir }), i));
    const shared = modulePhases({ console: false, root: dir });
    const atOnce = await Promise.all(Array.from(names.keys(), (i) => output(shared, i)));
    expect(atOnce.map(({ chunk }) => chunk.code)).to.deep.equal(alone.map(({ chunk }) => chunk.code));
    expect(new Set(alone.map(({ chunk }) => chunk.code)).size).to.equal(names.length);
  });

  it('keeps warnings apart', async () => {
    const dir = project(APP);
    const strips: Plugin = {
      name: 'strips',
      transform: {
        order: 'post',
        handler: (code) => ({ code: code.replace(/\/\*.*?\*\//gs, ''), map: null }),
      },
    };
    const shared = modulePhases({ console: false, root: dir });
    const build = async (after: Plugin[]): Promise<string[]> => {
      const logs: RollupLog[] = [];
      const made = await rollup({
        input: join(dir, 'main.js'),
        plugins: [shared, after],
        onLog: (_level, log) => logs.push(log),
      });
      await made.generate({ format: 'es' });
      return codesOf(logs);
    };
    expect(await Promise.all([build([]), build([strips]), build([])])).to.deep.equal([
      [],
      ['MARKS_REMOVED'],
      [],
    ]);
  });
});

describe('a cache', () => {
  it('whose modules have no `meta` is not used, and nothing breaks', async () => {
    const dir = project(APP);
    const plain = await rollup({ input: join(dir, 'main.js') });
    const modules = (plain.cache?.modules ?? []).map(({ meta: _meta, ...module }) => module);
    const build = await rollup({
      input: join(dir, 'main.js'),
      // As a host may keep it.
      cache: JSON.parse(JSON.stringify({ modules })),
      plugins: [modulePhases({ console: false, root: dir })],
    });
    const { output } = await build.generate({ format: 'es' });
    expect(isTraced(output[0])).to.equal(true);
  });
});

describe("the runtime's file", () => {
  const split = {
    'main.js': "import { n } from './n.js';\nimport('./lazy.js').then(({ m }) => console.log(n, m));\n",
    'lazy.js': "import { n } from './n.js';\nexport const m = n + 1;\n",
    'n.js': 'export const n = 1;\n',
  };

  it('is a chunk: what keeps only the chunks of an output has the whole program', async () => {
    for (const format of ['es', 'cjs', 'amd', 'system'] as const) {
      const { output } = await bundle({ source: split, format });
      expect(output.map(({ type }) => type)).to.deep.equal(output.map(() => 'chunk'));
      const runtime = output.find(({ fileName }) => fileName === 'module-phases.js') as OutputChunk;
      expect(runtime.exports).to.deep.equal(['build', 'seen']);
      expect(runtime.isEntry || runtime.isDynamicEntry).to.equal(false);
    }
  });

  it('never replaces an asset: said which, and the build stops', async () => {
    const asset = (phase: 'buildStart' | 'renderStart'): Plugin => ({
      name: 'asset',
      [phase](this: { emitFile(file: object): void }) {
        this.emitFile({ type: 'asset', fileName: 'Module-Phases.js', source: 'theirs' });
      },
    });
    for (const phase of ['buildStart', 'renderStart'] as const) {
      const error = await bundle({ source: split, plugins: [asset(phase)] }).catch(
        (thrown: RollupLog) => thrown,
      );
      expect(error).to.deep.include({ pluginCode: 'RUNTIME_NAME_TAKEN' });
      expect(`${(error as RollupLog).message}`).to.include('"Module-Phases.js"');
    }
  });
});

describe("the manifest's file", () => {
  const source = {
    'main.js': "import { n } from './n.js';\nimport('./lazy.js').then(({ m }) => console.log(n, m));\n",
    'lazy.js': "import { n } from './n.js';\nexport const m = n + 1;\n",
    'n.js': 'export const n = 1;\n',
  };
  const output = { entryFileNames: '[name]-[hash].js', chunkFileNames: '[name]-[hash].js' };
  const assetsOf = (files: readonly (OutputAsset | OutputChunk)[]): OutputAsset[] =>
    files.filter((file) => file.type === 'asset');

  it('is an asset, a line for each module, with the final names of chunks', async () => {
    for (const format of ['es', 'cjs', 'amd', 'system'] as const) {
      const trace = { manifest: 'meta/modules.json' };
      const { output: files } = await bundle({ source, trace, output, format });
      const [asset] = assetsOf(files);
      expect(asset?.fileName).to.equal('meta/modules.json');
      const { version, entries, modules } = JSON.parse(`${asset?.source}`) as Manifest;
      expect(version).to.equal(1);
      expect(modules.map(({ path }) => path)).to.have.members(['n.js', 'main.js', 'lazy.js']);
      expect(modules[entries[0] ?? -1]?.path).to.equal('main.js');
      const names = files.map(({ fileName }) => fileName);
      for (const { chunk } of modules) expect(names).to.include(chunk);
      expect(`${asset?.source}`.match(/^ +\{"path"/gm)).to.have.length(3);
    }
  });

  it('is there where the runtime is inline, and only where it is wanted', async () => {
    const one = { 'main.js': 'console.log(1);' };
    const built = await bundle({ source: one, format: 'iife', trace: { manifest: 'm.json' } });
    expect(assetsOf(built.output).map(({ fileName }) => fileName)).to.deep.equal(['m.json']);
    for (const trace of [{}, { manifest: false } as const, { manifest: 'm.json', enabled: false }]) {
      expect(assetsOf((await bundle({ source: one, trace })).output)).to.deep.equal([]);
    }
  });

  it('is there once, though the plugin stands there twice', async () => {
    const plugin = modulePhases({ console: false, manifest: 'm.json' });
    const built = await bundle({ source, trace: false, plugins: [plugin, { ...plugin }] });
    expect(assetsOf(built.output)).to.have.length(1);
  });

  it('never replaces a file of the bundle: said which, and the build stops', async () => {
    for (const manifest of ['Main.js', 'MODULE-phases.js']) {
      const error = await bundle({ source, trace: { manifest } }).catch((thrown: RollupLog) => thrown);
      expect(error).to.deep.include({ pluginCode: 'MANIFEST_NAME_TAKEN' });
      expect(`${(error as RollupLog).message}`).to.include(`"${manifest.toLowerCase()}"`);
    }
  });
});

describe('include and exclude', () => {
  const filtered = (trace: Parameters<typeof modulePhases>[0]) =>
    bundle({ source: project(APP), trace: { ...trace } });

  it('that leave no module traced: said once, with what was given and an id', async () => {
    for (const trace of [
      { include: 'scr/**' },
      { exclude: ['**/*.js', /x/] },
      { include: '*.js', exclude: '*' },
    ]) {
      const { warnings, dir } = await filtered(trace);
      expect(codesOf(warnings)).to.deep.equal(['NOTHING_INCLUDED']);
      const message = `${warnings[0]?.message}`;
      for (const given of Object.values(trace).flat()) expect(message).to.include(String(given));
      expect(message).to.match(/(?:main|counter)\.js/);
      expect(message).to.include(dir);
    }
  });

  it('that leave no module traced by a plugin that stands there twice: said once', async () => {
    const plugin = modulePhases({ console: false, include: 'scr/**' });
    const { warnings } = await bundle({
      source: project(APP),
      trace: false,
      plugins: [plugin, { ...plugin }],
    });
    expect(codesOf(warnings).sort()).to.deep.equal(['DUPLICATE_PLUGIN', 'NOTHING_INCLUDED']);
  });

  it('that leave one are fine', async () => {
    expect((await filtered({ include: 'main.js' })).warnings).to.deep.equal([]);
    expect((await filtered({ include: 'scr/**', reads: false, writes: false })).warnings).to.have.length(1);
  });
});

describe('Vite 7', () => {
  it('a build of several environments at once: each is traced, minified too', async () => {
    const root = project({
      ...APP,
      'server.js': "import { n } from './counter.js';\nconsole.log('server', n);\n",
    });
    const { said, customLogger } = listeningLogger();
    const builder = await vite7.createBuilder({
      root,
      configFile: false,
      customLogger,
      plugins: [modulePhases()],
      environments: {
        client: {
          build: { outDir: 'client', minify: 'esbuild', rollupOptions: { input: join(root, 'main.js') } },
        },
        ssr: { build: { outDir: 'ssr', ssr: true, rollupOptions: { input: join(root, 'server.js') } } },
      },
      builder: {
        sharedConfigBuild: true,
        buildApp: async ({ build, environments }) => {
          await Promise.all(Object.values(environments).map((environment) => build(environment)));
        },
      },
    });
    await builder.buildApp();
    expect(said).to.deep.equal([]);
    const [client = ''] = readdirSync(join(root, 'client/assets'));
    for (const [file, stdout, started] of [
      [join(root, 'client/assets', client), '0\n1\n', ['counter.js', 'main.js']],
      [join(root, 'ssr/server.js'), 'server 0\n', ['counter.js', 'server.js']],
    ] as const) {
      const ran = await run(file);
      expect(ran.stdout, ran.stderr).to.equal(stdout);
      expect(
        ran.events?.flatMap((event) =>
          event.type === 'evaluate-start' ? [event.module.replace(/^.*\//, '')] : [],
        ),
      ).to.deep.equal(started);
    }
  });

  it('the dev server: said in one line that nothing is traced, and modules are served', () =>
    servesUntraced(vite7.createServer));
});

describe('Vite 8', () => {
  it('a build, by Rolldown, says nothing and is traced', async () => {
    const root = project(APP);
    const { said, customLogger } = listeningLogger();
    await viteBuild({
      root,
      configFile: false,
      customLogger,
      plugins: [modulePhases()],
      build: { outDir: 'out', minify: false, rollupOptions: { input: join(root, 'main.js') } },
    });
    expect(said).to.deep.equal([]);
    const [file = ''] = readdirSync(join(root, 'out/assets'));
    const ran = await run(join(root, 'out/assets', file));
    expect(ran.stdout, ran.stderr).to.equal('0\n1\n');
    expect(ran.events?.map(({ type }) => type)).to.include.members(['read', 'write']);
  });

  it('the dev server: said in one line that nothing is traced, and modules are served', () =>
    servesUntraced(createServer as unknown as typeof vite7.createServer));
});

/** @param create of either Vite */
async function servesUntraced(create: typeof vite7.createServer): Promise<void> {
  const root = project(APP);
  const { said, customLogger } = listeningLogger();
  const server = await create({
    root,
    configFile: false,
    customLogger,
    plugins: [modulePhases()],
    server: { middlewareMode: true, ws: false, watch: null },
  });
  try {
    const result = await server.transformRequest('/counter.js');
    expect(result?.code).to.include('n++').and.not.include('/*~');
    expect(said).to.have.length(1);
    expect(said[0]).to.match(/dev server/);
  } finally {
    await server.close();
  }
}
