/** Code → AST, with Rollup's parser. */
import type { Program } from 'estree';
import { parseAst, parseAstAsync } from 'rollup/parseAst';
import { endOf, type Ranged, startOf } from './ast/node-path.ts';
import type { ParseFailure } from './errors.ts';

/** An await that only a module can have, and that can't continue the statement before it. */
const CERTAIN_AWAIT = '\nawait 0;';

/** Rollup handles JSX itself, so it is parsed too. */
const OPTIONS = { jsx: true };

/**
 * Parses an ECMAScript module, or a part of one; returns the parser's failure if it is none.
 *
 * In code without an import, an export or an unambiguous await, Rollup's parser reads `await (x)` as a call,
 * `await [x]` as a member and `await -x` as a subtraction. So an unambiguous await is added after the code, where it
 * changes neither directives nor offsets.
 */
export function parseModule(code: string): Program | ParseFailure {
  return (hasAwait(code) && withoutCertain(code, parse(code + CERTAIN_AWAIT))) || parse(code);
}

/** As {@link parseModule}, outside of the main thread. */
export async function parseModuleAsync(code: string): Promise<Program | ParseFailure> {
  return (hasAwait(code) && withoutCertain(code, await parseAsync(code + CERTAIN_AWAIT))) || parseAsync(code);
}

/** Parses code in which `await` is an identifier. */
export function parse(code: string): Program | ParseFailure {
  try {
    return parseAst(code, OPTIONS);
  } catch (error) {
    return error as ParseFailure;
  }
}

async function parseAsync(code: string): Promise<Program | ParseFailure> {
  try {
    return await parseAstAsync(code, OPTIONS);
  } catch (error) {
    return error as ParseFailure;
  }
}

const hasAwait = (code: string): boolean => /\bawait\b/.test(code);

/**
 * Removes the added await from the program. Undefined where it is not a statement of its own, because the code is
 * incomplete, or where parsing failed, because `await` is an identifier.
 */
function withoutCertain(code: string, program: Program | ParseFailure): Program | undefined {
  const last = 'body' in program ? program.body.at(-1) : undefined;
  if (!last || startOf(last) <= code.length || endOf(last) !== code.length + CERTAIN_AWAIT.length) {
    return undefined;
  }
  const parsed = program as Ranged<Program>;
  parsed.body.pop();
  parsed.end = code.length;
  return parsed;
}
