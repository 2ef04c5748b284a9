/** The file of a baseline: JSON, sorted, a finding a line. */
import type { BaselineEntry } from '../../findings/baseline.ts';

const VERSION = 1;

export const baselineText = (entries: readonly BaselineEntry[]): string =>
  [
    '{',
    `  "version": ${VERSION},`,
    `  "findings": [${entries.map((entry, i) => `${i ? ',' : ''}\n    ${JSON.stringify(entry)}`).join('')}${entries.length ? '\n  ' : ''}]`,
    '}\n',
  ].join('\n');

/** @throws {Error} that says what is wrong with the text */
export function readBaseline(text: string): BaselineEntry[] {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || !Array.isArray(value.findings))
    throw new Error('it must be { "version": 1, "findings": [ … ] }');
  if (value.version !== VERSION)
    throw new Error(`its version is ${JSON.stringify(value.version)}, and this command reads ${VERSION}`);
  return value.findings.map((entry: unknown, index) => {
    if (isEntry(entry)) return entry;
    throw new Error(`findings[${index}] must have "code" (text) and "modules" (a list of texts)`);
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function isEntry(value: unknown): value is BaselineEntry {
  if (!isObject(value)) return false;
  const { code, modules, binding, message } = value;
  return (
    typeof code === 'string' &&
    typeof message === 'string' &&
    Array.isArray(modules) &&
    modules.every((path) => typeof path === 'string') &&
    (binding === undefined || typeof binding === 'string')
  );
}
