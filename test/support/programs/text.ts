/**
 * A program that can be printed twice: as the program under test, and as the same program that tells a recorder what
 * it does. A part of its text differs between the two where it reads, writes, initializes or waits.
 */

/** Where the program does something that a trace has to tell of; it stands at its part's place in the program. */
export interface Site {
  /** Path of the module. */
  file: string;
  /** In the words of {@link line}, of which the recorder adds what it finds. */
  text: string;
  /** Of a read or a write: the binding, as `module#name`. */
  binding?: string;
}

export type Part = string | { program: string; recorded: string; site?: number };
export type Parts = readonly Part[];

/** `tight` is as minifiers print it, `bare` leaves out the semicolons that JavaScript inserts by itself. */
export const STYLES = ['loose', 'tight', 'bare'] as const;
export type Style = (typeof STYLES)[number];

export interface Printed {
  code: string;
  /** `line:column` by site. */
  places: Map<number, string>;
}

/** Text of a template whose values are parts. */
export const parts = (texts: TemplateStringsArray, ...values: readonly (string | Parts)[]): Parts =>
  texts.flatMap((text, index): Parts => {
    const value = values[index] ?? '';
    return [text, ...(typeof value === 'string' ? [value] : value)];
  });

/** What only the recorded program has. */
export const recordedOnly = (recorded: string): Part => ({ program: '', recorded });

export const printRecorded = (all: Parts): string =>
  all.map((part) => (typeof part === 'string' ? part : part.recorded)).join('');

export function printProgram(all: Parts, style: Style): Printed {
  const places = new Map<number, string>();
  let code = '';
  let line = 1;
  let lineStart = 0;
  let gap = '';
  /** Sites of parts that the program has no text for: they stand where it goes on. */
  let waiting: number[] = [];
  const put = (char: string): void => {
    code += char;
    if (char !== '\n') return;
    line++;
    lineStart = code.length;
  };
  for (const part of all) {
    const text = typeof part === 'string' ? part : part.program;
    if (typeof part !== 'string' && part.site !== undefined) waiting.push(part.site);
    for (const char of text) {
      if (/\s/.test(char)) {
        gap += char;
        continue;
      }
      for (const space of between(code, gap, char, style)) put(space);
      if (style === 'bare' && gap.includes('\n') && isDispensable(code, char)) {
        // The line break is already there: the semicolon before it goes.
        const end = code.lastIndexOf(';');
        code = code.slice(0, end) + code.slice(end + 1);
        lineStart = code.lastIndexOf('\n') + 1;
      }
      gap = '';
      for (const site of waiting) places.set(site, `${line}:${code.length - lineStart}`);
      waiting = [];
      put(char);
    }
  }
  return { code: `${code}\n`, places };
}

/** The white space that stands between two characters. */
function between(code: string, gap: string, next: string, style: Style): string {
  if (style !== 'tight') return gap;
  return gap !== '' && isNeeded(code.charAt(code.length - 1), next) ? ' ' : '';
}

const isWord = (char: string): boolean => /[\w$#]/.test(char);

const isNeeded = (before: string, next: string): boolean =>
  (isWord(before) && isWord(next)) ||
  (before === next && (before === '+' || before === '-')) ||
  (before === '/' && (isWord(next) || next === '/')) ||
  // Some parsers take `<!--` for a comment.
  (before === '<' && next === '!');

/** A semicolon at a line's end, whose next line can't go on with the statement. */
const isDispensable = (code: string, next: string): boolean =>
  /[^;{}\s];\n\s*$/.test(code) && !/[([`+\-/*.,?:=&|<>^%!]/.test(next);
