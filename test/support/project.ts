import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where the programs of a test run stand: outside the repository, so that nothing of it is resolved. */
const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'module-phases-')));
process.on('exit', () => rmSync(workspace, { recursive: true, force: true }));

let projects = 0;

/** Makes a folder of ES modules that has these files; returns its path. */
export function project(files: Record<string, string>, name = `project-${projects++}`): string {
  const dir = join(workspace, name);
  for (const [path, text] of Object.entries({ 'package.json': '{ "type": "module" }\n', ...files })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

/**
 * Makes a project of a fixture's folder: its `_packages` become `node_modules` (a name that git ignores), and its
 * `_setup.js`, a module, writes beside itself what is too large to check in.
 */
export async function projectFrom(fixture: string, name: string): Promise<string> {
  const dir = project({}, name);
  const packages = join(fixture, '_packages');
  const setup = join(dir, '_setup.js');
  cpSync(fixture, dir, {
    recursive: true,
    filter: (path) => path !== packages && path !== join(fixture, 'dist'),
  });
  if (existsSync(packages)) cpSync(packages, join(dir, 'node_modules'), { recursive: true });
  if (existsSync(setup)) await import(pathToFileURL(setup).href);
  return dir;
}
