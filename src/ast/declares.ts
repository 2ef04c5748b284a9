import { extractAssignedNames } from '@rollup/pluginutils';
import type { Node, Program } from 'estree';
import { walk } from 'estree-walker';
import { endOf, isFunction, startOf } from './node-path.ts';

/**
 * Whether a scope around the offset declares a variable, function, class, parameter or import of that name.
 *
 * @param offset without one: the scope of the program itself
 */
export function declares(program: Program, name: string, offset?: number): boolean {
  const isAround = (node: Node): boolean =>
    offset === undefined ? node === program : startOf(node) <= offset && offset < endOf(node);
  const isHolderAround = (holder: Node | null): boolean =>
    holder?.type === 'ExportNamedDeclaration' || (holder !== null && isAround(holder));
  let isDeclared = false;
  walk(program, {
    enter(node, parent) {
      isDeclared ||=
        namesAround(node, parent).includes(name) || (isAround(node) && namesInside(node).includes(name));
      // What a function or class elsewhere declares stays in it.
      if (isDeclared || ((isFunction(node) || node.type === 'ClassBody') && !isAround(node))) this.skip();
    },
  });
  return isDeclared;

  function namesAround(node: Node, parent: Node | null): string[] {
    // A `var` is the function's, in however deep a block it stands; so is a function in a block, in sloppy code.
    const isHoisted =
      node.type !== 'ClassDeclaration' && (node.type !== 'VariableDeclaration' || node.kind === 'var');
    return isHoisted || isHolderAround(parent) ? namesOutside(node) : [];
  }
}

/** Every name that a program declares in some scope. */
export function declaredNames(program: Program): Set<string> {
  const names = new Set<string>();
  walk(program, {
    enter(node) {
      for (const name of namesOutside(node)) names.add(name);
      for (const name of namesInside(node)) names.add(name);
    },
  });
  return names;
}

/** What a declaration adds to the scope that it stands in. */
function namesOutside(node: Node): string[] {
  switch (node.type) {
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ id }) => extractAssignedNames(id));
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id ? [node.id.name] : [];
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      return [node.local.name];
    default:
      return [];
  }
}

/** What a node declares for what is inside of it alone. */
function namesInside(node: Node): string[] {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'ArrowFunctionExpression':
      return node.params.flatMap(extractAssignedNames);
    case 'FunctionExpression':
      return [...(node.id ? [node.id.name] : []), ...node.params.flatMap(extractAssignedNames)];
    case 'ClassExpression':
      return node.id ? [node.id.name] : [];
    case 'CatchClause':
      return node.param ? extractAssignedNames(node.param) : [];
    default:
      return [];
  }
}

/**
 * Whether a text may declare the name: it stands there, with escapes in it (`\u0067`, `\u{67}`) too, and it is not plain
 * that it is used. A walk of a whole chunk takes long, and many a chunk has `typeof globalThis`.
 */
export function mayDeclare(code: string, name: string): boolean {
  const spelt = Array.from(name, (char) => {
    const hex = char.charCodeAt(0).toString(16);
    return `(?:${char}|\\\\u(?:${hex.padStart(4, '0')}|\\{0*${hex}\\}))`;
  }).join('');
  const declared = `(?<![\\w$]|(?<!\\.\\.)\\.|\\btypeof\\s+)${spelt}(?![\\w$]|\\s*(?:[.?!<>]|==))`;
  return new RegExp(declared, 'i').test(code);
}
