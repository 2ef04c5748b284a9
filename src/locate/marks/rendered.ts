/** Hides marks in Rollup's `RenderedModule` objects, which other plugins see. */
import type { RenderedModule } from 'rollup';
import { type FoundMark, stripMarks } from './grammar.ts';

/** By token: the sum of the lengths of its marks. */
export function lengthsOf(marks: readonly FoundMark[]): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const { token, start, end } of marks) lengths.set(token, (lengths.get(token) ?? 0) + end - start);
  return lengths;
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
