// The command against the same work by hand, over a generated app: `node command.mjs run|check app plain|command` prints
// `{ cpu }`, the time that all processes worked, user and system, in milliseconds. By hand is this file, called again with
// `by-hand`: it builds with the plugin by the bundler's API, and for `run` starts Node.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeModules } from './apps.mjs';

const [what, app, mode] = process.argv.slice(2);
const root = fileURLToPath(new URL('../..', import.meta.url));

if (what === 'by-hand') await byHand(app);
else {
  const folder = mkdtempSync(join(tmpdir(), 'module-phases-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  writeModules(app, folder);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const args =
    mode === 'plain'
      ? [fileURLToPath(import.meta.url), 'by-hand', what]
      : [join(root, 'dist/cli.js'), what, 'main.js', '--bundler', 'rolldown'];
  // A shell adds up what its children and theirs have worked.
  const script = '"$@" >/dev/null 2>&1 || exit; times';
  const text = execFileSync('sh', ['-c', script, 'sh', process.execPath, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  const [, ofChildren = ''] = text.split('\n');
  const times = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)];
  console.log(JSON.stringify({ cpu: times.reduce((sum, [, m, s]) => sum + 60_000 * m + 1000 * s, 0) }));
}

async function byHand(what) {
  const { rolldown } = await import('rolldown');
  const { modulePhases } = await import('rollup-plugin-module-phases');
  const bundle = await rolldown({ input: 'main.js', platform: 'node', plugins: [modulePhases()] });
  if (what === 'check') await bundle.generate({ format: 'es' });
  else {
    await bundle.write({ dir: 'out', format: 'es', entryFileNames: '[name].mjs' });
    spawnSync(process.execPath, ['out/main.mjs'], { stdio: 'inherit' });
  }
  await bundle.close();
}
