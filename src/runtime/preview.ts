/** Value → short text. Nothing of the value is read or called, so that no getter, trap or method of it runs. */
import type { ValuesMode } from '../protocol.ts';

const LONGEST = 80;

const { apply } = Reflect;
const { is } = Object;
const { isArray } = Array;
const sourceOf = Function.prototype.toString;
const slice = String.prototype.slice;
const exec = RegExp.prototype.exec;
const describe = Symbol.prototype.toString;
const toText = String;
const quote = JSON.stringify;

const cut = (text: string): string => (text.length > LONGEST ? `${apply(slice, text, [0, LONGEST])}…` : text);

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

const HEAD = /^(?:async\s+)?(function\s*\*?|class)(?:\s+|(?=\())([\w$]*)/;

/** By its source, which for a Proxy or a native function is a stand-in. */
function functionText(value: unknown): string {
  const source = apply(sourceOf, value, []);
  const match: RegExpExecArray | null = apply(exec, HEAD, [apply(slice, source, [0, 200])]);
  const keyword = match?.[1] ?? 'function';
  const name = match?.[2] ?? '';
  const word = keyword[0] === 'c' ? 'class' : 'function';
  return name && name !== 'extends' ? cut(`${word} ${name}`) : word;
}
