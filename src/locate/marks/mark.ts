/** Puts marks into the code of a module. */
import { createHash } from 'node:crypto';
import type { ExistingRawSourceMap } from 'rollup';
import { markText } from './grammar.ts';
import { type Insertion, mappingsOf } from './map.ts';

const TOKEN_LENGTH = 10;

/**
 * A token for the marks of a module, which its code does not contain. It depends only on the module's id and code,
 * because the cache and watch mode pass marked code to later builds.
 */
export function createToken(id: string, code: string): string {
  for (let salt = 0; ; salt++) {
    const digest = createHash('sha256').update(`${salt}\0${id}\0${code}`).digest();
    const token = digest.readBigUInt64BE().toString(36).padStart(TOKEN_LENGTH, '0').slice(-TOKEN_LENGTH);
    if (!code.includes(token)) return token;
  }
}

export interface MarkedCode {
  code: string;
  map: ExistingRawSourceMap;
  /** The marks, in the order of their offsets in the unmarked code. */
  insertions: readonly Insertion[];
}

/** @param offsets by site: offset of its mark in `code` */
export function markModule(code: string, token: string, offsets: readonly number[]): MarkedCode {
  const insertions = offsets
    .map((offset, site) => ({ offset, text: markText(token, site) }))
    .sort((a, b) => a.offset - b.offset);
  const parts: string[] = [];
  let last = 0;
  for (const { offset, text } of insertions) {
    parts.push(code.slice(last, offset), text);
    last = offset;
  }
  const map = { version: 3, names: [], sources: [''], mappings: mappingsOf(code, insertions) };
  parts.push(code.slice(last));
  return { code: parts.join(''), map, insertions };
}
