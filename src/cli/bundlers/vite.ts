import { resolve } from 'node:path';
import type { InlineConfig, ResolvedConfig } from 'vite';
import { Failure } from '../failure.ts';
import { loadInstalled } from '../installed.ts';
import { addedPlugins, type Bundler, type Job, type Watcher } from './job.ts';

type Vite = Pick<typeof import('vite'), 'build' | 'loadConfigFromFile' | 'mergeConfig'>;

export const bundler: Bundler = {
  async build(job) {
    const { vite, config } = await configOf(job);
    await vite.build(config);
  },

  async watch(job) {
    const { vite, config } = await configOf(job);
    return (await vite.build({ ...config, build: { ...config.build, watch: {} } })) as unknown as Watcher;
  },
};

async function configOf(job: Job): Promise<{ vite: Vite; config: InlineConfig }> {
  const vite = await loadInstalled<Vite>('vite');
  if (!vite) throw new Failure('Vite is not installed: npm install --save-dev vite');
  const { input, dir } = job;
  const environment = { command: 'build', mode: 'production', isSsrBuild: false } as const;
  const loaded =
    input.kind === 'config'
      ? ((await vite.loadConfigFromFile(environment, input.path))?.config ?? {})
      : { build: { ssr: input.path } };
  const config: InlineConfig = {
    configFile: false,
    logLevel: 'warn',
    build: dir === null ? { write: false } : { outDir: dir, emptyOutDir: false },
    plugins: [
      await addedPlugins(job, loaded.plugins),
      ...(dir === null ? [] : [{ name: 'module-phases:host', configResolved: forNode }]),
    ] as NonNullable<InlineConfig['plugins']>,
  };
  return { vite, config: vite.mergeConfig(loaded, config) };
}

/** @throws {Failure} where the build is one for a browser */
function forNode({ root, build }: ResolvedConfig): void {
  const { input } = build.rollupOptions;
  const inputs = typeof input === 'object' ? Object.values(input) : [input ?? resolve(root, 'index.html')];
  if (build.ssr || build.lib || !inputs.some((path) => path.endsWith('.html'))) return;
  throw new Failure(
    'this build is for a browser (index.html), and `run` starts programs of Node: put the plugin into the config, then vite build, vite preview, and open the page; or name the entry of a server. `check` needs no browser',
  );
}
