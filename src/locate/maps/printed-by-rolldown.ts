/**
 * Recognizes syntax that Rolldown prints instead of the module's own: functions around a module, and the calls and
 * variables that stand for its imports.
 *
 * ```js
 * var require_a = __commonJSMin(((exports, module) => { … }));
 * var init_b = __esmMin((() => { init_c(); import_a = __toESM(require_a()); … }));
 * function init_d() { return (init_d = __esmMin((async () => { … })))(); }
 * ```
 */
import type { BlockStatement, Node } from 'estree';
import { isFunction } from '../../ast/node-path.ts';
import { skipTrivia } from '../../ast/trivia.ts';

/** Text without which a slice has none of that syntax. */
export const MAY_BE_WRAPPED = /\b__(?:commonJS|esm|toESM|reExport)|\b(?:init|require)_[\w$]+\(\)/;

/** Variables that hold the exports of a CommonJS module, or of another chunk in format cjs. */
const PUBLISHER =
  /\b(import_[\w$]+) = (?:\/\* @__PURE__ \*\/ )?__toESM|\b((?:import|require)_[\w$]+) = (?:\/\* @__PURE__ \*\/ )?require(?:_[\w$]+)?\(/g;

export const publisherNames = (code: string): Set<string> =>
  new Set(Array.from(code.matchAll(PUBLISHER), ([, imported, required]) => imported ?? required ?? ''));

const WRAPPER = /^__(commonJS|esm)(?:Min)?(?:\$\d+)?$/;

/** The function around a module: its block, and of which kind the module is. */
export function wrapped(node: Node): { block: BlockStatement; isCommonJS: boolean } | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return undefined;
  const kind = WRAPPER.exec(node.callee.name)?.[1];
  const [argument] = node.arguments;
  const wrapper = argument?.type === 'ObjectExpression' ? valueIn(argument.properties[0]) : argument;
  if (!kind || !wrapper || !isFunction(wrapper) || !('body' in wrapper)) return undefined;
  const { body } = wrapper;
  const isBlock = body !== null && !Array.isArray(body) && body.type === 'BlockStatement';
  return isBlock ? { block: body, isCommonJS: kind === 'commonJS' } : undefined;
}

/** `__commonJS({ "src/a.js": ((exports) => { … }) })`, which Rolldown prints for profilers. */
const valueIn = (property: Node | undefined): Node | undefined =>
  property?.type === 'Property' ? property.value : undefined;

/**
 * Number of statements at the beginning of a list that stand for imports and hoisted declarations: the module's own body
 * begins behind them.
 *
 * @param isOwn whether the user's own code has the call
 */
export function countImports(list: readonly Node[], isOwn: (statement: Node) => boolean): number {
  let count = 0;
  for (const [index, statement] of list.entries()) {
    if ('directive' in statement || (standsForImport(statement) && !isOwn(statement))) count = index + 1;
    else if (!isHoisted(statement)) break;
  }
  return count;
}

export const countDirectives = (list: readonly Node[]): number =>
  list.filter((statement) => 'directive' in statement).length;

const isHoisted = (statement: Node): boolean =>
  statement.type === 'FunctionDeclaration' ||
  (statement.type === 'VariableDeclaration' &&
    statement.declarations.every(({ init }) => !init || isHelperCall(init)));

function standsForImport(statement: Node): boolean {
  if (statement.type === 'VariableDeclaration')
    return statement.declarations.every(({ init }) => init && isHelperCall(init));
  return statement.type === 'ExpressionStatement' && isHelperCall(statement.expression);
}

/** `init_a()`, `require_a()`, `await init_a()`, `await Promise.all([init_a()])`, `import_a = __toESM(require_a())` … */
function isHelperCall(node: Node): boolean {
  switch (node.type) {
    case 'AwaitExpression':
      return isHelperCall(node.argument);
    case 'AssignmentExpression':
      return node.left.type === 'Identifier' && /^import_/.test(node.left.name) && isHelperCall(node.right);
    case 'SequenceExpression':
      return node.expressions.every(isHelperCall);
    case 'ArrayExpression':
      return node.elements.length > 0 && node.elements.every((element) => element && isHelperCall(element));
    case 'CallExpression': {
      const { callee } = node;
      if (callee.type === 'Identifier')
        return /^(?:init|require)_[\w$]+$/.test(callee.name)
          ? node.arguments.length === 0
          : /^__(?:toESM|reExport|exportAll|toCommonJS)(?:\$\d+)?$/.test(callee.name);
      // Promise.all([…])
      return (
        callee.type === 'MemberExpression' &&
        callee.object.type === 'Identifier' &&
        callee.object.name === 'Promise' &&
        node.arguments.length === 1 &&
        isHelperCall(node.arguments[0] as Node)
      );
    }
    default:
      return false;
  }
}

/** `Promise.resolve().then(() => …)`, which stands for an `import()` of a module in the same chunk. */
export function standsForDynamicImport(node: Node): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const { object, property } = node.callee;
  const [reaction] = node.arguments;
  if (property.type !== 'Identifier' || property.name !== 'then' || !reaction || !isFunction(reaction))
    return false;
  if (object.type !== 'CallExpression' || object.arguments.length > 0) return false;
  const { callee } = object;
  return (
    callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    callee.object.name === 'Promise' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 'resolve'
  );
}

/** Names of functions that a slice declares to run its module: `var require_a = __commonJSMin(…)`, `function init_b()`. */
export function wrapperNames(code: string): string[] {
  return Array.from(code.matchAll(DECLARED_WRAPPER), ([, variable, declared]) => variable ?? declared ?? '');
}

const DECLARED_WRAPPER =
  /^var ((?:require|init)_[\w$]+) = (?:\/\* @__PURE__ \*\/ )?__(?:commonJS|esm)|^function (init_[\w$]+)\(\) \{$/gm;

/**
 * What an expression requires that stands for a `require('./a')`: `require_a()`, `(init_a(), __toCommonJS(a_exports))`;
 * of a module outside of the bundle `__require("a")`.
 */
export function requiredBy(
  node: Node,
): { name: string; specifier?: never } | { name?: never; specifier: string } | undefined {
  if (node.type === 'SequenceExpression') {
    const [first] = node.expressions;
    return first && node.expressions.length === 2 ? namedCall(first, /^init_/) : undefined;
  }
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return undefined;
  const [argument] = node.arguments;
  if (/^(?:__)?require(?:\$\d+)?$/.test(node.callee.name) && argument?.type === 'Literal')
    return { specifier: String(argument.value) };
  return namedCall(node, /^require_/);
}

const namedCall = (node: Node, name: RegExp): { name: string } | undefined =>
  node.type === 'CallExpression' &&
  node.arguments.length === 0 &&
  node.callee.type === 'Identifier' &&
  name.test(node.callee.name)
    ? { name: node.callee.name }
    : undefined;

/** `var require_a = __commonJSMin(((exports, module) => {` and `}));` */
const COMMONJS_HEAD =
  /^var require_[\w$]+ = (?:\/\* @__PURE__ \*\/ )?__commonJSMin\(\(\([\w$, ]*\) => \{(?=\n)/;
const COMMONJS_TAIL = /\n\}\)\);(?:\n\/\/.*)*$/;
/** A `return` of the module's own function, as Rolldown indents it. */
const OWN_RETURN = /^\t(?:(?:if|else|for|while)\b.*)?\breturn\b/m;

const WRAPPERS = /\b__(?:commonJS|esm)/;
/** Comments, and statements that stand for imports, up to the last of these. */
const IMPORTS =
  /^(?:(?:\/\/.*\n)*(?:var import_[\w$]+ = (?:\/\* @__PURE__ \*\/ )?(?:__toESM\()?require_[\w$]+\(\).*;|(?:init|require)_[\w$]+\(\);)(?:\n|$))+/;

/**
 * Where the code of a module stands in its slice, by the text alone: parsing takes most of the time, and of a
 * module that is not included nothing else is looked for. Undefined where it isn't that plain.
 */
export function bodyByText(text: string): { start: number; end: number; isInside?: true } | undefined {
  if (!WRAPPERS.test(text)) return { start: IMPORTS.exec(text)?.[0].length ?? 0, end: text.length };
  const from = skipTrivia(text, 0);
  const head = COMMONJS_HEAD.exec(text.slice(from));
  const tail = COMMONJS_TAIL.exec(text);
  if (!head || !tail || OWN_RETURN.test(text)) return undefined;
  const start = from + head[0].length;
  return { start, end: Math.max(start, tail.index), isInside: true };
}
