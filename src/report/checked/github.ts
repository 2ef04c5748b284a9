/** What a check says, as workflow commands of GitHub Actions: annotations at the lines of the change. */
import type { Checked } from '../../findings/baseline.ts';
import type { Finding, Severity } from '../../protocol/finding.ts';
import { count } from '../text/line.ts';
import { visible } from '../visible.ts';

/** GitHub shows so many of a kind in a step. */
const SHOWN = 10;

const KINDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

/** @param pathOf a file of a finding, as the repository names it; undefined outside of it */
export function checkedGithub({ fresh }: Checked, pathOf: (file: string) => string | undefined): string {
  const shown: Record<string, number> = {};
  const lines = fresh.flatMap((finding) => {
    const kind = KINDS[finding.severity];
    const number = (shown[kind] ?? 0) + 1;
    shown[kind] = number;
    return number > SHOWN ? [] : [annotation(kind, finding, pathOf)];
  });
  const left = fresh.length - lines.length;
  if (left > 0) lines.push(`${count(left, 'more finding')}`);
  return lines.map((line) => `${line}\n`).join('');
}

function annotation(
  kind: string,
  { code, message, loc, remedies: [remedy] }: Finding,
  pathOf: (file: string) => string | undefined,
): string {
  const path = loc && !loc.compiled ? pathOf(loc.file) : undefined;
  const place =
    loc && path !== undefined
      ? { file: path, line: `${loc.line}`, ...(loc.column !== undefined && { col: `${loc.column + 1}` }) }
      : {};
  const properties = Object.entries({ ...place, title: `module-phases ${code}` })
    .map(
      ([name, value]) => `${name}=${escaped(visible(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
    )
    .join(',');
  const text = [message, ...(remedy ? [`to fix: ${remedy.text}`] : [])].map(visible).join('\n');
  return `::${kind} ${properties}::${escaped(text)}`;
}

const escaped = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
