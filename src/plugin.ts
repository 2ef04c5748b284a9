/** Rollup's hooks, each a call into a folder. */
import { readFileSync } from 'node:fs';
import MagicString from 'magic-string';
import type {
  GetModuleInfo,
  LogLevel,
  NormalizedOutputOptions,
  Plugin,
  PluginContext,
  RenderedChunk,
  RollupLog,
} from 'rollup';
import {
  duplicatePlugin,
  marksRemoved,
  marksRemovedInChunk,
  rollupTooOld,
  unparsableChunk,
  unparsableModule,
  unsupportedOutput,
} from './errors.ts';
import { createToken, markModule } from './mark/mark.ts';
import { stripMarks } from './mark/strip.ts';
import type { ModuleRecord } from './model.ts';
import { type Options, resolveOptions } from './options.ts';
import type { Target } from './realise/context.ts';
import type { LocatedSite } from './realise/locate.ts';
import { realise } from './realise/realise.ts';
import { createGraph, type Graph, type GraphModule } from './record/graph.ts';
import { modulePath } from './record/path.ts';
import { recordModule } from './record/record.ts';
import { buildTable } from './record/table.ts';

const NAME = 'module-phases';
/** Oldest Rollup that has what the plugin needs. */
const NEEDED_ROLLUP = '^4.0.0';

/** The graph of a build, made once per output. */
interface Output {
  graph: Graph;
  numbers: Map<string, number>;
  idByToken: Map<string, string>;
}

/**
 * Traces the bundle that a Rollup config makes: see {@link Options}.
 *
 * @throws {Error} with `code` `INVALID_OPTION` or `UNKNOWN_OPTION`
 */
export function modulePhases(options: Options = {}): Plugin {
  const { enabled, filter, root, settings } = resolveOptions(options);
  const runtime = readFileSync(new URL('./runtime.js', import.meta.url), 'utf8');
  const outputs = new WeakMap<object, Output>();
  let isActive = enabled;
  /** While this plugin asks for a map that nobody else may want, its warnings are nobody's. */
  let isAskingForMap = false;
  let unmarked: string[] = [];
  let unparsed = new Map<string, RollupLog>();

  const plugin: Plugin = {
    name: NAME,

    buildStart({ plugins }) {
      const twins = plugins.filter(({ name }) => name === NAME);
      isActive = enabled && twins[0] === plugin;
      if (twins[1] === plugin) this.warn(duplicatePlugin());
      const [major = 0] = this.meta.rollupVersion.split('.').map(Number);
      if (major < 4) this.error(rollupTooOld(this.meta.rollupVersion, NEEDED_ROLLUP));
      unmarked = [];
      unparsed = new Map();
    },

    onLog(_level: LogLevel, log: RollupLog) {
      return isAskingForMap && log.code === 'SOURCEMAP_BROKEN' ? false : null;
    },

    transform: {
      order: 'post',
      handler(code, id) {
        if (!isActive) return null;
        let program: ReturnType<PluginContext['parse']>;
        try {
          program = this.parse(code, { jsx: true });
        } catch (error) {
          unparsed.set(id, unparsableModule(id, error as RollupLog));
          return null;
        }
        isAskingForMap = true;
        const combined = this.getCombinedSourcemap();
        isAskingForMap = false;
        const isOriginal = combined.sources.length === 1 && combined.sourcesContent?.[0] === code;
        const traced = filter(id);
        const { record, offsets } = recordModule({
          id,
          code,
          program,
          map: isOriginal ? null : combined.toString(),
          reads: traced && settings.reads !== false,
          writes: traced && settings.writes !== false,
        });
        const token = createToken(id, code);
        const meta: ModuleRecord = { token, ...record };
        return { ...markModule(code, token, offsets), meta: { [NAME]: meta } };
      },
    },

    moduleParsed({ id, code, meta }) {
      const record = meta[NAME] as ModuleRecord | undefined;
      if (record && record.sites.length > 0 && !code?.includes(record.token)) unmarked.push(id);
      const failure = unparsed.get(id);
      if (failure) this.warn(failure);
    },

    buildEnd() {
      if (unmarked.length > 0) this.warn(marksRemoved(unmarked));
    },

    renderChunk: {
      order: 'pre',
      handler(code, chunk, outputOptions, { chunks }) {
        let output = outputs.get(chunks);
        if (!output) outputs.set(chunks, (output = createOutput(this)));
        const text = isActive
          ? (trace(this, output, code, chunk, outputOptions, Object.values(chunks).length) ?? strip(output, code))
          : strip(output, code);
        if (!text.hasChanged()) return null;
        return {
          code: text.toString(),
          map: outputOptions.sourcemap ? text.generateMap({ hires: 'boundary' }) : null,
        };
      },
    },

    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const [id, rendered] of Object.entries(chunk.modules)) {
          const record = recordOf(this, id);
          if (!record || rendered.code === null) continue;
          const clean = stripMarks(rendered.code, (token) => token === record.token);
          Object.defineProperty(rendered, 'code', { value: clean, enumerable: true, configurable: true });
          rendered.renderedLength = clean.length;
        }
      }
    },
  };
  return plugin;

  function trace(
    context: PluginContext,
    { graph, numbers, idByToken }: Output,
    code: string,
    chunk: RenderedChunk,
    { format }: NormalizedOutputOptions,
    chunkCount: number,
  ): MagicString | null {
    if (chunkCount > 1 || !['es', 'cjs', 'iife'].includes(format)) {
      context.warn(unsupportedOutput(format, chunkCount));
      return null;
    }
    let program: ReturnType<PluginContext['parse']>;
    try {
      program = context.parse(code, { jsx: true });
    } catch (error) {
      context.warn(unparsableChunk(chunk.fileName, error as RollupLog));
      return null;
    }
    const lost = Object.entries(chunk.modules).flatMap(([id, rendered]) => {
      const token = graph.modules.get(id)?.record.token;
      return token && rendered.code?.includes(token) && !code.includes(token) ? [id] : [];
    });
    if (lost.length > 0) context.warn(marksRemovedInChunk(chunk.fileName, lost));

    const ids = [...numbers.keys()];
    const moduleOf = (token: string) => {
      const module = graph.modules.get(idByToken.get(token) ?? '');
      return module && { index: numbers.get(module.id) ?? -1, record: module.record };
    };
    const known = new Map<string, ReturnType<typeof moduleOf>>();
    const hasPhases = (id: string): boolean => !isCommonJS(context.getModuleInfo, id);
    return realise({
      code,
      program,
      moduleOf(token) {
        if (!known.has(token)) known.set(token, moduleOf(token));
        return known.get(token);
      },
      hasPhases: ({ index }) => hasPhases(ids[index] ?? ''),
      resolve: (read) => targetOf(graph, numbers, ids, read),
      pathOf: (file) => modulePath(file, root),
      runtime,
      table: (rendered, sites) => {
        const present = new Set(rendered);
        return buildTable({
          graph,
          ids,
          entries: chunk.facadeModuleId === null ? [] : [chunk.facadeModuleId],
          pathOf: (id) => modulePath(id, root),
          chunkOf: (id) => (present.has(numbers.get(id) ?? -1) ? chunk.fileName : undefined),
          hasPhases,
          settings,
          sites,
        });
      },
    });
  }
}

const recordOf = (context: PluginContext, id: string): ModuleRecord | undefined =>
  context.getModuleInfo(id)?.meta[NAME] as ModuleRecord | undefined;

function createOutput(context: PluginContext): Output {
  const modules = new Map<string, GraphModule>();
  const idByToken = new Map<string, string>();
  for (const id of context.getModuleIds()) {
    const record = recordOf(context, id);
    if (!record) continue;
    const requested = context.getModuleInfo(id)?.importedIds ?? [];
    modules.set(id, { id, record, requested: record.requests.map((_, index) => requested[index] ?? null) });
    idByToken.set(record.token, id);
  }
  const numbers = new Map([...modules.keys()].map((id, number) => [id, number]));
  return { graph: createGraph(modules), numbers, idByToken };
}

function strip({ idByToken }: Output, code: string): MagicString {
  const text = new MagicString(code);
  const stripped = stripMarks(code, (token) => idByToken.has(token));
  if (stripped !== code) text.overwrite(0, code.length, stripped);
  return text;
}

/** A row's target: numbers of module and binding; what has no record is named. */
function targetOf(
  graph: Graph,
  numbers: ReadonlyMap<string, number>,
  ids: readonly string[],
  { module, site }: LocatedSite,
): Target {
  const importer = graph.modules.get(ids[module.index] ?? '');
  if (!importer || site.kind !== 'read') return null;
  const resolution = graph.resolveImport(importer, site.import, site.path);
  if (!resolution) return null;
  if (resolution.type === 'unknown') return [resolution.id, resolution.name ?? -1];
  const number = numbers.get(resolution.module.id) ?? -1;
  return [number, resolution.type === 'binding' ? resolution.binding : -1];
}

/** Marked so by \@rollup/plugin-commonjs, which wraps such a module in a function. */
const isCommonJS = (getModuleInfo: GetModuleInfo, id: string): boolean =>
  Boolean((getModuleInfo(id)?.meta.commonjs as { isCommonJS?: unknown } | undefined)?.isCommonJS);
