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

/** How much of an id is folders that the root is in too, or the root itself. */
function commonLength(id: string, root: string, { sep }: PlatformPath): number {
  const comparable = (text: string): string =>
    sep === '\\' ? text.replaceAll('/', sep).toLowerCase() : text;
  const a = `${comparable(id)}${sep}`;
  const b = `${comparable(root)}${sep}`;
  let length = 0;
  for (let at = 0; at < a.length && a[at] === b[at]; at++) if (a[at] === sep) length = at;
  return length;
}

/** The path of each module. Of two that would have the same, the later id has a number behind it. */
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
