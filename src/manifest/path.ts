import path, { type PlatformPath } from 'node:path';

/**
 * Path of a module as the trace shows it: relative to `root`, with `/`; a query is kept; `\0x` is `virtual:x`.
 *
 * @param platform how paths are written: this system's, unless a test says otherwise
 */
export function modulePath(id: string, root: string, platform: PlatformPath = path): string {
  if (id.startsWith('\0')) return `virtual:${modulePath(id.slice(1), root, platform)}`;
  if (!platform.isAbsolute(id)) return id;
  // A folder that both are in may have a `#` or `?` in its name.
  const common = commonLength(id, root, platform);
  const query = id.slice(common).search(/[?#]/);
  const end = query < 0 ? id.length : common + query;
  return platform.relative(root, id.slice(0, end)).replaceAll('\\', '/') + id.slice(end);
}

/** Length of the longest common folder of id and root. */
function commonLength(id: string, root: string, { sep }: PlatformPath): number {
  const comparable = (text: string): string =>
    sep === '\\' ? text.replaceAll('/', sep).toLowerCase() : text;
  const a = `${comparable(id)}${sep}`;
  const b = `${comparable(root)}${sep}`;
  let length = 0;
  for (let at = 0; at < a.length && a[at] === b[at]; at++) if (a[at] === sep) length = at;
  return length;
}

/** By id: the module's path. Where two ids have the same path, the later one gets a number: `a.js (2)`. */
export function uniquePaths(ids: Iterable<string>, root: string): Map<string, string> {
  const paths = new Map<string, string>();
  const usedPaths = new Set<string>();
  for (const id of [...ids].sort()) {
    const own = modulePath(id, root);
    let unique = own;
    for (let number = 2; usedPaths.has(unique); number++) unique = `${own} (${number})`;
    usedPaths.add(unique);
    paths.set(id, unique);
  }
  return paths;
}
