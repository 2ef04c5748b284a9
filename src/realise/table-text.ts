/** Tables as text, which a chunk passes to the runtime. */
import type { SiteRow } from '../protocol/tables.ts';
import type { DeclaredBinding } from './context.ts';

/** JSON of a value, as an expression that is safe in a script element and has no line terminator. */
export const literal = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/<(?=[/!])/g, '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');

/**
 * The chunk's own table.
 *
 * @param first number of its first site in the build
 */
export function chunkTable(
  first: number,
  sites: readonly SiteRow[],
  declared: readonly DeclaredBinding[],
): string {
  const getters = declared.map(
    ({ module, binding, expression }) => `[${module},${binding},${expression && `()=>${expression}`}]`,
  );
  return `{first:${first},sites:${literal(sites)},getters:[${getters.join()}]}`;
}
