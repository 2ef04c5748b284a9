import { createHash } from 'node:crypto';
import { posix } from 'node:path';

/** The properties of a chunk that decide the name of the runtime's file. */
export interface NamedChunk {
  /** With placeholders where Rollup puts a hash. */
  fileName: string;
  /** `[name]` of the pattern that made the file's name. */
  name: string;
  /** File names of chunks, and ids of externals. */
  imports: readonly string[];
  /** Paths of its modules. */
  modules: readonly string[];
}

const NAME = 'module-phases';

/** Rollup's placeholder of a hash, `!~{001}~`, with a separator before it. */
const HASH = /[-_.~]?!~\{[^}]*\}~/g;

/**
 * Name of the runtime's file. It is in the folder of the first chunk and has the same ending (`.es.js` of
 * `main.es.js`), so that outputs of two formats can share a folder, and a cjs build can be below a `"type": "module"`.
 * Where chunks have a hash, bundles can share a folder too, as an app's and its workers' do. Then it has a hash of the
 * modules: chunks contain the name before the content is known. It differs from all chunks' names on case-insensitive
 * disks.
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
  const hash = hashOf(chunks);
  const numbered = (number: number): string =>
    posix.join(folder, `${NAME}${number > 1 ? number : ''}${hash}${suffix}`);
  let number = 1;
  while (usedPaths.has(numbered(number).toLowerCase())) number++;
  return numbered(number);
}

/** Empty where no chunk has a hash. */
function hashOf(chunks: readonly NamedChunk[]): string {
  if (chunks.every(({ fileName }) => fileName.replace(HASH, '') === fileName)) return '';
  const modules = JSON.stringify(chunks.map(({ modules }) => modules));
  return `-${createHash('sha256').update(modules).digest('hex').slice(0, 8)}`;
}
