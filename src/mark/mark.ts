/** Record and code → marked code. */
import { createHash } from 'node:crypto';
import MagicString, { type SourceMap } from 'magic-string';
import { markText } from '../protocol.ts';

const TOKEN_LENGTH = 10;

/**
 * A token for the marks of a module, which its code does not contain. It follows from the module alone, so the
 * cache and watch mode may hand the marked code to a later build.
 */
export function createToken(id: string, code: string): string {
  for (let salt = 0; ; salt++) {
    const digest = createHash('sha256').update(`${salt}\0${id}\0${code}`).digest();
    const token = digest.readBigUInt64BE().toString(36).padStart(TOKEN_LENGTH, '0').slice(-TOKEN_LENGTH);
    if (!code.includes(token)) return token;
  }
}

/** @param offsets of the marks, by site */
export function markModule(
  code: string,
  token: string,
  offsets: readonly number[],
): { code: string; map: SourceMap } {
  const text = new MagicString(code);
  offsets.forEach((offset, site) => {
    text.appendLeft(offset, markText(token, site));
  });
  return { code: text.toString(), map: text.generateMap({ hires: 'boundary' }) };
}
