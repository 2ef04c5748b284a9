import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type InputOption,
  type ModuleFormat,
  type OutputChunk,
  type OutputOptions,
  type Plugin,
  type RollupLog,
  type RollupOutput,
  rollup,
} from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import { project } from './project.ts';
import { type Log, listener } from './same-bundle.ts';

export const FORMATS = ['es', 'cjs', 'iife'] as const;
export type Format = (typeof FORMATS)[number];
export type PluginOptions = NonNullable<Parameters<typeof modulePhases>[0]>;

/** What bundles: those of this repository, or those of a project that has another Rollup. */
export interface Tools {
  rollup: typeof rollup;
  modulePhases: typeof modulePhases;
}

export interface BundleInput {
  /** A folder, or the modules' texts by their paths. */
  source: string | Record<string, string>;
  /** @default 'main.js' */
  input?: InputOption;
  /** Options of the plugin; `false`: a bundle without it. `console` is off and `root` the source, unless named. */
  trace?: PluginOptions | false;
  /** @default 'es' */
  format?: ModuleFormat;
  external?: string[];
  /** @default true */
  treeshake?: boolean;
  /** Plugins before ours. */
  plugins?: Plugin[];
  /** Plugins after ours. */
  after?: Plugin[];
  output?: OutputOptions;
  tools?: Tools;
}

export interface Bundle {
  /** The folder of the source. */
  dir: string;
  /** The first entry's chunk. */
  chunk: OutputChunk;
  output: RollupOutput['output'];
  /** Of every level. */
  logs: Log[];
  warnings: RollupLog[];
}

/** Source in, whole output out. */
export async function bundle({
  source,
  input = 'main.js',
  trace = {},
  format = 'es',
  external = [],
  treeshake = true,
  plugins = [],
  after = [],
  output: outputOptions = {},
  tools = { rollup, modulePhases },
}: BundleInput): Promise<Bundle> {
  const dir = typeof source === 'string' ? source : project(source);
  const { logs, onLog } = listener();
  const build = await tools.rollup({
    input: inside(dir, input),
    external,
    treeshake,
    plugins: [
      ...plugins,
      ...(trace === false ? [] : [tools.modulePhases({ console: false, root: dir, ...trace })]),
      ...after,
    ],
    onLog,
  });
  try {
    const { output } = await build.generate({
      format,
      name: 'story',
      // A hash would be of the content.
      chunkFileNames: '[name].js',
      // Node runs the iife as a CommonJS module.
      globals: (id) => `require(${JSON.stringify(id)})`,
      ...outputOptions,
    });
    const warnings = logs.filter(({ level }) => level === 'warn');
    return { dir, chunk: output[0], output, logs, warnings };
  } finally {
    await build.close();
  }
}

/** A file of a bundle, whichever bundler made it. */
type BundleFile =
  | { type: 'chunk'; fileName: string; code: string }
  | { type: 'asset'; fileName: string; source: string | Uint8Array };

interface Written {
  dir: string;
  chunk: { fileName: string };
  output: readonly BundleFile[];
}

/** Writes a bundle below its project, ready to run; returns the path of its first chunk. */
export function write({ dir, chunk, output }: Written, format: ModuleFormat, name: string): string {
  const out = join(dir, 'out', name);
  const type = format === 'es' ? 'module' : 'commonjs';
  for (const [path, content] of Object.entries({
    'package.json': JSON.stringify({ type }),
    ...filesOf(output),
  })) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), content);
  }
  return join(out, chunk.fileName);
}

/** The content of each file, by its name. */
export const filesOf = (output: readonly BundleFile[]): Record<string, string | Uint8Array> =>
  Object.fromEntries(output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]));

const inside = (dir: string, input: InputOption): InputOption => {
  if (typeof input === 'string') return join(dir, input);
  if (Array.isArray(input)) return input.map((path) => join(dir, path));
  return Object.fromEntries(Object.entries(input).map(([name, path]) => [name, join(dir, path)]));
};
