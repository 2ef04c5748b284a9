/** Arguments by a table of options, as `util.parseArgs` reads them; each wrong one is named, with what was meant. */
import { parseArgs } from 'node:util';
import { alternatives, nearest } from '../errors.ts';
import { Failure } from './failure.ts';

export interface Option {
  /** What its value is, as `<file>`; without it the option is a switch. */
  value?: string;
  /** The words that it takes. */
  choices?: readonly string[];
  /** It may be given several times. */
  isList?: true;
  short?: string;
  text: string;
}

export type Options = Readonly<Record<string, Option>>;

/** The arguments of one call of a command. */
export interface Arguments {
  positionals: readonly string[];
  /** What stands after `--`. */
  rest: readonly string[];
  /** The value of an option. */
  one(name: string): string | undefined;
  /** The values of a list. */
  all(name: string): readonly string[];
  /** Whether a switch, or any option, is given. */
  has(name: string): boolean;
}

/** @throws {Failure} */
export function readArguments(args: readonly string[], options: Options): Arguments {
  const names = Object.keys(options);
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      names.map((name) => {
        const { value, short } = options[name] as Option;
        return [name, { type: value ? 'string' : 'boolean', multiple: true, ...(short && { short }) }];
      }),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option) throw unknownOption(token.rawName, names);
    const values = given.get(token.name) ?? [];
    if (option.value ? values.length > 0 && !option.isList : values.length > 0)
      throw new Failure(`option --${token.name} is given twice`);
    // `--out --watch`: the next option, not a value. One may begin with a dash after `=`.
    const isNext = option.value && !token.inlineValue && token.value?.startsWith('-');
    given.set(token.name, [...values, textOf(token.name, option, isNext ? undefined : token.value)]);
  }
  const end = tokens.find(({ kind }) => kind === 'option-terminator');
  const restCount = end ? args.length - end.index - 1 : 0;
  return {
    positionals: positionals.slice(0, positionals.length - restCount),
    rest: end ? args.slice(end.index + 1) : [],
    one: (name) => given.get(name)?.[0],
    all: (name) => given.get(name) ?? [],
    has: (name) => given.has(name),
  };
}

function textOf(name: string, { value, choices }: Option, text: string | undefined): string {
  if (!value) {
    if (text !== undefined) throw new Failure(`option --${name} takes no value, and has "${text}"`);
    return '';
  }
  if (text === undefined || text === '')
    throw new Failure(`option --${name} needs a value: --${name} ${value}`);
  if (choices && !choices.includes(text))
    throw new Failure(
      `option --${name} must be ${alternatives(choices)}, but is "${text}"${meant(text, choices)}`,
    );
  return text;
}

function unknownOption(raw: string, names: readonly string[]): Failure {
  const known = names.map((name) => `--${name}`);
  return new Failure(`there is no option ${raw}${meant(raw, known) || `; there are ${known.join(', ')}`}`);
}

/** `. Did you mean "check"?`, or nothing. */
export function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '' : `. Did you mean ${near}?`;
}
