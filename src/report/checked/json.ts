/** What a check says, for programs. */
import type { Checked } from '../../findings/baseline.ts';
import type { EffectOf } from './lines.ts';

/** Version of the object's shape. */
const VERSION = 1;

export function checkedJson({ severity, fresh, known, fixed, below }: Checked, effectOf?: EffectOf): string {
  const withEffect = effectOf
    ? fresh.map((finding) => ({ ...finding, strictExecutionOrder: effectOf(finding) }))
    : fresh;
  return `${JSON.stringify({ version: VERSION, severity, new: withEffect, known, fixed, below }, null, 2)}\n`;
}
