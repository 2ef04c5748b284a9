/** Value → short text. Reads no property of the value and calls none of its methods, so that no code of it runs. */
// No RegExp either: it would overwrite `RegExp.$1`, where the program may look for its own last match.
import type { ValuesMode } from '../protocol/tables.ts';

const LONGEST = 80;

const { apply } = Reflect;
const { is } = Object;
const { isArray } = Array;
const sourceOf = Function.prototype.toString;
const slice = String.prototype.slice;
const describe = Symbol.prototype.toString;
const toText = String;
const { parse, stringify: quote } = JSON;

/** Copies through JSON, because an engine's slice can keep the whole text in memory. */
const cut = (text: string): string =>
  text.length > LONGEST ? `${parse(quote(apply(slice, text, [0, LONGEST])))}…` : text;

/** Text of a value; undefined with `values: false`. */
export function preview(value: unknown, mode: ValuesMode): string | undefined {
  if (!mode) return undefined;
  const type = value === null ? 'null' : typeof value;
  if (type === 'object') return isArrayObject(value) ? 'array' : 'object';
  if (mode === 'type') return type;
  switch (type) {
    case 'string':
      return quoted(value as string);
    case 'bigint':
      return cut(`${toText(value)}n`);
    case 'symbol':
      return cut(apply(describe, value, []));
    case 'function':
      return functionText(value);
    default:
      return is(value, -0) ? '-0' : toText(value);
  }
}

/** Cuts before quoting: a text may be long. */
const quoted = (text: string): string => {
  const shown = quote(cut(text));
  return `'${apply(slice, shown, [1, -1])}'`;
};

/** `Array.isArray` throws on a revoked Proxy. */
function isArrayObject(value: unknown): boolean {
  try {
    return isArray(value);
  } catch {
    return false;
  }
}

/** UTF-16 code units of a function's source that are searched for its name. */
const HEAD = 200;

/** `function f`, `class A`, by its source text; for a Proxy or a native function that text is a placeholder. */
function functionText(value: unknown): string {
  const words = firstWords(apply(sourceOf, value, []));
  const at = words[0] === 'async' ? 1 : 0;
  const word = words[at] === 'class' ? 'class' : 'function';
  const name = words[at] === word && words[at + 1] !== 'extends' ? words[at + 1] : undefined;
  return name ? cut(`${word} ${name}`) : word;
}

/** The words before the first character that is neither white space nor `*`. Built by character: see {@link cut}. */
function firstWords(source: string): string[] {
  const words: string[] = [];
  let word = '';
  for (let i = 0; i < source.length && i < HEAD; i++) {
    const char = source[i] as string;
    if (isNamePart(char)) word += char;
    else {
      if (word) words[words.length] = word;
      word = '';
      if (char !== '*' && !isSpace(char)) return words;
    }
  }
  if (word) words[words.length] = word;
  return words;
}

const isNamePart = (char: string): boolean =>
  (char >= 'a' && char <= 'z') ||
  (char >= 'A' && char <= 'Z') ||
  (char >= '0' && char <= '9') ||
  char === '_' ||
  char === '$';

const isSpace = (char: string): boolean => char === ' ' || (char >= '\t' && char <= '\r');
