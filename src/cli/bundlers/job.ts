/** What a command asks of a build, whichever bundler does it. */
import { basename, join, parse, resolve } from 'node:path';
import type { PluginApi } from '../../build.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import { Failure } from '../failure.ts';
import type { BuildInput } from '../input.ts';

const NAME = 'module-phases';

/** A chunk that was written, as all bundlers describe it. */
export interface WrittenChunk {
  type: string;
  fileName: string;
  isEntry?: boolean;
  name?: string;
  facadeModuleId?: string | null;
}

/** An output that was written. */
export interface Written {
  format: string;
  /** Name of the first entry in the config. */
  firstEntry: string | undefined;
  chunks: readonly WrittenChunk[];
}

export interface Job {
  input: BuildInput;
  /** Folder for the files; null: nothing is written. */
  dir: string | null;
  /** Only the first config and its first output. */
  isFirstOnly: boolean;
  /** Sets Rolldown's `output.strictExecutionOrder`. */
  isStrict: boolean;
  /** Makes the plugin for a config that has none. */
  createPlugin(): Promise<OwnPlugin>;
  /** Whether options for that plugin are given. */
  hasPluginOptions: boolean;
  onManifest(manifest: Manifest, root: string): void;
  onWritten(written: Written): void;
  /** Why the command ended the build, since not every bundler hands the error on that a plugin throws. */
  refusal?: Failure;
}

/** The plugin, as far as the command uses it. */
export interface OwnPlugin {
  name: string;
  api: PluginApi;
}

/** Options of an output, as far as the command changes them. */
interface OutputOptions {
  file?: string | undefined;
  dir?: string | undefined;
  format?: string | undefined;
  sourcemap?: unknown;
}

const isOwn = (plugin: unknown): plugin is OwnPlugin =>
  typeof plugin === 'object' &&
  plugin !== null &&
  'name' in plugin &&
  plugin.name === NAME &&
  'api' in plugin;

/**
 * Finds the plugin among those of a config and asks it for the manifest. Returns the plugins that the config lacks: that
 * one, and the command's own.
 *
 * @param plugins as configs have them: nested, falsy, promised
 * @throws {Failure} where the config has the plugin, and options for it are given
 */
export async function addedPlugins(job: Job, plugins: unknown): Promise<object[]> {
  const found = (await flat(plugins)).filter(isOwn).find(({ api }) => api.enabled);
  if (found && job.hasPluginOptions)
    throw new Failure('the config has the plugin with options of its own: change them there');
  const own = found ?? (await job.createPlugin());
  own.api.onManifest = job.onManifest;
  return [...(found ? [] : [own]), placing(job)];
}

async function flat(plugins: unknown): Promise<unknown[]> {
  const value = await plugins;
  return Array.isArray(value) ? (await Promise.all(value.map(flat))).flat() : [value];
}

/** Puts the files of an output into the folder of the job, and tells what was written. */
function placing(job: Job): object {
  const { dir, isStrict, onWritten } = job;
  let firstEntry: string | undefined;
  return {
    name: `${NAME}:command`,
    // As the config has it: later on, Rolldown has sorted it.
    options(
      this: { meta: { rolldownVersion?: string } },
      { input }: { input?: string | readonly string[] | Readonly<Record<string, string>> },
    ): void {
      if (isStrict && this.meta.rolldownVersion === undefined) {
        job.refusal = new Failure(
          '--strict-execution-order is an option of Rolldown, which does not build this',
        );
        throw job.refusal;
      }
      const [first] = [input ?? []].flat();
      firstEntry = typeof first === 'object' ? Object.keys(first)[0] : first && parse(first).name;
    },
    outputOptions: {
      // Before the plugin, which notes what the user wants.
      order: 'pre',
      handler: (options: OutputOptions): OutputOptions => ({
        ...options,
        ...(dir !== null && {
          // An error's stack names the sources then: the bundle is soon gone.
          sourcemap: options.sourcemap || true,
          ...(options.file === undefined ? { dir } : { file: join(dir, basename(options.file)) }),
        }),
        ...(isStrict && { strictExecutionOrder: true }),
      }),
    },
    generateBundle(this: { getModuleIds(): Iterable<string> }, _: unknown, bundle: object): void {
      if (dir === null) return;
      const modules = new Set(this.getModuleIds());
      const overwritten = Object.keys(bundle).find((name) => modules.has(resolve(dir, name)));
      if (overwritten !== undefined)
        job.refusal = new Failure(
          `${join(dir, overwritten)} is a source of the bundle: --dir has to name another folder`,
        );
      if (job.refusal) throw job.refusal;
    },
    writeBundle({ format = 'es' }: OutputOptions, bundle: Readonly<Record<string, WrittenChunk>>): void {
      onWritten({ format, firstEntry, chunks: Object.values(bundle).filter(({ type }) => type === 'chunk') });
    },
  };
}

/** A build of Rollup or Rolldown. */
interface Build<O> {
  generate(output: O): Promise<unknown>;
  write(output: O): Promise<unknown>;
  close(): Promise<void>;
}

/** Makes the outputs of a build, and ends it. */
export async function makeOutputs<O>(build: Build<O>, outputs: readonly O[], { dir }: Job): Promise<void> {
  try {
    for (const output of outputs) await (dir === null ? build.generate(output) : build.write(output));
  } finally {
    await build.close();
  }
}

/** What watchers of all bundlers tell. */
export interface WatchEvent {
  code: string;
  error?: unknown;
  result?: { close(): Promise<void> } | null;
}

/** A bundler's own watcher. */
export interface Watcher {
  on(event: 'event', listener: (event: WatchEvent) => void): unknown;
  close(): Promise<void> | void;
}

/** How one bundler does a job. */
export interface Bundler {
  build(job: Job): Promise<void>;
  watch(job: Job): Promise<Watcher>;
}
