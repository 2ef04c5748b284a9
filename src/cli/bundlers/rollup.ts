import { isBuiltin } from 'node:module';
import type { MergedRollupOptions, OutputOptions, RollupOptions } from 'rollup';
import type { LoadConfigFile } from 'rollup/loadConfigFile';
import { Failure } from '../failure.ts';
import { installed, loadInstalled } from '../installed.ts';
import { addedPlugins, type Bundler, type Job, makeOutputs, type Watcher } from './job.ts';

type Rollup = Pick<typeof import('rollup'), 'rollup' | 'watch'>;

export const bundler: Bundler = {
  async build(job) {
    const { rollup } = await load();
    const { configs, flush } = await configsOf(job);
    try {
      for (const { output, ...options } of configs) {
        await makeOutputs(await rollup(options), output, job);
      }
    } finally {
      flush();
    }
  },

  async watch(job): Promise<Watcher> {
    const { watch } = await load();
    return watch((await configsOf(job)).configs);
  },
};

async function load(): Promise<Rollup> {
  const rollup = await loadInstalled<Rollup>('rollup');
  if (!rollup) throw new Failure('Rollup is not installed: npm install --save-dev rollup');
  return rollup;
}

type Config = Omit<RollupOptions, 'output'> & { output: OutputOptions[] };

/** What to build, and what tells the warnings of it. */
async function configsOf(job: Job): Promise<{ configs: Config[]; flush(): void }> {
  const { input, isFirstOnly } = job;
  const loaded = input.kind === 'config' ? await loadConfig(input.path) : undefined;
  const all: Config[] = loaded?.options ?? [await entryConfig(input.path)];
  const configs = await Promise.all(
    (isFirstOnly ? all.slice(0, 1) : all).map(async (config) => ({
      ...config,
      plugins: [config.plugins, await addedPlugins(job, config.plugins)] as RollupOptions['plugins'],
      output: isFirstOnly ? config.output.slice(0, 1) : config.output,
    })),
  );
  return { configs, flush: () => loaded?.warnings.flush() };
}

async function loadConfig(
  path: string,
): Promise<{ options: MergedRollupOptions[]; warnings: { flush(): void } }> {
  const loader = await loadInstalled<{ loadConfigFile: LoadConfigFile }>('rollup/loadConfigFile');
  if (!loader) throw new Failure('Rollup is not installed: npm install --save-dev rollup');
  // As with the plugin that Rollup's own command asks for a config in TypeScript.
  const configPlugin = /\.[cm]?ts$/.test(path)
    ? ['rollup-plugin-esbuild', '@rollup/plugin-typescript'].find((name) => installed(name))
    : undefined;
  return loader.loadConfigFile(path, { config: path, ...(configPlugin && { configPlugin }) });
}

/** Plugins that let Rollup resolve what Node resolves. */
const RESOLVING = {
  '@rollup/plugin-node-resolve': { exportConditions: ['node'], preferBuiltins: true },
  '@rollup/plugin-commonjs': {},
  '@rollup/plugin-json': {},
};

/** Of a bare entry. */
async function entryConfig(path: string): Promise<Config> {
  if (!/\.[cm]?js$/.test(path))
    throw new Failure(
      `Rollup by itself compiles no ${path.slice(path.lastIndexOf('.'))} files: npm install --save-dev rolldown, or name a config`,
    );
  const plugins = await Promise.all(
    Object.entries(RESOLVING).map(async ([name, options]) =>
      (await loadInstalled<{ default(options: object): object }>(name))?.default(options),
    ),
  );
  return {
    input: path,
    external: isBuiltin,
    plugins: plugins as RollupOptions['plugins'],
    output: [{ format: 'es' }],
  } as Config;
}
