/** Generated programs, bundled by Rolldown. */
import { type OutputOptions, type Plugin, rolldown } from 'rolldown';
import modulePhases from 'rollup-plugin-module-phases';
import { expectSameRolldown, type RolldownBundle } from '../rolldown.ts';
import { type Log, listener } from '../same-bundle.ts';
import type { Bundler } from './run.ts';

export const byRolldown = (more: OutputOptions = {}): Bundler<RolldownBundle> => ({
  async build(modules, format, { treeshake }, options) {
    const { logs, onLog } = listener();
    const inMemory: Plugin = {
      name: 'in-memory',
      resolveId: (id) => (nameOf(id) in modules ? `/${nameOf(id)}` : null),
      load: (id) => modules[nameOf(id)] ?? null,
    };
    const build = await rolldown({
      cwd: '/',
      input: '/m0.js',
      treeshake,
      platform: 'node',
      plugins: [inMemory, options && (modulePhases(options) as unknown as Plugin)],
      checks: { bundlerTimings: false },
      onLog: (level, log) => onLog(level, log as Log),
    });
    try {
      const { output } = await build.generate({
        format: format as 'es',
        name: 'generated',
        exports: 'named',
        chunkFileNames: '[name].js',
        ...more,
        ...(format === 'iife' && { footer: 'module.exports = generated;' }),
      });
      return {
        dir: '/',
        chunk: output[0],
        output,
        logs,
        warnings: logs.filter(({ level }) => level === 'warn'),
      };
    } finally {
      await build.close();
    }
  },
  expectSame: (traced, plain) => expectSameRolldown(traced, plain, []),
});

const nameOf = (id: string): string => id.replace(/^\.?\//, '');
