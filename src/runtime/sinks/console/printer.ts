/** Prints to a terminal or to the console of a page, by what the globals have. */
import type { ConsoleSettings } from '../../../protocol/tables.ts';
import type { Line, Span, Tone } from '../../../report/text/line.ts';
import { attempt, type Console, type Globals, type Log, nodeProcess, type Process } from '../../globals.ts';

const { apply } = Reflect;

/** Prints lines at once: `bad` as an error, `warn` as a warning. */
export type Print = (lines: readonly Line[], tone?: Tone) => unknown;

/** Prints to standard error in Node, else to the console, else nowhere. Takes what it needs now. */
export function createPrinter(color: ConsoleSettings['color'], globalObject: object = globalThis): Print {
  const globals = globalObject as Globals;
  const node = nodeProcess(globals);
  const print = attempt(() => node && terminal(node, color)) ?? attempt(() => page(globals.console));
  return (lines, tone) => attempt(() => print?.(lines, tone));
}

/**
 * Of each tone: the code of a terminal, the style of a page. A page's are mixed with the colour of the text around
 * them: consoles are light or dark, and errors and warnings in them have grounds of their own.
 */
const LOOKS: Readonly<Record<Tone, readonly [ansi: number, css: string]>> = {
  plain: [0, ''],
  dim: [2, 'color:color-mix(in srgb,currentcolor 60%,transparent)'],
  strong: [1, 'font-weight:bold'],
  warn: [33, 'color:color-mix(in srgb,currentcolor,orange)'],
  bad: [31, 'color:color-mix(in srgb,currentcolor,red)'],
};

/** A path or an error's text can hold what would move a cursor or break a line. */
function printable(text: string): string {
  let shown = '';
  let wasControl = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    const isControl = char < ' ' || (char >= '\x7f' && char <= '\x9f');
    if (!isControl) shown += char;
    else if (!wasControl) shown += ' ';
    wasControl = isControl;
  }
  return shown;
}

/** The spans of all lines, each line after a `bar`. */
const spans = (lines: readonly Line[], bar: string, tone: Tone): Span[] =>
  lines.reduce<Span[]>(
    (all, line, i) =>
      all.concat(
        [[(i ? '\n' : '') + bar, tone]],
        line.map((span) => [printable(span[0]), span[1]]),
      ),
    [],
  );

/** A bar before each line tells the trace from the program's own output. */
function terminal({ stderr, env }: Process, color: ConsoleSettings['color']): Print {
  const write = stderr.write.bind(stderr);
  const colored = color === 'auto' ? attempt(() => wantsColor(env, stderr.isTTY)) : color;
  const paint = (span: Span): string =>
    colored && LOOKS[span[1]][0] ? `\x1b[${LOOKS[span[1]][0]}m${span[0]}\x1b[0m` : span[0];
  // A closed pipe must not end the program. A listener that is there may be a pipe's, which throws on.
  const written = (error?: unknown): void => {
    if (error) stderr.once('error', () => {});
  };
  return (lines, tone = 'dim') => write(`${spans(lines, '│ ', tone).map(paint).join('')}\n`, written);
}

const wantsColor = ({ NO_COLOR, FORCE_COLOR, TERM }: Process['env'], isTTY?: boolean): boolean | undefined =>
  !NO_COLOR &&
  (FORCE_COLOR === undefined ? isTTY && TERM !== 'dumb' : FORCE_COLOR !== '0' && FORCE_COLOR !== 'false');

/** As many as a small program's summary has: closed, it would hide that there were early reads. */
const LINES_OPEN = 11;

/** An error or a warning is one message, which a page shows with a stack; another long block is a closed group. */
function page(console: Console): Print {
  const { log, warn = log, error = log, groupCollapsed, groupEnd } = console;
  /** Texts are arguments of the format, so that a `%` in them means nothing. */
  const say = (method: Log, lines: readonly Line[]): unknown => {
    const args: string[] = [];
    spans(lines, '', 'plain').forEach((span) => {
      args.push(LOOKS[span[1]][1], span[0]);
    });
    return apply(method, console, ['%c%s'.repeat(args.length / 2)].concat(args));
  };
  return (lines, tone) => {
    if (tone === 'bad') say(error, lines);
    else if (tone === 'warn') say(warn, lines);
    else if (groupCollapsed && groupEnd && lines.length > LINES_OPEN) {
      say(groupCollapsed, lines.slice(0, 1));
      say(log, lines.slice(1));
      say(groupEnd, []);
    } else say(log, lines);
  };
}
