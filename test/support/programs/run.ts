/** Runs generated programs: as they are, with the recorder's calls, and as plain and traced bundles. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { type Plugin, rollup } from 'rollup';
import modulePhases, { type Options } from 'rollup-plugin-module-phases';
import type { TraceEvent } from '../../../src/protocol/events.ts';
import { filesOf } from '../bundle.ts';
import { runJobs, writeAll } from '../jobs.ts';
import { type Built, expectSameBundle, listener } from '../same-bundle.ts';
import type { Program } from './program.ts';

export const FORMATS = ['es', 'cjs', 'iife', 'amd', 'system'] as const;
export type Format = (typeof FORMATS)[number];
const runner = fileURLToPath(new URL('runner.mjs', import.meta.url));

export interface Case {
  format: Format;
  program: Program;
}

export interface Setting {
  treeshake: boolean;
  options: Options;
  /** Whether the program runs natively too, as it is and with the recorder's calls. */
  native?: boolean;
  /** Whether a minifier goes before the plugin. */
  minified?: boolean;
}

/** What makes the bundles. */
export interface Bundler<Made extends Written = Written> {
  build(
    modules: Record<string, string>,
    format: Format,
    setting: Setting,
    /** Of the plugin; `null`: without it. */
    options: Options | null,
  ): Promise<Made>;
  expectSame(traced: Made, plain: Made, context: string): void;
}

interface Written {
  output: Parameters<typeof filesOf>[0];
}

/** What one run shows; `recorded` is what it told the recorder. */
export interface Result {
  lines: string[];
  events: TraceEvent[];
  failures: number;
  recorded: { site?: number; text: string }[];
}

export interface Runs {
  native?: Result;
  recorded?: Result;
  plain: Result;
  traced: Result;
  /** Throws where the bundler has not made the same of the program, or nothing. */
  expectSameBundle(context: string): void;
}

type Files = ReturnType<typeof filesOf>;

interface Job {
  format: Format;
  dir: string;
  sites: Program['sites'];
  functions: Program['functions'];
}

export async function runAll<Made extends Written>(
  folder: string,
  cases: readonly Case[],
  setting: Setting,
  bundler: Bundler<Made>,
): Promise<Runs[]> {
  const jobs: Job[] = [];
  const comparisons: Runs['expectSameBundle'][] = [];
  for (const { format, program } of cases) {
    const dir = mkdtempSync(join(folder, 'program-'));
    const { sites, functions } = program;
    const add = (name: string, files: Files, as: Format): void => {
      const type = as === 'es' ? 'module' : 'commonjs';
      writeAll(join(dir, name), { ...files, 'package.json': JSON.stringify({ type }) });
      jobs.push({ format: as, dir: join(dir, name), sites, functions });
    };
    const source = setting.minified ? await minify(program.modules) : program.modules;
    // The programs of one process share a trace.
    const options: Options = { console: false, root: '/', limit: 1e8, ...setting.options };
    if (setting.native) {
      add('native', source, 'es');
      add('recorded', program.recorded, 'es');
    }
    const plain = await bundler.build(source, format, setting, null);
    const traced = await bundler.build(source, format, setting, options).catch(asError);
    add('plain', filesOf(plain.output), format);
    add('traced', traced instanceof Error ? thrown(traced) : filesOf(traced.output), format);
    comparisons.push((context) => {
      if (traced instanceof Error) throw new Error(`the traced build failed\n${context}`, { cause: traced });
      bundler.expectSame(traced, plain, context);
    });
  }
  const results = runJobs<Job, Result>({
    folder,
    jobs,
    runner,
    timeout: 15_000,
    mayTimeOut: true,
    crashed: { lines: ['crashed'], events: [], failures: 0, recorded: [] },
  });
  return comparisons.map((expectSameBundle) => {
    const [native, recorded] = setting.native ? results.splice(0, 2) : [];
    const [plain, traced] = results.splice(0, 2);
    if (!plain || !traced) throw new Error('A run has no result');
    return { ...(native && recorded && { native, recorded }), plain, traced, expectSameBundle };
  });
}

const asError = (error: Error): Error => error;

/** A build that fails shows its error where the program would run. */
const thrown = ({ message }: Error): Files => ({
  'm0.js': `throw new Error(${JSON.stringify(`no bundle: ${message}`)});`,
});

async function minify(modules: Record<string, string>): Promise<Record<string, string>> {
  const minified: Record<string, string> = {};
  for (const [path, code] of Object.entries(modules)) {
    const options = { format: 'esm', minifyWhitespace: true, minifySyntax: true } as const;
    minified[path] = (await transform(code, options)).code;
  }
  return minified;
}

export const byRollup: Bundler<Built> = {
  async build(modules, format, { treeshake }, options) {
    const { logs, onLog } = listener();
    const inMemory: Plugin = {
      name: 'in-memory',
      resolveId: (id) => `/${id.replace(/^\.?\//, '')}`,
      load: (id) => modules[id.slice(1)] ?? null,
    };
    const bundle = await rollup({
      input: '/m0.js',
      treeshake,
      plugins: [inMemory, options && modulePhases(options)],
      onLog,
    });
    const { output } = await bundle.generate({
      format,
      name: format === 'iife' ? 'generated' : undefined,
      exports: 'named',
      // Node runs the iife as a CommonJS module, which shows what it exports.
      ...(format === 'iife' && { footer: 'module.exports = generated;' }),
    });
    return { output, logs };
  },
  expectSame: (traced, plain, context) => expectSameBundle(traced, plain, { context }),
};
