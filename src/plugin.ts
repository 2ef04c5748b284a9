/** Rollup's hooks, each a call into a folder. */
import { readFileSync } from 'node:fs';
import type { Node } from 'estree';
import type {
  InternalModuleFormat,
  LogLevel,
  ModuleInfo,
  NormalizedOutputOptions,
  Plugin,
  PluginContext,
  RenderedChunk,
  RenderedModule,
  RollupLog,
  TransformPluginContext,
} from 'rollup';
import { endOf } from './ast/walk.ts';
import { EditedText } from './edited-text.ts';
import {
  duplicatePlugin,
  globalsHidden,
  marksRemoved,
  marksRemovedInChunk,
  type ParseFailure,
  rollupTooOld,
  runtimePlaced,
  unparsableChunk,
  unparsableModule,
} from './errors.ts';
import { createToken, markModule } from './mark/mark.ts';
import { findMarks, MARK_START, stripMarks } from './mark/strip.ts';
import type { ModuleRecord, WantedSites } from './model.ts';
import { type Options, resolveOptions } from './options.ts';
import { createOutput, type Output } from './output.ts';
import { parse, parseModule } from './parse.ts';
import type { GraphModule } from './record/graph.ts';
import { createNumbering, inLinkOrder } from './record/numbering.ts';
import { modulePath } from './record/path.ts';
import { createLocator, relocate } from './record/positions.ts';
import { recordModule } from './record/record.ts';
import { runtimeFileName } from './runtime-file.ts';

const NAME = 'module-phases';

/**
 * Traces the bundle that a Rollup config makes: see {@link Options}.
 *
 * @throws {Error} with `code` `INVALID_OPTION` or `UNKNOWN_OPTION`
 */
export function modulePhases(options: Options = {}): Plugin {
  const { enabled, filter, namespaces, root, runtime: placement, settings } = resolveOptions(options);
  const runtime = readText('./runtime.js');
  const { version, peerDependencies } = JSON.parse(readText('../package.json')) as Manifest;
  const outputs = new WeakMap<NormalizedOutputOptions, Output>();
  let isActive = enabled;
  /** Another instance traces this build. */
  let isReplaced = false;
  /** While this plugin asks for a map that nobody else may want, its warnings are nobody's. */
  let isAskingForMap = false;
  let unmarked: string[] = [];
  /** Of the marked modules, for messages about them. */
  const tokens = new Map<string, string>();
  const unparsed = new Map<string, ParseFailure>();
  /** By module: where specifiers of dynamic imports end of which no plugin before us tells what they ask for. */
  const untold = new Map<string, number[]>();
  /**
   * Modules that were transformed before us. Asking Rollup for the map while a module is transformed collapses the
   * chain by which it finds the places of its own messages; once the module is parsed, that chain is a copy.
   */
  const transformed = new Map<string, { code: string; relocate(): void }>();

  const plugin: Plugin = {
    name: NAME,
    api: { enabled },

    buildStart({ plugins }) {
      const twins = plugins.filter(({ name, api }) => name === NAME && api?.enabled);
      isActive = twins[0] === plugin;
      isReplaced = !isActive && twins.length > 0;
      if (twins[1] === plugin) this.warn(duplicatePlugin());
      const { rollupVersion } = this.meta;
      if (isOlder(rollupVersion, peerDependencies.rollup.slice(1)))
        this.error(rollupTooOld(rollupVersion, peerDependencies.rollup));
      unmarked = [];
      // In watch mode a build may have failed halfway, and modules may be gone.
      for (const map of [tokens, unparsed, untold, transformed]) map.clear();
    },

    onLog: {
      order: 'pre',
      handler(_level: LogLevel, log: RollupLog) {
        if (isAskingForMap && log.code === 'SOURCEMAP_BROKEN') return false;
        // Where the maps of the transforms before ours don't tell, Rollup quotes the code as we left it.
        const token = log.frame?.includes(MARK_START) ? tokens.get(log.id ?? '') : undefined;
        if (log.frame && token) log.frame = stripMarks(log.frame, token);
        return null;
      },
    },

    /** A cache may come from a build without this plugin, or with one that saw other places. */
    shouldTransformCachedModule({ id, meta }) {
      const record = meta[NAME] as ModuleRecord | undefined;
      if (!isActive) return record !== undefined;
      return record?.version !== version || record.wanted !== wantedOf(id);
    },

    transform: {
      order: 'post',
      async handler(code, id) {
        if (!isActive) return null;
        const program = await parseModule(code);
        if (!('body' in program)) {
          const { message, pos } = program;
          unparsed.set(id, { message, pos, place: pos === undefined ? undefined : createLocator(code)(pos) });
          return null;
        }
        const { record, offsets } = recordModule({ code, program, wanted: wantedOf(id) });
        const meta: ModuleRecord = { version, token: createToken(id, code), ...record };
        tokens.set(id, meta.token);
        const { insertions, ...marked } = markModule(code, meta.token, offsets);
        if (!isFileContent(id, code)) {
          const relocateNow = (): void => relocate({ id, record: meta, code, insertions }, mapOf(this));
          transformed.set(id, { code: marked.code, relocate: relocateNow });
        }
        return { ...marked, meta: { [NAME]: meta } };
      },
    },

    resolveDynamicImport: {
      order: 'post',
      handler(specifier, importer) {
        // Rollup resolves literals by itself.
        if (typeof specifier !== 'string')
          untold.set(importer, [...(untold.get(importer) ?? []), endOf(specifier as Node)]);
        return null;
      },
    },

    moduleParsed({ id, code, meta }) {
      const record = meta[NAME] as ModuleRecord | undefined;
      if (record && record.sites.length > 0 && !code?.includes(record.token)) unmarked.push(id);
      if (record) tokens.set(id, record.token);
      const made = transformed.get(id);
      if (made && made.code === code) made.relocate();
      transformed.delete(id);
      const failure = unparsed.get(id);
      if (failure) this.warn(unparsableModule(id, failure));
    },

    buildEnd() {
      if (unmarked.length > 0) this.warn(marksRemoved(unmarked));
    },

    renderChunk: {
      order: 'pre',
      async handler(code, chunk, outputOptions, { chunks }) {
        if (isReplaced) return null;
        const output = isActive ? outputOf(this, outputOptions, chunks) : null;
        const text =
          (output && (await trace(this, output, code, chunk, outputOptions.format))) || strip(this, code);
        return text && { code: text.toString(), map: outputOptions.sourcemap ? text.generateMap() : null };
      },
    },

    generateBundle(outputOptions, bundle) {
      const names = new Map<string, string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        names.set(chunk.preliminaryFileName, chunk.fileName);
        for (const [id, rendered] of Object.entries(chunk.modules))
          clean(rendered, recordOf(this, id)?.token);
      }
      const file = outputs.get(outputOptions)?.file((fileName) => names.get(fileName) ?? fileName);
      if (file) this.emitFile({ type: 'asset', ...file });
    },
  };
  return plugin;

  /** Map of all transforms so far, as JSON. */
  function mapOf(context: TransformPluginContext): string {
    isAskingForMap = true;
    const map = context.getCombinedSourcemap();
    isAskingForMap = false;
    return map.toString();
  }

  /** Which sites of a module are marked; part of its record, so that a cached one of another kind is not taken. */
  function wantedOf(id: string): WantedSites {
    if (!filter(id)) return 'phases';
    const reads = settings.reads === false ? '' : ' reads';
    const writes = settings.writes === false ? '' : ' writes';
    return `phases bindings${reads}${writes}`;
  }

  function outputOf(
    context: PluginContext,
    options: NormalizedOutputOptions,
    chunks: Record<string, RenderedChunk>,
  ): Output {
    const known = outputs.get(options);
    if (known) return known;
    const list = Object.values(chunks);
    const entries = {
      static: list.flatMap(({ isEntry, facadeModuleId }) =>
        isEntry && facadeModuleId !== null ? [facadeModuleId] : [],
      ),
      dynamic: [...context.getModuleIds()]
        .flatMap((id) => context.getModuleInfo(id)?.dynamicallyImportedIds ?? [])
        .sort(),
    };
    const roots = [...entries.static, ...entries.dynamic];
    const output = createOutput({
      numbering: createNumbering(inLinkOrder(graphModules(context, untold), roots)),
      settings,
      runtime,
      placement,
      tracesNamespaces: namespaces === 'traced' && settings.reads !== false,
      format: options.format,
      chunks: list.map(({ fileName, modules, imports }) => ({
        fileName,
        modules: Object.keys(modules),
        imports,
      })),
      runtimeFileName: runtimeFileName(options, list),
      keepsExtension: options.format !== 'amd' || options.amd.forceJsExtensionForImports,
      entries,
      pathOf: (file) => modulePath(file, root),
    });
    outputs.set(options, output);
    if (output.insteadOf) context.warn(runtimePlaced(output.insteadOf, options.format, list.length));
    return output;
  }
}

/** What is needed of the package's own package.json. */
interface Manifest {
  version: string;
  /** `^` and the oldest version. */
  peerDependencies: { rollup: string };
}

const isOlder = (version: string, than: string): boolean =>
  version.localeCompare(than, 'en', { numeric: true }) < 0;

const readText = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** The traced chunk; null where it is left as it is. */
async function trace(
  context: PluginContext,
  output: Output,
  code: string,
  chunk: RenderedChunk,
  format: InternalModuleFormat,
): Promise<EditedText | null> {
  const found = new Set(findMarks(code).map(({ token }) => token));
  const lost = Object.entries(chunk.modules).flatMap(([id, rendered]) => {
    const token = recordOf(context, id)?.token;
    return token && !found.has(token) && rendered.code?.includes(token) ? [id] : [];
  });
  if (lost.length > 0) context.warn(marksRemovedInChunk(chunk.fileName, lost));
  const program = await (format === 'es' ? parseModule(code) : parse(code));
  if (!('body' in program)) {
    context.warn(unparsableChunk(chunk.fileName, program));
    return null;
  }
  if (output.isUnreachable(code, program)) {
    context.warn(globalsHidden(chunk.fileName));
    return null;
  }
  return output.trace(chunk.fileName, code, program);
}

function isFileContent(id: string, code: string): boolean {
  try {
    return readFileSync(id, 'utf8') === code;
  } catch {
    // A virtual module, or an id with a query: Rollup's map tells.
    return false;
  }
}

/** What other plugins see of a module in a chunk is without marks. */
function clean(rendered: RenderedModule, token: string | undefined): void {
  if (token === undefined || rendered.code === null) return;
  const code = stripMarks(rendered.code, token);
  // Not the length of `code`: Rollup measures before it indents, and `code` is indented.
  rendered.renderedLength -= rendered.code.length - code.length;
  Object.defineProperty(rendered, 'code', { value: code, enumerable: true, configurable: true });
}

const recordOf = (context: PluginContext, id: string): ModuleRecord | undefined =>
  context.getModuleInfo(id)?.meta[NAME] as ModuleRecord | undefined;

/**
 * Ids that dynamic imports resolve to, by site. Rollup gives them in the order of the source, without those that it
 * can't tell.
 *
 * @param untold where their specifiers end
 */
function dynamicTargets(
  { sites, token }: ModuleRecord,
  { code, dynamicallyImportedIds: ids }: ModuleInfo,
  untold: readonly number[],
): Map<number, string> {
  const asked = [...sites.keys()].filter((site) => sites[site]?.kind === 'import');
  const marks = untold.length > 0 ? findMarks(code ?? '') : [];
  const behind = (end: number): number | undefined =>
    marks.find(({ start, site, ...mark }) => mark.token === token && start >= end && asked.includes(site))
      ?.site;
  const unknown = new Set(untold.map(behind));
  const known = asked.filter((site) => !unknown.has(site));
  return new Map(known.length === ids.length ? known.map((site, index) => [site, ids[index] ?? '']) : []);
}

/** Rollup gives the ids that a module's specifiers resolve to in the order in which each appears first. */
function graphModules(context: PluginContext, untold: ReadonlyMap<string, number[]>): GraphModule[] {
  return [...context.getModuleIds()].flatMap((id) => {
    const record = recordOf(context, id);
    const info = context.getModuleInfo(id);
    if (!record || !info) return [];
    const requested = record.requests.map((_, index) => info.importedIds[index] ?? null);
    return [{ id, record, requested, dynamic: dynamicTargets(record, info, untold.get(id) ?? []) }];
  });
}

/** The chunk without marks; null where it has none. */
function strip(context: PluginContext, code: string): EditedText | null {
  const tokens = new Set([...context.getModuleIds()].map((id) => recordOf(context, id)?.token));
  const marks = findMarks(code).filter(({ token }) => tokens.has(token));
  const text = new EditedText(code);
  for (const { start, end } of marks) text.replace(start, end, '');
  return marks.length > 0 ? text : null;
}
