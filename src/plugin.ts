/** The hooks of Rollup and Rolldown; each calls the build that it belongs to. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import type { Node } from 'estree';
import type { LogLevel, OutputOptions, Plugin, PluginContext, RollupLog, SourceMap } from 'rollup';
import type { PluginApi } from './build.ts';
import {
  createRolldownBuild,
  type RolldownBuild,
  type RolldownBuildInput,
  type RolldownBundle,
  type RolldownOptions,
  type WantedOutput,
} from './build-rolldown.ts';
import { createRollupBuild, type RollupBuild } from './build-rollup.ts';
import {
  duplicatePlugin,
  manifestNameTaken,
  noBundle,
  rolldownNotFound,
  rolldownTooOld,
  rollupTooOld,
  runtimeNameTaken,
} from './errors.ts';
import type { RawMap } from './model.ts';
import { NAME } from './modules.ts';
import { isDefaultFilter, NODE_MODULES, type Options, resolveOptions } from './options.ts';
import type { AddedFile } from './output.ts';
import { type BundlerParser, createParser } from './parse.ts';
import { PHASE_WORDS } from './record/record.ts';
import { loadRolldownUtils, type RolldownUtils } from './rolldown-utils.ts';
import { RUNTIME_PARTS, type RuntimeTexts } from './runtime-text.ts';

/**
 * The plugin, for Rollup, Rolldown, Vite and what is built on them: each takes it as one of its own plugins.
 */
export interface ModulePhasesPlugin {
  name: string;
  api: PluginApi;
}

/**
 * Traces the bundle that a config of Rollup, Rolldown or Vite makes: see {@link Options}.
 *
 * @throws {Error} with `code` `INVALID_OPTION` or `UNKNOWN_OPTION`
 */
export function modulePhases(options: Options = {}): ModulePhasesPlugin {
  const resolved = resolveOptions(options);
  if (!resolved.enabled) return disabledPlugin();
  const runtimeTexts = Object.fromEntries(
    RUNTIME_PARTS.map((part) => [part, readText(`./runtime/${part}.js`)]),
  ) as RuntimeTexts;
  const { version, peerDependencies } = JSON.parse(readText('../package.json')) as Manifest;
  /** Identifies this instance: hosts may copy the plugin, but copies share this object. */
  const api: PluginApi = { enabled: true };
  /** A plugin may serve several builds at once. */
  const builds = {
    rollup: new WeakMap<object, RollupBuild>(),
    rolldown: new WeakMap<object, RolldownBuild>(),
  };
  /** The builds of Rollup for `onLog`, which has no `getModuleInfo`. */
  const live = new Set<WeakRef<RollupBuild>>();
  const buildInput = { ...resolved, api, version, runtimeTexts, textOf };
  const rollupBuild = (context: PluginContext): RollupBuild | undefined => builds.rollup.get(keyOf(context));
  const rolldownBuild = (context: PluginContext): RolldownBuild | undefined =>
    builds.rolldown.get(keyOf(context));

  /** An object that all hooks of one build share. */
  function keyOf(context: PluginContext): object {
    // In Rollup it is the same function in all hooks of one build.
    if (versionOfRolldown(context) === undefined) return context.getModuleInfo;
    return (context as RolldownContext).data ?? api;
  }

  /** Set before Rolldown looks which hooks there are: each that it calls costs it time. */
  let isRolldown = false;
  function meet(this: { meta: object }): null {
    isRolldown = versionOfRolldown(this) !== undefined;
    return null;
  }
  // A plugin may have a hook that is undefined, though no type says so.
  const inRollup = <H>(hook: H): H => (isRolldown ? undefined : hook) as H;

  const plugin: { [Hook in keyof Plugin]: Plugin[Hook] | undefined } & { config: unknown } = {
    name: NAME,
    api,
    options: meet,
    // Vite copies hooks before it calls `options`.
    config: meet,

    outputOptions(options) {
      // Until the chunks are realised they must be as Rolldown prints them, with a map.
      const version = versionOfRolldown(this);
      if (version === undefined || isOlder(version, peerDependencies.rolldown.slice(1))) return null;
      // The plugin is in the config twice.
      if (WANTED in options) return null;
      const { sourcemap, minify } = options as OutputOptions & { minify?: unknown };
      const wanted: WantedOutput = { sourcemap: sourcemap ?? false, minify: minify ?? 'dce-only' };
      return { ...options, sourcemap: 'hidden', minify: false, [WANTED]: wanted } as OutputOptions;
    },

    buildStart({ plugins }) {
      // The plugin is in the config twice: the first call has created the build for both.
      if (rollupBuild(this) || rolldownBuild(this)?.isOpen()) return;
      const { rollupVersion } = this.meta;
      const rolldownVersion = versionOfRolldown(this);
      const twins = (plugins ?? []).filter((other) => other.name === NAME && other.api?.enabled);
      if (twins[1]?.api === api) this.warn(duplicatePlugin());
      if (plugins === undefined) this.warn(noBundle());
      else if ((twins[0]?.api ?? api) !== api) return;
      else if (rolldownVersion !== undefined) {
        const needed = peerDependencies.rolldown;
        if (isOlder(rolldownVersion, needed.slice(1))) this.warn(rolldownTooOld(rolldownVersion, needed));
        else {
          const parts = rolldownParts(this, rolldownVersion, [resolved.root, process.cwd()]);
          builds.rolldown.set(keyOf(this), createRolldownBuild({ ...buildInput, ...parts }));
        }
      } else if (isOlder(rollupVersion, peerDependencies.rollup.slice(1)))
        this.error(rollupTooOld(rollupVersion, peerDependencies.rollup));
      else {
        const parser = createParser(
          rollupParser() ?? { parseAst: (code) => this.parse(code, { jsx: true }) },
        );
        const build = createRollupBuild({ ...buildInput, parser, host: this });
        builds.rollup.set(keyOf(this), build);
        for (const known of live) if (!known.deref()) live.delete(known);
        live.add(new WeakRef(build));
      }
    },

    onLog: {
      order: 'pre',
      handler(_level: LogLevel, log: RollupLog) {
        const isDropped = [...live].some((build) => build.deref()?.modules.dropsLog(log));
        return isDropped ? false : null;
      },
    },

    get shouldTransformCachedModule() {
      return inRollup<Plugin['shouldTransformCachedModule']>(function ({ id, code, meta }) {
        return rollupBuild(this)?.modules.isOutdated(id, code, meta) ?? false;
      });
    },

    transform: {
      order: 'post',
      get filter() {
        return isRolldown && isDefaultFilter(resolved.patterns) ? (OWN_OR_PHASES as object) : undefined;
      },
      async handler(code, id, options) {
        const byPlace = rolldownBuild(this)?.modules;
        if (byPlace) {
          await byPlace.transform({
            id,
            code,
            type: (options as { moduleType?: string } | undefined)?.moduleType ?? 'js',
            mapOf: () => this.getCombinedSourcemap() as RawMap,
          });
          return null;
        }
        const mapOf = (): SourceMap => this.getCombinedSourcemap();
        return (await rollupBuild(this)?.modules.transform(code, id, mapOf)) ?? null;
      },
    },

    get resolveDynamicImport() {
      return inRollup<Plugin['resolveDynamicImport']>({
        order: 'post',
        handler(specifier, importer) {
          // Rollup resolves literals by itself.
          if (typeof specifier !== 'string')
            rollupBuild(this)?.modules.noteUnresolved(importer, specifier as Node);
          return null;
        },
      });
    },

    get moduleParsed() {
      return inRollup<Plugin['moduleParsed']>(function (info) {
        return rollupBuild(this)?.modules.parsed(info);
      });
    },

    buildEnd(error) {
      return (rolldownBuild(this) ?? rollupBuild(this))?.end(error !== undefined);
    },

    augmentChunkHash() {
      // Rolldown makes the names of files before the chunks are realised: other options make another file.
      return isRolldown
        ? `${version} ${inspect([resolved.settings, resolved.sinkFunction, resolved.patterns, resolved.runtime], { depth: null })}`
        : undefined;
    },

    get renderChunk() {
      return inRollup<Plugin['renderChunk']>({
        order: 'pre',
        handler(code, chunk, outputOptions, { chunks }) {
          const build = rollupBuild(this);
          const text = build?.renderChunk(code, chunk, outputOptions, chunks);
          return text
            ? { code: text.toString(), map: outputOptions.sourcemap ? text.generateMap() : null }
            : null;
        },
      });
    },

    generateBundle: {
      // Other plugins are to see the chunks as they will be.
      order: 'pre',
      async handler(outputOptions, bundle) {
        const byPlace = rolldownBuild(this);
        const files: readonly AddedFile[] = byPlace
          ? await byPlace.finish(
              outputOptions as unknown as RolldownOptions,
              (this as RolldownContext).outputOptions?.[WANTED] ?? { sourcemap: 'hidden', minify: false },
              bundle as unknown as RolldownBundle,
            )
          : (rollupBuild(this)?.finish(outputOptions, bundle) ?? []);
        for (const { content, fileName, text } of files) {
          const isRuntime = content === 'runtime';
          const existing = Object.keys(bundle).find((name) => name.toLowerCase() === fileName.toLowerCase());
          if (existing !== undefined)
            this.error(isRuntime ? runtimeNameTaken(existing) : manifestNameTaken(existing));
          // As a chunk, not an asset: some tools use only the chunks of an output.
          if (isRuntime)
            this.emitFile({ type: 'prebuilt-chunk', fileName, code: text, exports: ['build', 'seen'] });
          else this.emitFile({ type: 'asset', fileName, source: text });
        }
      },
    },
  };
  return plugin as ModulePhasesPlugin;
}

/** A plugin that only makes Rollup transform modules anew whose cached code has marks from an enabled build. */
function disabledPlugin(): ModulePhasesPlugin {
  /** Builds that another instance traces. */
  const traced = new WeakSet<PluginContext['getModuleInfo']>();
  const plugin: Plugin = {
    name: NAME,
    api: { enabled: false },
    buildStart({ plugins }) {
      const isTraced = plugins?.some((plugin) => plugin.name === NAME && plugin.api?.enabled);
      if (isTraced) traced.add(this.getModuleInfo);
    },
    shouldTransformCachedModule({ meta }) {
      return NAME in meta && !traced.has(this.getModuleInfo);
    },
  };
  return plugin as ModulePhasesPlugin;
}

/** Fields of this package's package.json. */
interface Manifest {
  version: string;
  /** `^` and the oldest version. */
  peerDependencies: { rollup: string; rolldown: string };
}

/** Property of an output's options: what they were before `outputOptions`. */
const WANTED = Symbol(`${NAME}: wanted`);

/** What Rolldown's context has beside that of Rollup. */
type RolldownContext = PluginContext & {
  /** Shared by all hooks of one build. */
  data?: object;
  outputOptions?: { [WANTED]?: WantedOutput };
};

/**
 * Rolldown asks this before it calls `transform`: whether a module is included by default, or may have sites of its
 * phases.
 */
const OWN_OR_PHASES = [
  {
    kind: 'include',
    expr: { kind: 'not', expr: { kind: 'id', pattern: NODE_MODULES, params: { cleanUrl: false } } },
  },
  { kind: 'include', expr: { kind: 'code', pattern: PHASE_WORDS } },
];

/** Rolldown adds its own version to that of the Rollup whose interface it has. */
const versionOfRolldown = ({ meta }: { meta: object }): string | undefined =>
  (meta as { rolldownVersion?: string }).rolldownVersion;

/**
 * What a build takes of Rolldown.
 *
 * @param folders where to look for it, besides this package
 */
function rolldownParts(
  context: PluginContext,
  version: string,
  folders: readonly string[],
): Pick<RolldownBuildInput, 'parser' | 'utils' | 'host'> {
  let loaded: Promise<RolldownUtils | undefined> | undefined;
  // Rolldown makes the information anew at each call.
  const infos = new Map<string, ReturnType<PluginContext['getModuleInfo']>>();
  return {
    parser: createParser({
      parseAst: (code) => context.parse(code, { sourceType: 'module' } as object),
      parseScript: (code) => context.parse(code, { sourceType: 'commonjs' } as object),
    }),
    // Only where they are needed: loading them takes as long as a small build.
    async utils() {
      if (loaded) return loaded;
      loaded = loadRolldownUtils(version, folders);
      if (!(await loaded)) context.warn(rolldownNotFound(version));
      return loaded;
    },
    host: Object.assign(Object.create(context), {
      resolve: (specifier: string, importer: string) => context.resolve(specifier, importer),
      getModuleInfo(id: string) {
        const info = infos.get(id) ?? context.getModuleInfo(id);
        infos.set(id, info);
        return info;
      },
    }),
  };
}

/** Rollup's parser, which can work outside of the main thread; undefined where only Vite has a Rollup. */
function rollupParser(): BundlerParser | undefined {
  const require = createRequire(import.meta.url);
  try {
    const { parseAst, parseAstAsync } = require('rollup/parseAst') as typeof import('rollup/parseAst');
    const options = { jsx: true };
    return {
      parseAst: (code) => parseAst(code, options),
      parseAstAsync: (code) => parseAstAsync(code, options),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function isOlder(version: string, than: string): boolean {
  const [numbers, limits] = [version, than].map((text) =>
    text.split('.').map((part) => Number.parseInt(part, 10)),
  );
  const index = numbers?.findIndex((number, at) => number !== limits?.[at]) ?? -1;
  return (numbers?.[index] ?? 0) < (limits?.[index] ?? 0);
}

const readText = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** The text of a file; undefined where there is none, as of a virtual module, or of an id with a query. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
