/** Hides marks in Rollup's `RenderedModule` objects, which other plugins see. */
import type { RenderedModule } from 'rollup';
import { type FoundMark, stripMarks } from './grammar.ts';

/** The marks of one module in a chunk. */
interface ModuleMarks {
  /** The sum of their lengths. */
  length: number;
  sites: Set<number>;
}

export function sortedByToken(marks: readonly FoundMark[]): Map<string, ModuleMarks> {
  const byToken = new Map<string, ModuleMarks>();
  for (const { token, site, start, end } of marks) {
    const own = byToken.get(token) ?? { length: 0, sites: new Set() };
    own.length += end - start;
    own.sites.add(site);
    byToken.set(token, own);
  }
  return byToken;
}

/**
 * Removes the marks from `code` and `renderedLength`. Rollup's `code` is a getter that renders each time; so is ours.
 *
 * @param length sum of the lengths of the module's marks, if it is known
 */
export function hideMarks(rendered: RenderedModule, token: string | undefined, length?: number): void {
  const get = Object.getOwnPropertyDescriptor(rendered, 'code')?.get;
  if (token === undefined || !get || length === 0) return;
  const strip = (code: string | null): string | null => code && stripMarks(code, token);
  // Not the length of the stripped code: Rollup measures before it indents, and `code` is indented.
  rendered.renderedLength -= length ?? (rendered.code?.length ?? 0) - (strip(rendered.code)?.length ?? 0);
  Object.defineProperty(rendered, 'code', { get: () => strip(get()), enumerable: true, configurable: true });
}
