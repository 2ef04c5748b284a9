import { posix } from 'node:path';
import type { NormalizedOutputOptions, RenderedChunk } from 'rollup';

/**
 * Name of the runtime's file: where chunks go, with their extension, so that a cjs build under `"type": "module"`
 * still works; without a hash, since chunks name it before its content is known.
 */
export function runtimeFileName(
  { chunkFileNames, format, preserveModules }: NormalizedOutputOptions,
  chunks: readonly RenderedChunk[],
): string {
  const extension = posix.extname(chunks[0]?.fileName ?? '') || '.js';
  const isPattern = typeof chunkFileNames === 'string' && chunks.length > 1 && !preserveModules;
  const pattern = isPattern ? chunkFileNames : `[name]${extension}`;
  const fill = (name: string): string =>
    posix
      .normalize(
        pattern
          .replace(/[-_.~]?\[hash[^\]]*\]/g, '')
          .replaceAll('[format]', () => format)
          .replaceAll('[name]', () => name),
      )
      .replace(/^\/+/, '');
  const taken = new Set(chunks.map(({ fileName }) => fileName.toLowerCase()));
  let name = fill('module-phases');
  for (let suffix = 2; taken.has(name.toLowerCase()); suffix++) name = fill(`module-phases${suffix}`);
  return name;
}
