/** Tables as text, which a chunk passes to the runtime. */
import type { BuildTable, SiteRow } from '../protocol/tables.ts';
import type { DeclaredBinding } from './context.ts';

/** JSON of a value, as an expression that is safe in a script element and has no line terminator. */
export const literal = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/<(?=[/!])/g, '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');

/**
 * What `createBuild` is called with.
 *
 * @param sink text of the function that gets the trace
 */
export const buildArguments = (table: BuildTable, sink: string | null): string =>
  literal(table) + (sink === null ? '' : `,${sink}`);

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
