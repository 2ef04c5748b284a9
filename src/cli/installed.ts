/** Where packages are that the command does not bring: the project's own come first, then those beside this package. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Path of what a specifier names, as the project sees it; undefined where it is not installed. */
export function installed(specifier: string): string | undefined {
  const project = join(process.cwd(), 'index.js');
  const vite = resolvedFrom(project, 'vite');
  // A package manager may keep Vite's own Rolldown from others.
  const bases = [project, ...(vite ? [vite] : []), import.meta.url];
  for (const base of bases) {
    const path = resolvedFrom(base, specifier);
    if (path !== undefined) return path;
  }
  return undefined;
}

function resolvedFrom(base: string, specifier: string): string | undefined {
  try {
    return createRequire(base).resolve(specifier);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined;
    throw error;
  }
}

/** Loads an installed module; undefined where it is not installed. */
export async function loadInstalled<M>(specifier: string): Promise<M | undefined> {
  const path = installed(specifier);
  return path === undefined ? undefined : ((await import(pathToFileURL(path).href)) as M);
}
