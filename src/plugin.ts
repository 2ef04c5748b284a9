/** Rollup's hooks; each calls the build that it belongs to. */
import { readFileSync } from 'node:fs';
import type { Node } from 'estree';
import type { LogLevel, Plugin, PluginContext, RollupLog, SourceMap } from 'rollup';
import { type Build, createBuild } from './build.ts';
import {
  duplicatePlugin,
  manifestNameTaken,
  noBundle,
  rolldownUntraced,
  rollupTooOld,
  runtimeNameTaken,
} from './errors.ts';
import { NAME } from './modules.ts';
import { type Options, resolveOptions } from './options.ts';
import { RUNTIME_PARTS, type RuntimeTexts } from './runtime-text.ts';

/**
 * Traces the bundle that a Rollup config makes: see {@link Options}.
 *
 * @throws {Error} with `code` `INVALID_OPTION` or `UNKNOWN_OPTION`
 */
export function modulePhases(options: Options = {}): Plugin {
  const resolved = resolveOptions(options);
  if (!resolved.enabled) return disabledPlugin();
  const runtimeTexts = Object.fromEntries(
    RUNTIME_PARTS.map((part) => [part, readText(`./runtime/${part}.js`)]),
  ) as RuntimeTexts;
  const { version, peerDependencies } = JSON.parse(readText('../package.json')) as Manifest;
  /** Identifies this instance: hosts may copy the plugin, but copies share this object. */
  const api = { enabled: true };
  /** A plugin may serve several builds at once. `getModuleInfo` is the same function in all hooks of one build. */
  const builds = new WeakMap<PluginContext['getModuleInfo'], Build>();
  /** The same builds for `onLog`, which has no `getModuleInfo`. */
  const live = new Set<WeakRef<Build>>();

  return {
    name: NAME,
    api,

    buildStart({ plugins }) {
      // The plugin is in the config twice: the first call has created the build for both.
      if (builds.has(this.getModuleInfo)) return;
      const { rollupVersion, rolldownVersion } = this.meta as Meta;
      const twins = (plugins ?? []).filter((plugin) => plugin.name === NAME && plugin.api?.enabled);
      if (twins[1]?.api === api) this.warn(duplicatePlugin());
      if (plugins === undefined) this.warn(noBundle());
      else if (rolldownVersion !== undefined) this.warn(rolldownUntraced(rolldownVersion));
      else if (isOlder(rollupVersion, peerDependencies.rollup.slice(1)))
        this.error(rollupTooOld(rollupVersion, peerDependencies.rollup));
      else if ((twins[0]?.api ?? api) === api) {
        const build = createBuild({ ...resolved, version, runtimeTexts, textOf, host: this });
        builds.set(this.getModuleInfo, build);
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

    shouldTransformCachedModule({ id, code, meta }) {
      return builds.get(this.getModuleInfo)?.modules.isOutdated(id, code, meta) ?? false;
    },

    transform: {
      order: 'post',
      async handler(code, id) {
        const mapOf = (): SourceMap => this.getCombinedSourcemap();
        return (await builds.get(this.getModuleInfo)?.modules.transform(code, id, mapOf)) ?? null;
      },
    },

    resolveDynamicImport: {
      order: 'post',
      handler(specifier, importer) {
        // Rollup resolves literals by itself.
        if (typeof specifier !== 'string')
          builds.get(this.getModuleInfo)?.modules.noteUnresolved(importer, specifier as Node);
        return null;
      },
    },

    moduleParsed(info) {
      return builds.get(this.getModuleInfo)?.modules.parsed(info);
    },

    buildEnd(error) {
      return builds.get(this.getModuleInfo)?.end(error !== undefined);
    },

    renderChunk: {
      order: 'pre',
      handler(code, chunk, outputOptions, { chunks }) {
        const build = builds.get(this.getModuleInfo);
        const text = build?.renderChunk(code, chunk, outputOptions, chunks);
        return text
          ? { code: text.toString(), map: outputOptions.sourcemap ? text.generateMap() : null }
          : null;
      },
    },

    generateBundle(outputOptions, bundle) {
      const files = builds.get(this.getModuleInfo)?.finish(outputOptions, bundle) ?? [];
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
  };
}

/** A plugin that only makes Rollup transform modules anew whose cached code has marks from an enabled build. */
function disabledPlugin(): Plugin {
  /** Builds that another instance traces. */
  const traced = new WeakSet<PluginContext['getModuleInfo']>();
  return {
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
}

/** Fields of this package's package.json. */
interface Manifest {
  version: string;
  /** `^` and the oldest version. */
  peerDependencies: { rollup: string };
}

/** Rolldown adds its own version to that of the Rollup whose interface it has. */
interface Meta {
  rollupVersion: string;
  rolldownVersion?: string;
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
