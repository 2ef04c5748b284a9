import { transform } from 'esbuild';
import type { Plugin } from 'rollup';

/** Compiles TypeScript, with a source map, as a project's own plugin does. */
export const esbuild: Plugin = {
  name: 'esbuild',
  async transform(code, id) {
    if (!id.endsWith('.ts')) return null;
    const compiled = await transform(code, { loader: 'ts', sourcemap: 'external', sourcefile: id });
    return { code: compiled.code, map: compiled.map };
  },
};
