// Builds programs in a process of its own, since Rollup does not come to an end over some: it gets a job in a message,
// writes the bundle, and says when it has.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rollup } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';

process.on('message', async (job) => {
  try {
    for (const [path, text] of Object.entries(await filesOf(job))) {
      mkdirSync(dirname(join(job.dir, path)), { recursive: true });
      writeFileSync(join(job.dir, path), text);
    }
    process.send({});
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});

async function filesOf({ source, program, isTraced }) {
  const { entries, chunks, output } = program;
  const { format, shape, treeshake, reads } = output;
  const said = [];
  const bundle = await rollup({
    input: entries.map((entry) => join(source, entry)),
    treeshake,
    onLog(level, { pluginCode, message, loc }) {
      if (pluginCode) said.push({ level, code: pluginCode, message, loc });
    },
    plugins: isTraced ? [modulePhases({ console: false, root: source, reads })] : [],
  });
  const made = await bundle.generate({
    format,
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[name].js',
    ...(shape === 'inline' && { inlineDynamicImports: true }),
    ...(shape === 'modules' && { preserveModules: true, preserveModulesRoot: source }),
    ...(shape === 'manual' && { manualChunks: (id) => chunks[id.slice(source.length + 1)] }),
  });
  const type = format === 'es' ? 'module' : 'commonjs';
  return {
    'package.json': `{"type":"${type}"}`,
    'said.json': JSON.stringify(said),
    ...Object.fromEntries(made.output.map((file) => [file.fileName, file.code ?? file.source])),
  };
}
