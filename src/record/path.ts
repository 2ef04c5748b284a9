import { isAbsolute, relative } from 'node:path';

/** Path of a module as the trace shows it: relative to `root`, with `/`; a query is kept; `\0x` is `virtual:x`. */
export function modulePath(id: string, root: string): string {
  if (id.startsWith('\0')) return `virtual:${modulePath(id.slice(1), root)}`;
  const query = id.search(/[?#]/);
  const [path, rest] = query > 0 ? [id.slice(0, query), id.slice(query)] : [id, ''];
  return (isAbsolute(path) ? relative(root, path).replaceAll('\\', '/') : path) + rest;
}
