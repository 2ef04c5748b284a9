// As build.mjs, by Rolldown: `node build-rolldown.mjs app mode out`.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import modulePhases from 'rollup-plugin-module-phases';
import { entriesOf, writeModules } from './apps.mjs';

const [app, mode, out] = process.argv.slice(2);
const root = fileURLToPath(new URL('../..', import.meta.url));

// On disk, as the modules of a project are.
const folder = mkdtempSync(join(tmpdir(), 'module-phases-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
writeModules(app, folder);
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

const tracers = {
  plain: () => null,
  // Reads in the packages too.
  traced: () => modulePhases({ include: /./, console: false, root }),
  default: () => modulePhases({ root: folder }),
  hooks: () => bare({ id: { exclude: /node_modules/ } }, () => {}),
  parsing: () => bare(undefined, (context, code) => context.parse(code)),
};

/** What a plugin of this kind can't do without: its hooks, each module's code before and after, and the chunk's map. */
function bare(filter, look) {
  return {
    name: 'bare',
    outputOptions: (options) => ({ ...options, sourcemap: 'hidden', minify: false }),
    transform: {
      order: 'post',
      filter,
      handler(code) {
        look(this, code);
        return null;
      },
    },
    generateBundle(_, bundle) {
      for (const { type, code, map, modules } of Object.values(bundle)) {
        if (type !== 'chunk' || !code || !map) continue;
        for (const rendered of Object.values(modules)) if (rendered.code) look(this, rendered.code);
      }
    },
  };
}

const began = process.cpuUsage();
const bundle = await rolldown({
  input: entriesOf(app).map((entry) => join(folder, entry)),
  platform: 'node',
  resolve: { mainFields: ['module', 'main'] },
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  onLog() {},
  plugins: [tracers[mode]()],
});
const { output } = await bundle.generate({
  format: 'es',
  codeSplitting: false,
  entryFileNames: 'main.mjs',
});
const { user, system } = process.cpuUsage(began);
const { maxRSS } = process.resourceUsage();

for (const file of output) {
  const path = join(out, file.fileName);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file.code ?? file.source);
}
const text = output.map(({ code = '' }) => code).join('');
console.log(
  JSON.stringify({
    cpu: (user + system) / 1000,
    mb: maxRSS / 1024,
    bytes: Buffer.byteLength(text),
    gzip: gzipSync(text, { level: 9 }).length,
  }),
);
