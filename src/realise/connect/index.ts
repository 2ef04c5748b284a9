/**
 * How a chunk comes by the runtime: it carries it, or loads a file that all chunks share. By format, what the chunk
 * says and what the file says; a property per format, so that a missing one does not compile.
 */
import type { Program } from 'estree';
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
export const connectInline = (
  runtime: (contents: ChunkContents) => string,
  table: (contents: ChunkContents) => BuildTable,
): Connect => ({
  build: (skeleton, holder) => (mayRunEarly(skeleton) ? `${holder}()` : holder),
  prologue({ skeleton, names, table: chunk, contents }) {
    const created = `(function(){${runtime(contents)}return createBuild})()(${literal(table(contents))})`;
    if (!mayRunEarly(skeleton)) {
      return `const ${names.holder}=${created},${names.seen}=${names.holder}.seen;\n${names.holder}.chunk(${chunk});`;
    }
    // Functions are there before anything runs. The one that stands for the cells has none, so guards call the other.
    const build = `${names.holder}_build`;
    return `var ${build};function ${names.seen}(){}function ${names.holder}(){if(!${build}){${build}=${created};${names.seen}=${build}.seen;${build}.chunk(${chunk})}return ${build}}\n${names.build};`;
  },
});

/** What an ES module imports may import it back, and call its functions before its first statement. */
const mayRunEarly = ({ body }: Program): boolean =>
  body.some((node) => 'source' in node && node.source != null);
