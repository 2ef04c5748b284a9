import { extractAssignedNames } from '@rollup/pluginutils';
import type { Node, Program } from 'estree';
import { walk } from 'estree-walker';
import { endOf, isFunction, startOf } from './node-path.ts';

/**
 * Whether a scope around the offset declares a variable, function, class, parameter or import of that name.
 *
 * @param offset by default only the scope of the program itself counts
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
      // Declarations in other functions and classes are out of scope.
      if (isDeclared || ((isFunction(node) || node.type === 'ClassBody') && !isAround(node))) this.skip();
    },
  });
  return isDeclared;

  function namesAround(node: Node, parent: Node | null): string[] {
    // A `var`, and in sloppy code a function in a block, is hoisted to the function around all blocks.
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

/** Names that a declaration adds to the scope around it. */
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

/** Names that a node declares only inside of itself. */
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
 * A quick test before {@link declares}, since walking a whole chunk takes long: whether the text has the name, literal
 * or escaped (`\u0067`, `\u{67}`), in other syntax than plain uses such as `typeof globalThis` and `globalThis.x`.
 */
export function mayDeclare(code: string, name: string): boolean {
  const spelt = Array.from(name, (char) => {
    const hex = char.charCodeAt(0).toString(16);
    return `(?:${char}|\\\\u(?:${hex.padStart(4, '0')}|\\{0*${hex}\\}))`;
  }).join('');
  const declared = `(?<![\\w$]|(?<!\\.\\.)\\.|\\btypeof\\s+)${spelt}(?![\\w$]|\\s*(?:[.?!<>]|==))`;
  return new RegExp(declared, 'i').test(code);
}
