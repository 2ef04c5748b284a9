/** Texts of help, made of the table of commands. */
import type { Options } from './arguments.ts';
import type { Command } from './command.ts';

const WIDTH = 100;

const EXITS = [
  'Exit codes:',
  '  0  fine',
  '  1  check: findings of that severity that no baseline has',
  '  2  wrong arguments, or a file that cannot be used',
  '  3  the build failed',
  '  4  the command itself failed',
  '     run ends as its program does: with its exit code, or by its signal',
];

export const help = (commands: Readonly<Record<string, Command>>): string =>
  [
    'module-phases <command> …: when the modules of a bundle ran, which reads came too early, and why',
    '',
    'Commands:',
    ...table(Object.entries(commands).map(([name, { summary }]) => [name, summary])),
    '',
    'Options:',
    ...table([
      ['--help', 'of a command too: module-phases run --help'],
      ['--version', 'the version of this package'],
    ]),
    '',
    ...EXITS,
    '',
  ].join('\n');

export const helpOf = (name: string, { usage, summary, details = [], options }: Command): string =>
  [
    `module-phases ${name} ${usage}`,
    '',
    ...table([['', summary]], 0),
    ...details.flatMap((text) => table([['', text]], 0)),
    '',
    'Options:',
    ...table([...optionRows(options), ['--help', 'this text']]),
    '',
    ...EXITS,
    '',
  ].join('\n');

const optionRows = (options: Options): [string, string][] =>
  Object.entries(options).map(([name, { value, short, text }]) => [
    `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
    text,
  ]);

/** Two columns; a long text goes on below itself. */
function table(rows: readonly (readonly [string, string])[], indent = 2): string[] {
  const left = Math.max(...rows.map(([name]) => name.length));
  const start = left === 0 ? indent : indent + left + 2;
  return rows.flatMap(([name, text]) =>
    wrapped(text, WIDTH - start).map((line, i) =>
      `${' '.repeat(indent)}${(i ? '' : name).padEnd(start - indent)}${line}`.trimEnd(),
    ),
  );
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
