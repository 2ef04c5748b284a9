import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import commonjsPlugin, { type RollupCommonJSOptions } from '@rollup/plugin-commonjs';
import jsonPlugin from '@rollup/plugin-json';
import { expect } from 'chai';
import type { OutputOptions as RolldownOutputOptions } from 'rolldown';
import type { OutputOptions, Plugin } from 'rollup';
import { FORMATS, type Format, type PluginOptions } from './bundle.ts';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));
const updating = process.env.UPDATE_FIXTURES === '1';

/** How a story is built by Rolldown: what its output has beside the story's own options. */
export const VARIANTS = {
  rolldown: { format: 'es' },
  'rolldown-cjs': { format: 'cjs' },
  'rolldown-strict': { format: 'es', strictExecutionOrder: true },
} as const satisfies Record<string, RolldownOutputOptions>;
export type RolldownVariant = keyof typeof VARIANTS;

/** What holds in all formats, or in some. */
type PerFormat<T, F extends Format | RolldownVariant = Format> = T | Partial<Record<F, T>>;

/** What holds in one. */
export const inFormat = <T extends string | string[], F extends Format | RolldownVariant>(
  setting: PerFormat<T, F> | undefined,
  format: F,
): T | undefined => (typeof setting === 'object' && !Array.isArray(setting) ? setting[format] : setting);

/** Paths in the story's folder. */
type Entries = [string, ...string[]];

/** `_config.json` of a fixture. */
interface StoryConfig {
  /** What the story shows. */
  description: string;
  /** The entries. @default ['main.js'] */
  input?: Entries;
  /** The entries that the program loads, one after another. @default all */
  run?: Entries;
  external?: string[];
  /** The plugin's. */
  options?: PluginOptions;
  /** Options of @rollup/plugin-commonjs, where the story needs it. */
  commonjs?: RollupCommonJSOptions;
  /** Rollup's. */
  treeshake?: boolean;
  /** Rollup's. Paths in `manualChunks` are relative to the story's folder. */
  output?: Omit<OutputOptions, 'manualChunks'> & { manualChunks?: Record<string, string[]> };
  /** Codes of Rollup's warnings, by format or for all. */
  warnings?: PerFormat<string[]>;
  /** Codes of those that the plugin adds. */
  pluginWarnings?: PerFormat<string[]>;
  /** Why the plain bundle prints or does something else than Node with the modules, by format or for all. */
  nativeDiffers?: PerFormat<string>;
  /** @default all */
  formats?: Format[];
  /** Why not all. */
  formatsReason?: string;
  /** `count`: `trace.txt` has the numbers of events alone. @default 'full' */
  trace?: 'full' | 'count';
  /** Why the plugin must leave the bundle as it is, to the letter. */
  untraced?: PerFormat<string>;
  /** Why nothing is run. */
  notRun?: string;
  /** What is otherwise with Rolldown. */
  rolldown?: RolldownConfig;
}

/** Each for all variants, or for some. */
interface RolldownConfig {
  /** Why Rolldown refuses to build the story. */
  notBuilt?: PerVariant<string>;
  /** Why the story is not run, nor built. */
  notRun?: PerVariant<string>;
  /** Codes of Rolldown's warnings. */
  warnings?: PerVariant<string[]>;
  /** Codes of those that the plugin adds. @default as with Rollup */
  pluginWarnings?: PerVariant<string[]>;
  /** Why the plain bundle prints or does something else than Node with the modules. */
  nativeDiffers?: PerVariant<string>;
  /** Why the plugin must leave the bundle as it is, to the letter. @default as with Rollup */
  untraced?: PerVariant<string>;
}

type PerVariant<T> = PerFormat<T, RolldownVariant>;

const KEYS: Record<keyof StoryConfig, true> = {
  description: true,
  input: true,
  run: true,
  external: true,
  options: true,
  commonjs: true,
  treeshake: true,
  output: true,
  warnings: true,
  pluginWarnings: true,
  nativeDiffers: true,
  formats: true,
  formatsReason: true,
  trace: true,
  untraced: true,
  notRun: true,
  rolldown: true,
};

const ROLLDOWN_KEYS: Record<keyof RolldownConfig, true> = {
  notBuilt: true,
  notRun: true,
  warnings: true,
  pluginWarnings: true,
  nativeDiffers: true,
  untraced: true,
};

export interface Story {
  /** `suite/case` */
  name: string;
  dir: string;
  config: StoryConfig;
  formats: readonly Format[];
  /** Those of Rolldown's that have one of these formats. */
  variants: readonly RolldownVariant[];
}

// The types are those of the packages' CommonJS builds.
const commonjs = commonjsPlugin as unknown as (options: RollupCommonJSOptions) => Plugin;
const json = jsonPlugin as unknown as () => Plugin;

/** The story's plugins, before ours; globs are relative to the story's folder. */
export function pluginsOf({ commonjs: options }: StoryConfig, dir: string): Plugin[] {
  if (!options) return [];
  const { dynamicRequireTargets = [] } = options;
  const targets = [dynamicRequireTargets].flat().map((glob) => join(relative('.', dir), glob));
  const found = targets.length > 0 && { dynamicRequireTargets: targets, dynamicRequireRoot: dir };
  return [commonjs({ ...options, ...found }), json()];
}

/** The entries that the story's program loads, as paths in this folder. */
export function entriesIn({ input = ['main.js'], run = input }: StoryConfig, dir: string): Entries {
  const [first, ...others] = run;
  return [join(dir, first), ...others.map((entry) => join(dir, entry))];
}

/** The story's options of the output, where it stands in this folder. */
export function outputOf(
  { output: { manualChunks, ...output } = {} }: StoryConfig,
  dir: string,
): OutputOptions {
  if (!manualChunks) return output;
  const chunks = Object.entries(manualChunks).map(([name, modules]) => [
    name,
    modules.map((module) => join(dir, module)),
  ]);
  return { ...output, manualChunks: Object.fromEntries(chunks) };
}

/** The same for Rolldown, in its own words. */
export function rolldownOutputOf({ output = {} }: StoryConfig, dir: string): RolldownOutputOptions {
  const { manualChunks, inlineDynamicImports, banner, generatedCode, preserveModules, ...others } = output;
  expect(others, 'options that mean nothing to Rolldown').to.deep.equal({});
  const groups = Object.entries(manualChunks ?? {}).map(([name, modules]) => {
    const ids = modules.map((module) => join(dir, module));
    return { name, test: (id: string) => ids.includes(id) };
  });
  return {
    ...(typeof banner === 'string' && { banner }),
    ...(typeof generatedCode === 'object' && { generatedCode: { symbols: generatedCode.symbols === true } }),
    ...(preserveModules && { preserveModules }),
    ...(inlineDynamicImports && { codeSplitting: false }),
    ...(manualChunks && { codeSplitting: { groups } }),
  };
}

/** Every fixture, in order. */
export function stories(): Story[] {
  const found = folders(fixtures).flatMap((suite) =>
    folders(join(fixtures, suite)).map((name) => story(`${suite}/${name}`, join(fixtures, suite, name))),
  );
  expect(found, fixtures).not.to.be.empty;
  return found;
}

function story(name: string, dir: string): Story {
  const config: StoryConfig = JSON.parse(readFileSync(join(dir, '_config.json'), 'utf8'));
  expect(KEYS, `${name}/_config.json`).to.include.all.keys(Object.keys(config));
  if (config.rolldown) {
    expect(ROLLDOWN_KEYS, `${name}/_config.json: rolldown`).to.include.all.keys(Object.keys(config.rolldown));
  }
  expect(config.description, `${name}: description`).to.be.a('string').that.is.not.empty;
  expect(Boolean(config.formats), `${name}: formats and formatsReason`).to.equal(
    Boolean(config.formatsReason),
  );
  const formats = config.formats ?? FORMATS;
  const variants = (Object.keys(VARIANTS) as RolldownVariant[]).filter((variant) =>
    formats.includes(VARIANTS[variant].format),
  );
  expect(
    expectations(formats, variants, config),
    `${name}: expectations that no test reads`,
  ).to.include.members(readdirSync(dir).filter((file) => file.endsWith('.txt')));
  return { name, dir, config, formats, variants };
}

/** Files of expectations that a story may have. */
const expectations = (
  formats: readonly Format[],
  variants: readonly RolldownVariant[],
  { notRun, rolldown = {} }: StoryConfig,
): string[] => {
  if (notRun) return [];
  const run = variants.filter(
    (variant) => !inFormat(rolldown.notBuilt, variant) && !inFormat(rolldown.notRun, variant),
  );
  return [
    ...BASES.map((base) => `${base}.txt`),
    'expected.native.txt',
    ...formats.slice(1).flatMap((format) => BASES.map((base) => `${base}.${format}.txt`)),
    // A trace of each would be much to read, and say little that the findings do not.
    ...run.flatMap((variant) => BASES.flatMap((base) => (base === 'trace' ? [] : `${base}.${variant}.txt`))),
  ];
};

/** What it prints, its trace, what its findings say, and what the build says before anything runs. */
const BASES = ['expected', 'trace', 'findings', 'build'] as const;
type Base = (typeof BASES)[number];

const folders = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

/** What has an expectation of its own: a format but the first, a variant of Rolldown's, or Node with the modules. */
export type Variant = Format | RolldownVariant | 'native';

/** Whose expectation holds where a variant has none, before that of the first format. */
const FALLBACKS: Partial<Record<Variant, Variant>> = {
  iife: 'cjs',
  'rolldown-cjs': 'rolldown',
  'rolldown-strict': 'rolldown',
};

/**
 * Compares with `<base>.<variant>.txt`, or, where there is none, with what the variant falls back to, at last with
 * `<base>.txt`, which is the first format's. One that repeats its fallback is an error, and an empty text needs no file
 * where there is none to fall back to.
 */
export function expectText({ dir, name, formats }: Story, base: Base, variant: Variant, text: string): void {
  const [own = '', ...others] = [variant, FALLBACKS[variant] ?? []]
    .flat()
    .map((part) => join(dir, `${base}.${part}.txt`))
    .concat(join(dir, `${base}.txt`))
    .slice(variant === formats[0] ? -1 : 0);
  const fallback = others.find(existsSync);
  const usual = fallback ? readFileSync(fallback, 'utf8') : '';
  if (updating) {
    rmSync(own, { force: true });
    if (usual !== text) writeFileSync(own, text);
    return;
  }
  const hasOwn = existsSync(own);
  expect(text, `${name}/${base}`).to.equal(hasOwn ? readFileSync(own, 'utf8') : usual);
  if (hasOwn) expect(text, `${own} repeats ${fallback ?? 'nothing'}`).not.to.equal(usual);
}

/** The first of these texts of the story that has a file. */
export function textOf({ dir }: Story, ...names: string[]): string {
  const file = names.map((name) => join(dir, `${name}.txt`)).find(existsSync);
  return file ? readFileSync(file, 'utf8') : '';
}
