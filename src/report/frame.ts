/** The frame of the source around a place. */
import { codeFrameColumns } from '@babel/code-frame';
import type { Place } from '../protocol/finding.ts';

/** Undefined where the text has no such place. */
export function frameOf(text: string, { line, column }: Place): string | undefined {
  const found = text.split('\n', line)[line - 1];
  if (found === undefined || (column !== undefined && column > found.length)) return undefined;
  return codeFrameColumns(text, { start: { line, ...(column !== undefined && { column: column + 1 }) } });
}
