/** Code → AST, with Rollup's parser. */
import type { Program } from 'estree';
import { parseAstAsync } from 'rollup/parseAst';
import { endOf, type Ranged, startOf } from './ast/walk.ts';
import type { ParseFailure } from './errors.ts';

/** Text that nothing but a module can end with, and that no statement before it can go on with. */
const CERTAIN_AWAIT = '\nawait 0;';

/**
 * The program of an ECMAScript module; what the parser threw where there is none.
 *
 * In code without an import, an export, or an await that can be nothing else, Rollup's parser takes `await (x)` for a
 * call, `await [x]` for a member, `await -x` for a subtraction. So such an await is added, behind the code: directives
 * and offsets stay.
 */
export async function parseModule(code: string): Promise<Program | ParseFailure> {
  if (!/\bawait\b/.test(code)) return parse(code);
  const program = await parse(code + CERTAIN_AWAIT);
  // Where it is no statement of its own, the code is not whole; where there is no program, `await` may be a name.
  const isWhole = 'body' in program && withoutLast(program, code.length);
  return isWhole ? program : parse(code);
}

/** The program of a chunk whose format has no await of its own: what looks like one is a name. */
export async function parse(code: string): Promise<Program | ParseFailure> {
  try {
    // Rollup parses beside the main thread.
    return await parseAstAsync(code, { jsx: true });
  } catch (error) {
    return error as ParseFailure;
  }
}

/** Takes away the statement that begins behind the code; false if none does. */
function withoutLast(program: Program, length: number): boolean {
  const last = program.body.at(-1);
  if (!last || startOf(last) <= length || endOf(last) !== length + CERTAIN_AWAIT.length) return false;
  program.body.pop();
  (program as Ranged<Program>).end = length;
  return true;
}
