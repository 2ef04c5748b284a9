/** What of a Rollup output must be the same with and without the plugin. */
import type { OutputAsset, OutputChunk, RollupLog } from 'rollup';

/**
 * Chunks, their modules, order, code, exports and imports; the runtime's file is nobody's chunk. Chunks by name: under
 * `preserveModules` Rollup lists them in the order in which files were loaded, which no two builds share.
 */
export const summarize = (output: readonly (OutputAsset | OutputChunk)[], logs: readonly RollupLog[]) => ({
  chunks: output
    .flatMap((file) => (file.type === 'chunk' && !isRuntime(file) ? [summarizeChunk(file)] : []))
    .sort((a, b) => (a.fileName < b.fileName ? -1 : 1)),
  assets: output.flatMap((file) => (file.type === 'asset' ? [file.fileName] : [])).sort(),
  logs: logs.map(({ code, message, id, ids, loc, frame, names, exporter, binding }) => ({
    code,
    message,
    id,
    ids,
    loc,
    frame,
    names,
    exporter,
    binding,
  })),
});

/** The chunk of the tracer's own: no module is in it. */
export const isRuntime = (file: OutputAsset | OutputChunk): boolean =>
  file.type === 'chunk' &&
  file.moduleIds.length === 0 &&
  /(?:^|\/)module-phases\d*(?:[-.]\w+)+$/.test(file.fileName);

/** A hash in a name is of the content, which differs: it may. */
const unhashed = (name: string): string => name.replace(/[\w-]{8}(?=\.hash)/g, '#');

const summarizeChunk = (chunk: OutputChunk) => ({
  fileName: unhashed(chunk.fileName),
  name: chunk.name,
  isEntry: chunk.isEntry,
  isDynamicEntry: chunk.isDynamicEntry,
  isImplicitEntry: chunk.isImplicitEntry,
  facadeModuleId: chunk.facadeModuleId,
  exports: chunk.exports,
  imports: chunk.imports.map(unhashed),
  importedBindings: Object.entries(chunk.importedBindings).map(([name, bindings]) => [
    unhashed(name),
    bindings,
  ]),
  dynamicImports: chunk.dynamicImports.map(unhashed),
  implicitlyLoadedBefore: chunk.implicitlyLoadedBefore.map(unhashed),
  modules: Object.entries(chunk.modules).map(
    ([id, { code, renderedLength, renderedExports, removedExports }]) => ({
      id,
      // A name that Rollup puts in for a chunk has its hash.
      code: code && unhashed(code),
      renderedLength,
      renderedExports,
      removedExports,
    }),
  ),
});
