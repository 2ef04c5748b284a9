import type { OutputOptions, RolldownOptions } from 'rolldown';
import type { loadConfig as LoadConfig } from 'rolldown/config';
import { Failure } from '../failure.ts';
import { loadInstalled } from '../installed.ts';
import { addedPlugins, type Bundler, type Job, makeOutputs, type Watcher } from './job.ts';

type Rolldown = Pick<typeof import('rolldown'), 'rolldown' | 'watch'>;

export const bundler: Bundler = {
  async build(job) {
    const { rolldown } = await load<Rolldown>('rolldown');
    for (const { output, ...options } of await configsOf(job)) {
      await makeOutputs(await rolldown(options), output, job);
    }
  },

  async watch(job) {
    const { watch } = await load<Rolldown>('rolldown');
    return watch(await configsOf(job)) as Watcher;
  },
};

async function load<M>(specifier: string): Promise<M> {
  const loaded = await loadInstalled<M>(specifier);
  if (!loaded) throw new Failure('Rolldown is not installed: npm install --save-dev rolldown');
  return loaded;
}

type Config = Omit<RolldownOptions, 'output'> & { output: OutputOptions[] };

async function configsOf(job: Job): Promise<Config[]> {
  const { input, isFirstOnly } = job;
  const all = input.kind === 'config' ? await loadConfig(input.path) : [entryConfig(input.path)];
  return Promise.all(
    (isFirstOnly ? all.slice(0, 1) : all).map(async (config) => {
      const outputs = [config.output ?? {}].flat();
      return {
        ...config,
        plugins: [config.plugins, await addedPlugins(job, config.plugins)],
        output: isFirstOnly ? outputs.slice(0, 1) : outputs,
      } as Config;
    }),
  );
}

async function loadConfig(path: string): Promise<RolldownOptions[]> {
  const loader = await load<{ loadConfig: typeof LoadConfig }>('rolldown/config');
  const exported = await loader.loadConfig(path);
  return [typeof exported === 'function' ? await exported({}) : exported].flat();
}

/** Of a bare entry. */
const entryConfig = (input: string): RolldownOptions => ({
  input,
  platform: 'node',
  output: { format: 'es' },
});
