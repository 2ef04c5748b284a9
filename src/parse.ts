/** Code → AST, with Rollup's parser. */
import type { Program } from 'estree';
import { parseAst, parseAstAsync } from 'rollup/parseAst';
import { endOf, type Ranged, startOf } from './ast/node-path.ts';
import type { ParseFailure } from './errors.ts';

/** Text that nothing but a module can end with, and that no statement before it can go on with. */
const CERTAIN_AWAIT = '\nawait 0;';

/** JSX is Rollup's to handle. */
const OPTIONS = { jsx: true };

/**
 * The program of an ECMAScript module, or of a part of one; what the parser threw where there is none.
 *
 * In code without an import, an export, or an await that can be nothing else, Rollup's parser takes `await (x)` for a
 * call, `await [x]` for a member, `await -x` for a subtraction. So such an await is added, behind the code: directives
 * and offsets stay.
 */
export function parseModule(code: string): Program | ParseFailure {
  return (hasAwait(code) && withoutCertain(code, parse(code + CERTAIN_AWAIT))) || parse(code);
}

/** The same, beside the main thread. */
export async function parseModuleAsync(code: string): Promise<Program | ParseFailure> {
  return (hasAwait(code) && withoutCertain(code, await parseAsync(code + CERTAIN_AWAIT))) || parseAsync(code);
}

/** The program of what has no await of its own: what looks like one is a name. */
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
 * Without the await that was added; nothing where that is no statement of its own, so that the code is not whole, or
 * where there is no program: `await` may be a name.
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
