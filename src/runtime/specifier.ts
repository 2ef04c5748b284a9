/** Resolves relative specifiers that are known only at run time, without RegExp and array methods. */
import { bare } from './bare.ts';
import type { ModuleSlot } from './modules.ts';

/** Suffixes that Node tries in turn when a required path names no file. */
const ENDINGS = ['', '.js', '.json', '/index.js'];

/** Path of a module → its index in the build. */
export function indexPaths(modules: readonly ModuleSlot[]): Record<string, number> {
  const index = bare<Record<string, number>>({});
  for (let i = 0; i < modules.length; i++) index[(modules[i] as ModuleSlot).row.path] = i;
  return index;
}

/** Index of the module that a relative specifier names, from the path of its importer; undefined if there is none. */
export function moduleNamed(
  specifier: string,
  importer: string,
  index: Readonly<Record<string, number>>,
): number | undefined {
  if (specifier[0] !== '.') return undefined;
  const path = joined(importer, specifier);
  for (let i = 0; i < ENDINGS.length; i++) {
    const number = index[path + (ENDINGS[i] as string)];
    if (number !== undefined) return number;
  }
  return undefined;
}

/** Joins a relative specifier to the importer's folder, and resolves `.` and `..`. */
function joined(importer: string, specifier: string): string {
  const parts = partsOf(importer);
  parts.length--;
  const added = partsOf(specifier);
  for (let i = 0; i < added.length; i++) {
    const part = added[i] as string;
    if (part === '..' && parts.length && parts[parts.length - 1] !== '..') parts.length--;
    else if (part && part !== '.') parts[parts.length] = part;
  }
  let path = parts[0] ?? '';
  for (let i = 1; i < parts.length; i++) path += `/${parts[i]}`;
  return path;
}

function partsOf(path: string): string[] {
  const parts = [''];
  for (let i = 0; i < path.length; i++) {
    if (path[i] === '/') parts[parts.length] = '';
    else parts[parts.length - 1] += path[i] as string;
  }
  return parts;
}
