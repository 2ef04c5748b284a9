/** Value → short text. Nothing of the value is read or called, so that no getter, trap or method of it runs. */
// Nor is a RegExp used: the program may ask `RegExp.$1` for its own last match.
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

/** A slice may keep the whole text alive; what JSON makes is a text of its own. */
const cut = (text: string): string =>
  text.length > LONGEST ? `${parse(quote(apply(slice, text, [0, LONGEST])))}…` : text;

/** Text of a value; nothing with `values: false`. */
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

/** Only what is shown is quoted: a text may be long. */
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

/** Of a function's source, the part that is looked at. */
const HEAD = 200;

/** By its source, which for a Proxy or a native function is a stand-in. */
function functionText(value: unknown): string {
  const words = firstWords(apply(sourceOf, value, []));
  const at = words[0] === 'async' ? 1 : 0;
  const word = words[at] === 'class' ? 'class' : 'function';
  const name = words[at] === word && words[at + 1] !== 'extends' ? words[at + 1] : undefined;
  return name ? cut(`${word} ${name}`) : word;
}

/** The words before anything but white space and `*`. Put together by character: see {@link cut}. */
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
