/** How a chunk gets the runtime: it carries the runtime inline, or loads a file that all chunks share. */
import type { Program } from 'estree';
import type { Around } from '../realise.ts';
import { amd } from './amd.ts';
import { cjs } from './cjs.ts';
import { es } from './es.ts';
import type { Format } from './format.ts';
import { system } from './system.ts';

/** Formats whose output can have several chunks. */
export type FileFormat = 'amd' | 'cjs' | 'es' | 'system';

const formats: Record<FileFormat, Format> = { amd, cjs, es, system };

export const isFileFormat = (format: string): format is FileFormat => Object.hasOwn(formats, format);

/**
 * The prologue of a chunk that loads the runtime's file; null where the chunk's wrapper is not that of the format.
 *
 * @param table text of the chunk's own table
 */
export function loadRuntime(format: FileFormat, path: string, around: Around, table: string): string | null {
  const loaded = formats[format].load(path, around);
  return loaded === null ? null : `${loaded && `${loaded}\n`}${around.names.build}.chunk(${table});`;
}

/** @param given what `createBuild` is called with */
export const runtimeFile = (format: FileFormat, runtime: string, given: string): string =>
  formats[format].file(runtime, given);

/**
 * The prologue of a chunk that carries the runtime and the build's table.
 *
 * @param given what `createBuild` is called with
 * @param table text of the chunk's own table
 */
export function inlineRuntime(
  { names, skeleton }: Pick<Around, 'names' | 'skeleton'>,
  runtime: string,
  given: string,
  table: string,
): string {
  const created = `(function(){${runtime}return createBuild})()(${given})`;
  if (!mayRunEarly(skeleton)) {
    return `const ${names.holder}=${created},${names.seen}=${names.holder}.seen;\n${names.holder}.chunk(${table});`;
  }
  // Other chunks may call into this one before its first statement runs, but functions exist by then. Until the tracer
  // is created, `seen` is an empty function: it has no cells, so guards call `holder()`, which creates the tracer.
  const variable = `${names.holder}_build`;
  return `var ${variable};function ${names.seen}(){}function ${names.holder}(){if(!${variable}){${variable}=${created};${names.seen}=${variable}.seen;${variable}.chunk(${table})}return ${variable}}\n${names.build};`;
}

/**
 * Whether the chunk imports other modules: they may import it back, and call its functions before its first statement.
 */
export const mayRunEarly = ({ body }: Program): boolean =>
  body.some((node) => 'source' in node && node.source != null);
