/** Code → AST, with the bundler's parser. */
import type { Program } from 'estree';
import { endOf, type Ranged, startOf } from './ast/node-path.ts';
import type { ParseFailure } from './errors.ts';

export interface Parser {
  /** Parses code in which `await` is an identifier. */
  parse(code: string): Program | ParseFailure;
  /** Parses an ECMAScript module, or a part of one; returns the parser's failure if it is none. */
  parseModule(code: string): Program | ParseFailure;
  /** As `parseModule`, outside of the main thread where the bundler can. */
  parseModuleAsync(code: string): Promise<Program | ParseFailure>;
}

/** Functions of a bundler; they throw a {@link ParseFailure}. */
export interface BundlerParser {
  parseAst(code: string): unknown;
  /**
   * Parses code that is no module.
   * @default `parseAst`
   */
  parseScript?(code: string): unknown;
  /** @default `parseAst` */
  parseAstAsync?(code: string): Promise<unknown>;
}

/** An await that only a module can have, and that can't continue the statement before it. */
const CERTAIN_AWAIT = '\nawait 0;';

/**
 * In code without an import, an export or an unambiguous await, Rollup's parser reads `await (x)` as a call,
 * `await [x]` as a member and `await -x` as a subtraction. So an unambiguous await is added after the code of a module,
 * where it changes neither directives nor offsets.
 */
export function createParser({
  parseAst,
  parseScript = parseAst,
  parseAstAsync = async (code) => parseAst(code),
}: BundlerParser): Parser {
  return {
    parse: (code) => tried(() => parseScript(code)),
    parseModule(code) {
      const parse = (text: string): Program | ParseFailure => tried(() => parseAst(text));
      return (hasAwait(code) && withoutCertain(code, parse(code + CERTAIN_AWAIT))) || parse(code);
    },
    async parseModuleAsync(code) {
      const parse = (text: string): Promise<Program | ParseFailure> => triedAsync(() => parseAstAsync(text));
      return (hasAwait(code) && withoutCertain(code, await parse(code + CERTAIN_AWAIT))) || parse(code);
    },
  };
}

function tried(parse: () => unknown): Program | ParseFailure {
  try {
    return parse() as Program;
  } catch (error) {
    return error as ParseFailure;
  }
}

async function triedAsync(parse: () => Promise<unknown>): Promise<Program | ParseFailure> {
  try {
    return (await parse()) as Program;
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
