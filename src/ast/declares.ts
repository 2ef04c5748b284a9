import { extractAssignedNames } from '@rollup/pluginutils';
import type { Node, Program } from 'estree';
import { walk } from 'estree-walker';

/** Whether a variable, function, class, parameter or import of that name is declared anywhere in the program. */
export function declares(program: Program, code: string, name: string): boolean {
  if (!mayDeclare(name).test(code)) return false;
  let isDeclared = false;
  walk(program, {
    enter(node) {
      if (isDeclared) this.skip();
      else isDeclared = declaredNames(node).includes(name);
    },
  });
  return isDeclared;
}

/**
 * The name, with escapes in it (`\u0067`, `\u{67}`) too, where it is not plain that it is used: a walk of a whole
 * chunk takes long, and many a chunk has `typeof globalThis`.
 */
function mayDeclare(name: string): RegExp {
  const spelt = Array.from(name, (char) => {
    const hex = char.charCodeAt(0).toString(16);
    return `(?:${char}|\\\\u(?:${hex.padStart(4, '0')}|\\{0*${hex}\\}))`;
  }).join('');
  return new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.|\\btypeof\\s+)${spelt}(?![\\w$]|\\s*(?:[.?!<>]|==))`, 'i');
}

function declaredNames(node: Node): string[] {
  switch (node.type) {
    case 'VariableDeclarator':
      return extractAssignedNames(node.id);
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return ['id' in node ? (node.id?.name ?? '') : '', ...node.params.flatMap(extractAssignedNames)];
    case 'ClassDeclaration':
    case 'ClassExpression':
      return [node.id?.name ?? ''];
    case 'CatchClause':
      return node.param ? extractAssignedNames(node.param) : [];
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      return [node.local.name];
    default:
      return [];
  }
}
