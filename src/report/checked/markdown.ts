/** What a check says, as Markdown: for a pull request's comment or a job's summary. */
import type { Finding } from '../../protocol/finding.ts';
import { count, lineText } from '../text/line.ts';
import { visible } from '../visible.ts';
import { belowText, type CheckedInput, findingLines, fixedText, knownText } from './lines.ts';

/** A job's summary of GitHub takes 1 MiB; what is left out says so. */
const MOST_BYTES = 1_000_000;

export function checkedMarkdown({
  severity,
  fresh,
  known,
  fixed,
  below,
  baseline,
  ...rest
}: CheckedInput): string {
  const text = [
    `## module-phases: ${fresh.length > 0 ? `${count(fresh.length, 'new finding')}` : 'nothing new'}`,
    `Severity ${severity}${severity === 'error' ? '' : ' or worse'}; ${baseline === undefined ? 'no baseline' : `baseline ${code(baseline)}`}.`,
    ...(fresh.length > 0 ? [`### New (${fresh.length})`] : []),
  ];
  let bytes = 0;
  for (const [index, finding] of fresh.entries()) {
    const block = blockOf(finding, rest);
    bytes += Buffer.byteLength(block);
    if (bytes > MOST_BYTES / 2) {
      text.push(`… ${fresh.length - index} more`);
      break;
    }
    text.push(block);
  }
  text.push(...listOf('Known', known, knownText));
  text.push(...listOf('Fixed', fixed, fixedText));
  if (below.length > 0) text.push(`${belowText(below)}.`);
  return `${text.join('\n\n')}\n`;
}

function blockOf(
  finding: Finding,
  { frameOf, effectOf }: Pick<CheckedInput, 'frameOf' | 'effectOf'>,
): string {
  const lines = findingLines(finding, frameOf, effectOf).map((line) => visible(lineText(line)));
  return fenced(lines.join('\n').trimEnd());
}

function listOf<E>(title: string, entries: readonly E[], textOf: (entry: E) => string): string[] {
  if (entries.length === 0) return [];
  const items: string[] = [];
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    const item = `- ${code(textOf(entry))}`;
    bytes += Buffer.byteLength(item);
    if (bytes > MOST_BYTES / 5) {
      items.push(`- … ${entries.length - index} more`);
      break;
    }
    items.push(item);
  }
  return [`### ${title} (${entries.length})`, items.join('\n')];
}

/** Longer than any run of backticks inside: nothing of the text can end it. */
const fenceOf = (text: string, least: number): string =>
  '`'.repeat(Math.max(least, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));

function fenced(text: string): string {
  const fence = fenceOf(text, 3);
  return `${fence}\n${text}\n${fence}`;
}

function code(text: string): string {
  const shown = visible(text);
  const fence = fenceOf(shown, 1);
  return fence.length > 1 ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}
