/** Prints lines to Node's standard error or to the console of a page. */
import type { ConsoleSettings } from '../../../protocol/tables.ts';
import type { Line, Span, Tone } from '../../../report/text/line.ts';
import {
  attempt,
  type Console,
  errorOutput,
  type Globals,
  type Log,
  nodeProcess,
  type Process,
} from '../../globals.ts';

const { apply } = Reflect;

/** Prints lines as one message. In a page the tone `bad` makes it an error, `warn` a warning. */
export type Print = (lines: readonly Line[], tone?: Tone) => unknown;

/** Prints to standard error in Node, else to the console, else nowhere. Binds their methods at once. */
export function createPrinter(color: ConsoleSettings['color'], globalObject: object = globalThis): Print {
  const globals = globalObject as Globals;
  const node = nodeProcess(globals);
  const print = attempt(() => node && terminal(node, color)) ?? attempt(() => page(globals.console));
  return (lines, tone) => attempt(() => print?.(lines, tone));
}

/** Whether lines go to the console of a page, where each message takes a line of its own, with a stack. */
export const isPage = (globalObject: object = globalThis): boolean =>
  attempt(() => nodeProcess(globalObject as Globals)) === undefined;

/**
 * Each tone's SGR code for terminals and CSS for pages. The CSS mixes its colour into the console's own text colour,
 * because consoles are light or dark, and errors and warnings have backgrounds of their own.
 */
const LOOKS: Readonly<Record<Tone, readonly [ansi: number, css: string]>> = {
  plain: [0, ''],
  dim: [2, 'color:color-mix(in srgb,currentcolor 60%,transparent)'],
  strong: [1, 'font-weight:bold'],
  warn: [33, 'color:color-mix(in srgb,currentcolor,orange)'],
  bad: [31, 'color:color-mix(in srgb,currentcolor,red)'],
};

/** Replaces runs of control characters, which could move the cursor or break the line, with a space. */
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

/** The spans of all lines, with `bar` at the start of each line. */
const spans = (lines: readonly Line[], bar: string, tone: Tone): Span[] =>
  lines.reduce<Span[]>(
    (all, line, i) =>
      all.concat(
        [[(i ? '\n' : '') + bar, tone]],
        line.map((span) => [printable(span[0]), span[1]]),
      ),
    [],
  );

/** Each line begins with a bar, which sets the trace apart from the program's own output. */
function terminal(node: Process, color: ConsoleSettings['color']): Print {
  const { stderr, env } = node;
  const write = errorOutput(node);
  const colored = color === 'auto' ? attempt(() => wantsColor(env, stderr.isTTY)) : color;
  const paint = (span: Span): string =>
    colored && LOOKS[span[1]][0] ? `\x1b[${LOOKS[span[1]][0]}m${span[0]}\x1b[0m` : span[0];
  return (lines, tone = 'dim') => write(`${spans(lines, '│ ', tone).map(paint).join('')}\n`);
}

const wantsColor = ({ NO_COLOR, FORCE_COLOR, TERM }: Process['env'], isTTY?: boolean): boolean | undefined =>
  !NO_COLOR &&
  (FORCE_COLOR === undefined ? isTTY && TERM !== 'dumb' : FORCE_COLOR !== '0' && FORCE_COLOR !== 'false');

/**
 * Longer blocks are printed as a closed group. A small program's summary fits, so that its early reads stay visible.
 */
const LINES_OPEN = 11;

/** Errors and warnings are one message, which browsers show with a stack. Any other long block is a closed group. */
function page(console: Console): Print {
  const { log, warn = log, error = log, groupCollapsed, groupEnd } = console;
  /** Passes texts as arguments of `%s`, so that a `%` in them is not a format specifier. */
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
