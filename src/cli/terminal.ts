/** What the command prints: results on standard output, all else on standard error. */
import { styleText } from 'node:util';
import type { Line, Tone } from '../report/text/line.ts';
import { visible } from '../report/visible.ts';

const STYLES: Readonly<Record<Tone, Parameters<typeof styleText>[0] | null>> = {
  plain: null,
  dim: 'dim',
  strong: 'bold',
  warn: 'yellow',
  bad: 'red',
};

type Stream = typeof process.stdout | typeof process.stderr;

/** Coloured on a terminal, unless NO_COLOR or FORCE_COLOR decides. */
function painted(text: string, tone: Tone, stream: Stream): string {
  const style = STYLES[tone];
  return style && text !== '' ? styleText(style, text, { stream, validateStream: true }) : text;
}

const textOf = (lines: readonly Line[], stream: Stream): string =>
  lines
    .map((line) => `${line.map(([text, tone]) => painted(visible(text), tone, stream)).join('')}\n`)
    .join('');

/** Prints lines of a result. */
export const print = (lines: readonly Line[]): void => {
  process.stdout.write(textOf(lines, process.stdout));
};

/** Prints a result for machines, as it is. */
export const printText = (text: string): void => {
  process.stdout.write(text);
};

/** Tells the user something beside the result. */
export const tell = (text: string, tone: Tone = 'plain'): void => {
  process.stderr.write(
    textOf(
      [
        [
          ['module-phases: ', tone],
          [text, 'plain'],
        ],
      ],
      process.stderr,
    ),
  );
};

/** A text of several lines that others have made, such as a bundler's error. */
export const tellBlock = (text: string): void => {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
};

/** Whether a closed pipe reads the output no more, as of `| head`: that is no error. */
export function endWithPipe(): void {
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', onError);
}

/** Builds that take no longer are not worth a line. */
const PATIENCE = 1500;

/** On a terminal: says what takes so long, until the work is done. */
export async function withProgress<T>(doing: string, work: () => Promise<T>): Promise<T> {
  const { stderr } = process;
  if (!stderr.isTTY) return work();
  const began = Date.now();
  let isShown = false;
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1000);
    if (Date.now() - began < PATIENCE) return;
    isShown = true;
    stderr.write(`\r\x1b[K${painted(`${doing} … ${seconds} s`, 'dim', stderr)}`);
  }, 500);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (isShown) stderr.write('\r\x1b[K');
  }
}
