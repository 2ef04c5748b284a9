/** Rollup's hooks, each a call into a folder. */
import { readFileSync } from 'node:fs';
import type { Program } from 'estree';
import MagicString from 'magic-string';
import type {
  LogLevel,
  ModuleInfo,
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
  type ParseFailure,
  rollupTooOld,
  unparsableChunk,
  unparsableModule,
  unsupportedOutput,
} from './errors.ts';
import { createToken, markModule } from './mark/mark.ts';
import { findMarks, stripMarks } from './mark/strip.ts';
import type { ModuleRecord } from './model.ts';
import { type Options, resolveOptions } from './options.ts';
import { type OutputInput, traceChunk } from './output.ts';
import type { GraphModule } from './record/graph.ts';
import { createNumbering } from './record/numbering.ts';
import { modulePath } from './record/path.ts';
import { recordModule } from './record/record.ts';

const NAME = 'module-phases';
/** Oldest Rollup that has what the plugin needs. */
const NEEDED_ROLLUP = '^4.0.0';
const TRACED_FORMATS: ReadonlySet<string> = new Set(['es', 'cjs', 'iife']);

/**
 * Traces the bundle that a Rollup config makes: see {@link Options}.
 *
 * @throws {Error} with `code` `INVALID_OPTION` or `UNKNOWN_OPTION`
 */
export function modulePhases(options: Options = {}): Plugin {
  const { enabled, filter, root, settings } = resolveOptions(options);
  const runtime = readFileSync(new URL('./runtime.js', import.meta.url), 'utf8');
  const outputs = new WeakMap<RenderedChunks, OutputInput>();
  let isActive = enabled;
  /** While this plugin asks for a map that nobody else may want, its warnings are nobody's. */
  let isAskingForMap = false;
  let unmarked: string[] = [];
  let unparsed = new Map<string, ParseFailure>();

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
        const program = parse(this, code);
        if (!('body' in program)) {
          unparsed.set(id, program);
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
      if (failure) this.warn(unparsableModule(id, failure));
    },

    buildEnd() {
      if (unmarked.length > 0) this.warn(marksRemoved(unmarked));
    },

    renderChunk: {
      order: 'pre',
      handler(code, chunk, outputOptions, { chunks }) {
        const output = outputOf(this, chunks);
        const text =
          (isActive && trace(this, output, code, chunk, outputOptions, chunks)) || strip(output, code);
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
          // Not `clean.length`: Rollup measures before it indents, and `code` shows it indented.
          rendered.renderedLength -= rendered.code.length - clean.length;
          Object.defineProperty(rendered, 'code', { value: clean, enumerable: true, configurable: true });
        }
      }
    },
  };
  return plugin;

  function outputOf(context: PluginContext, chunks: RenderedChunks): OutputInput {
    const known = outputs.get(chunks);
    if (known) return known;
    const output: OutputInput = {
      numbering: createNumbering(graphModules(context)),
      settings,
      runtime,
      entries: {
        static: Object.values(chunks).flatMap((chunk) =>
          chunk.isEntry && chunk.facadeModuleId !== null ? [chunk.facadeModuleId] : [],
        ),
        dynamic: [...context.getModuleIds()].flatMap(
          (id) => context.getModuleInfo(id)?.dynamicallyImportedIds ?? [],
        ),
      },
      hasPhases: (id) => !isCommonJS(context.getModuleInfo(id)),
      pathOf: (file) => modulePath(file, root),
    };
    outputs.set(chunks, output);
    return output;
  }
}

type RenderedChunks = Record<string, RenderedChunk>;

/** The traced chunk; null where it is left as it is. */
function trace(
  context: PluginContext,
  output: OutputInput,
  code: string,
  chunk: RenderedChunk,
  { format }: NormalizedOutputOptions,
  chunks: RenderedChunks,
): MagicString | null {
  const count = Object.keys(chunks).length;
  if (count > 1 || !TRACED_FORMATS.has(format)) {
    context.warn(unsupportedOutput(format, count));
    return null;
  }
  const lost = Object.entries(chunk.modules).flatMap(([id, rendered]) => {
    const token = recordOf(context, id)?.token;
    return token && rendered.code?.includes(token) && !code.includes(token) ? [id] : [];
  });
  if (lost.length > 0) context.warn(marksRemovedInChunk(chunk.fileName, lost));
  const program = parse(context, code);
  if (!('body' in program)) {
    context.warn(unparsableChunk(chunk.fileName, program));
    return null;
  }
  return traceChunk(output, chunk.fileName, code, program);
}

/** The program; what the parser threw where there is none. */
function parse(context: PluginContext, code: string): Program | ParseFailure {
  try {
    return context.parse(code, { jsx: true });
  } catch (error) {
    return error as ParseFailure;
  }
}

const recordOf = (context: PluginContext, id: string): ModuleRecord | undefined =>
  context.getModuleInfo(id)?.meta[NAME] as ModuleRecord | undefined;

/** Rollup gives the ids that a module's specifiers resolve to in the order in which each appears first. */
function graphModules(context: PluginContext): GraphModule[] {
  return [...context.getModuleIds()].flatMap((id) => {
    const record = recordOf(context, id);
    const requested = context.getModuleInfo(id)?.importedIds ?? [];
    return record
      ? [{ id, record, requested: record.requests.map((_, index) => requested[index] ?? null) }]
      : [];
  });
}

function strip({ numbering }: OutputInput, code: string): MagicString {
  const text = new MagicString(code);
  for (const { start, end } of findMarks(code, (token) => numbering.moduleOf(token) !== undefined)) {
    text.remove(start, end);
  }
  return text;
}

/** Marked so by \@rollup/plugin-commonjs, which wraps such a module in a function. */
const isCommonJS = (info: ModuleInfo | null): boolean =>
  Boolean((info?.meta.commonjs as { isCommonJS?: unknown } | undefined)?.isCommonJS);
