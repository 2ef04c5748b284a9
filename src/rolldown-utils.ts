/** Functions of the Rolldown that runs: it offers them beside its plugin interface, in `rolldown/utils`. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RawMap } from './model.ts';

/** The part of `rolldown/utils` that is used; Rolldown has no types for people who have Rollup alone. */
export interface RolldownUtils {
  minifySync(
    file: string,
    code: string,
    options: Record<string, unknown>,
  ): { code: string; map?: RawMap | null; errors: readonly { message: string }[] };
  transformSync(
    file: string,
    code: string,
    options: Record<string, unknown>,
  ): { code: string; map?: RawMap | null; errors: readonly { message: string }[] };
}

/**
 * The utilities of the Rolldown with this version, wherever it is installed: beside this package, in the project, or
 * below Vite, which package managers may keep from others. Undefined where there is none.
 *
 * @param folders in which the project may be
 */
export async function loadRolldownUtils(
  version: string,
  folders: readonly string[],
): Promise<RolldownUtils | undefined> {
  const bases = [import.meta.url, ...folders.map((folder) => pathToFileURL(join(folder, 'index.js')).href)];
  const found = bases
    .flatMap((base) => [packageFrom(base, 'rolldown'), fromVite(base)])
    .filter((path) => path !== undefined);
  const path = found.find((folder) => versionOf(folder) === version) ?? found[0];
  return path === undefined ? undefined : import(pathToFileURL(join(path, entryOf(path))).href);
}

const fromVite = (base: string): string | undefined => {
  const vite = packageFrom(base, 'vite');
  return vite && packageFrom(pathToFileURL(join(vite, 'index.js')).href, 'rolldown');
};

/** The folder of a package, as seen from a file. */
function packageFrom(base: string, name: string): string | undefined {
  const paths = createRequire(base).resolve.paths(name) ?? [];
  return paths.map((path) => join(path, name)).find((path) => existsSync(join(path, 'package.json')));
}

const versionOf = (folder: string): string => manifestOf(folder).version;

const entryOf = (folder: string): string => {
  const exported = manifestOf(folder).exports?.['./utils'];
  return typeof exported === 'string' ? exported : 'dist/utils-index.mjs';
};

interface PackageManifest {
  version: string;
  exports?: Record<string, unknown>;
}

const manifestOf = (folder: string): PackageManifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;
