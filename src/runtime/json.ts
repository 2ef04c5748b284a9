/** JSON of the trace's own objects. */
const { getOwnPropertyDescriptor, keys } = Object;
const { isArray } = Array;
const { stringify } = JSON;
const ROOTS = [Object.prototype, Array.prototype];

/** A line for each. Runs no code of the program: `JSON.stringify` calls a `toJSON` that a page has put on a prototype. */
export function jsonLines(values: readonly object[]): string {
  const write = isPatched() ? slowly : stringify;
  let text = '';
  for (let i = 0; i < values.length; i++) text += `${write(values[i])}\n`;
  return text;
}

function isPatched(): boolean {
  for (let i = 0; i < ROOTS.length; i++)
    if (getOwnPropertyDescriptor(ROOTS[i] as object, 'toJSON')) return true;
  return false;
}

function slowly(value: unknown): string {
  // Of what is no object, `toJSON` is asked for only on a bigint.
  if (typeof value !== 'object' || value === null) return stringify(value);
  const isList = isArray(value);
  const names = keys(value);
  let text = '';
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const item = slowly((value as Record<string, unknown>)[name]);
    text += `${i ? ',' : ''}${isList ? '' : `${stringify(name)}:`}${item}`;
  }
  return isList ? `[${text}]` : `{${text}}`;
}
