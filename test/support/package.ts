/** The package as a user gets it: packed by npm, unpacked into a project. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { project } from './project.ts';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
/** The folder whose `node_modules` has the oldest Rollup of the peer range. */
export const oldest = join(repository, 'test/oldest');

const NAME = 'rollup-plugin-module-phases';

interface Manifest {
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

export const manifestOf = (dir: string): Manifest =>
  JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));

/** Packs the package; returns the path of the tarball. */
export function pack(): string {
  const dir = project({});
  const args = ['pack', '--silent', '--ignore-scripts', '--offline', '--pack-destination', dir];
  const name = execFileSync('npm', args, { cwd: repository, encoding: 'utf8' });
  return join(dir, name.trim());
}

/** Makes a project with these files that has the package and what it needs, and `others`, which are links. */
export function projectWithPackage(
  files: Record<string, string>,
  { rollupOf = repository, others = [] }: { rollupOf?: string; others?: string[] } = {},
): string {
  const dir = project(files);
  const modules = join(dir, 'node_modules');
  // A copy: Node resolves what a link imports from where it leads to.
  const copy = join(modules, NAME);
  mkdirSync(copy, { recursive: true });
  execFileSync('tar', ['-xzf', pack(), '-C', copy, '--strip-components', '1']);
  const link = (name: string, from: string): void => {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(from, 'node_modules', name), join(modules, name), 'dir');
  };
  for (const name of [...Object.keys(manifestOf(copy).dependencies), ...others]) link(name, repository);
  link('rollup', rollupOf);
  return dir;
}
