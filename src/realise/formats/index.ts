/**
 * How a chunk comes by the runtime: it carries it, or loads a file that all chunks share. By format, what the chunk
 * says and what the file says; a property per format, so that a missing one does not compile.
 */
import type { Program } from 'estree';
import type { BuildTable } from '../../protocol/tables.ts';
import type { Names } from '../context.ts';
import type { Around } from '../realise.ts';
import { literal } from '../table-text.ts';
import { amd } from './amd.ts';
import { cjs } from './cjs.ts';
import { es } from './es.ts';
import type { Format } from './format.ts';
import { system } from './system.ts';

/** Formats of which there can be several chunks. */
export type FileFormat = 'amd' | 'cjs' | 'es' | 'system';

const formats: Record<FileFormat, Format> = { amd, cjs, es, system };

export const isFileFormat = (format: string): format is FileFormat => Object.hasOwn(formats, format);

/** What a chunk says first that loads the runtime's file; null where its wrapper is not that of the format. */
export function loadRuntime(format: FileFormat, path: string, around: Around, table: string): string | null {
  const loaded = formats[format].load(path, around);
  return loaded === null ? null : `${loaded && `${loaded}\n`}${around.names.build}.chunk(${table});`;
}

export const runtimeFile = (format: FileFormat, runtime: string, table: BuildTable): string =>
  formats[format].file(runtime, literal(table));

/** What a chunk says first that carries the runtime, and with it the build's table. */
export function inlineRuntime(
  { names, skeleton }: Pick<Around, 'names' | 'skeleton'>,
  runtime: string,
  build: BuildTable,
  table: string,
): string {
  const created = `(function(){${runtime}return createBuild})()(${literal(build)})`;
  if (!mayRunEarly(skeleton)) {
    return `const ${names.holder}=${created},${names.seen}=${names.holder}.seen;\n${names.holder}.chunk(${table});`;
  }
  // Functions are there before anything runs. The one that stands for the cells has none, so guards call the other.
  const variable = `${names.holder}_build`;
  return `var ${variable};function ${names.seen}(){}function ${names.holder}(){if(!${variable}){${variable}=${created};${names.seen}=${variable}.seen;${variable}.chunk(${table})}return ${variable}}\n${names.build};`;
}

/** The expression that gives the build in a chunk that carries the runtime. */
export const inlineBuild = (skeleton: Program, holder: Names['holder']): string =>
  mayRunEarly(skeleton) ? `${holder}()` : holder;

/** What an ES module imports may import it back, and call its functions before its first statement. */
const mayRunEarly = ({ body }: Program): boolean =>
  body.some((node) => 'source' in node && node.source != null);
