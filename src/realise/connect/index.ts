/**
 * How a chunk comes by the runtime: it carries it, or loads a file that all chunks share. By format, what the chunk
 * says and what the file says; a property per format, so that a missing one does not compile.
 */
import type { BuildTable } from '../../protocol.ts';
import { literal } from '../prologue.ts';
import type { ChunkContents, Connect } from '../realise.ts';
import { amd } from './amd.ts';
import { cjs } from './cjs.ts';
import { es } from './es.ts';
import type { FileConnection } from './file-connection.ts';
import { system } from './system.ts';

/** Formats of which there can be several chunks. */
export type FileFormat = 'amd' | 'cjs' | 'es' | 'system';

const connections: Record<FileFormat, FileConnection> = { amd, cjs, es, system };

export const isFileFormat = (format: string): format is FileFormat => Object.hasOwn(connections, format);

export const connectFile = (format: FileFormat, path: string): Connect => connections[format].connect(path);

export const runtimeFile = (format: FileFormat, runtime: string, table: BuildTable): string =>
  connections[format].file(runtime, literal(table));

/** The runtime and the build's table, in the chunk itself. */
export const connectInline =
  (runtime: string, table: (contents: ChunkContents) => BuildTable): Connect =>
  ({ names, contents }) =>
    `const ${names.build}=(function(){${runtime}return createBuild})()(${literal(table(contents))}),${names.seen}=${names.build}.seen;\n`;
