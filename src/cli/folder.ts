/** The folder of a bundle that lives as long as the command. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileFailure } from './failure.ts';

export interface Folder {
  path: string;
  /** Removes it, and the folders around it that were made for it. */
  remove(): void;
}

/**
 * Makes the folder in the project of a file, below its `node_modules`: so packages that the bundle imports are found.
 *
 * @throws {Failure}
 */
export function temporaryFolder(file: string): Folder {
  const cache = join(projectOf(file), 'node_modules/.cache/module-phases');
  const path = join(cache, `run-${process.pid}`);
  let first: string | undefined;
  try {
    removeAbandoned(cache);
    first = mkdirSync(path, { recursive: true });
  } catch (error) {
    throw fileFailure('make the folder', path, error);
  }
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true });
      for (
        let around = dirname(path);
        first !== undefined && around.startsWith(first);
        around = dirname(around)
      ) {
        try {
          rmdirSync(around);
        } catch {
          // Something else has come into it.
          return;
        }
      }
    },
  };
}

/** Of commands that were killed, so that they could not remove their own. */
function removeAbandoned(cache: string): void {
  if (!existsSync(cache)) return;
  for (const name of readdirSync(cache)) {
    const pid = Number(/^run-(\d+)$/.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The nearest folder with a package.json; without one, that of the file. */
function projectOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return dirname(file);
  }
}
