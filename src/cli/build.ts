/** Builds with the plugin, by whichever bundler. */
import type { FilterPattern } from '@rollup/pluginutils';
import type { ConsoleDetail } from '../protocol/tables.ts';
import type { Arguments, Options } from './arguments.ts';
import type { Bundler, Job, OwnPlugin, Watcher } from './bundlers/job.ts';
import { EXIT, Failure } from './failure.ts';
import type { BundlerName } from './input.ts';
import { withProgress } from './terminal.ts';

/** Options of the plugin that a config need not have for the command. */
export const PLUGIN_OPTIONS: Options = {
  include: {
    value: '<glob>',
    isList: true,
    text: 'modules whose reads and writes are traced (several times: more)',
  },
  exclude: { value: '<glob>', isList: true, text: 'modules whose reads and writes are not traced' },
  root: { value: '<folder>', text: 'folder to which the paths of modules are relative (default: this one)' },
};

const DETAILS = ['auto', 'full', 'order', 'summary'] as const satisfies readonly ConsoleDetail[];

/** How the bundle of `run` prints. */
export const CONSOLE_OPTIONS: Options = {
  detail: {
    value: '<detail>',
    choices: DETAILS,
    text: `how much is printed: ${DETAILS.join(', ')}`,
  },
};

/** The part of a job that the arguments decide. */
export function pluginFrom(given: Arguments): Pick<Job, 'createPlugin' | 'hasPluginOptions'> {
  const names = Object.keys({ ...PLUGIN_OPTIONS, ...CONSOLE_OPTIONS });
  const list = (name: string): FilterPattern | undefined =>
    given.has(name) ? [...given.all(name)] : undefined;
  return {
    hasPluginOptions: names.some(given.has),
    async createPlugin(): Promise<OwnPlugin> {
      // The plugin itself, with all that it needs: only where something is built.
      const { modulePhases } = await import('../index.ts');
      return modulePhases({
        include: list('include'),
        exclude: list('exclude'),
        root: given.one('root'),
        console: { detail: detailOf(given) },
      });
    },
  };
}

const detailOf = (given: Arguments) => DETAILS.find((detail) => detail === given.one('detail'));

const BUNDLERS: Readonly<Record<BundlerName, () => Promise<{ bundler: Bundler }>>> = {
  rollup: () => import('./bundlers/rollup.ts'),
  rolldown: () => import('./bundlers/rolldown.ts'),
  vite: () => import('./bundlers/vite.ts'),
};

const TITLES: Readonly<Record<BundlerName, string>> = {
  rollup: 'Rollup',
  rolldown: 'Rolldown',
  vite: 'Vite',
};

/** @throws {Failure} with the bundler's own error, whole */
export async function build(job: Job): Promise<void> {
  const name = job.input.bundler;
  const { bundler } = await BUNDLERS[name]();
  await withProgress(`building with ${TITLES[name]}`, () => bundler.build(job)).catch((error: unknown) => {
    throw job.refusal ?? buildFailure(error);
  });
}

/** Builds, and builds again with each change. */
export async function watch(job: Job): Promise<Watcher> {
  const { bundler } = await BUNDLERS[job.input.bundler]();
  return bundler.watch(job).catch((error: unknown) => {
    throw job.refusal ?? buildFailure(error);
  });
}

const buildFailure = (error: unknown): Failure =>
  error instanceof Failure ? error : new Failure(`the build failed\n${errorText(error)}`, EXIT.BUILD);

/** What the bundler's own command would print. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, stack = '', frame, code, cause } = error as Error & { frame?: string; code?: string };
  // The calls inside of a bundler say nothing of what is wrong with a source.
  const isOfSource = 'errors' in error || (code !== undefined && code !== 'PLUGIN_ERROR');
  const calls = isOfSource ? [] : stack.split('\n').filter((line) => /^\s+at /.test(line));
  return [
    message.trimEnd(),
    ...(frame && !message.includes(frame) ? [frame] : []),
    // What was caught says more than where.
    ...(cause === undefined ? calls : [errorText(cause)]),
  ].join('\n');
}
