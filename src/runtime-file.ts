import { posix } from 'node:path';

/** What of a chunk the runtime's name follows from. */
export interface NamedChunk {
  /** With placeholders where Rollup puts a hash. */
  fileName: string;
  /** `[name]` of the pattern that made the file's name. */
  name: string;
  /** File names of chunks, and ids of externals. */
  imports: readonly string[];
}

const NAME = 'module-phases';

/** `!~{001}~`, with what parts it from the name. */
const HASH = /[-_.~]?!~\{[^}]*\}~/g;

/**
 * Name of the runtime's file: in the folder of the first chunk, and ending as that does (`main.es.js`: `.es.js`), so
 * that outputs of two formats may share a folder, and a cjs build may have a `"type": "module"` above it. It has no
 * hash, since chunks name the file before its content is known, and is no chunk's name on a disk that ignores case.
 */
export function runtimeFileName(chunks: readonly NamedChunk[]): string {
  const { fileName, name } = chunks[0] ?? { fileName: '', name: '' };
  const folder = posix
    .dirname(fileName)
    .split('/')
    .filter((part) => part.replace(HASH, '') === part)
    .join('/');
  const base = posix.basename(fileName);
  const own = posix.basename(name);
  const ending = base.startsWith(own) ? base.slice(own.length).replace(HASH, '') : '';
  const suffix = /^[-_.~]/.test(ending) ? ending : posix.extname(base) || '.js';
  const usedPaths = new Set(
    chunks
      .flatMap((chunk) => [chunk.fileName, ...chunk.imports])
      .map((path) => posix.normalize(path).toLowerCase()),
  );
  const numbered = (number: number): string =>
    posix.join(folder, `${NAME}${number > 1 ? number : ''}${suffix}`);
  let number = 1;
  while (usedPaths.has(numbered(number).toLowerCase())) number++;
  return numbered(number);
}
