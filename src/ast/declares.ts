import { extractAssignedNames } from '@rollup/pluginutils';
import type { Node, Program } from 'estree';
import { walk } from 'estree-walker';

/** Whether a variable, function, class, parameter or import of that name is declared anywhere in the program. */
export function declares(program: Program, code: string, name: string): boolean {
  if (!new RegExp(`\\b(?:var|let|const|function|class|import)\\b[^=;]*\\b${name}\\b`).test(code))
    return false;
  let isDeclared = false;
  walk(program, {
    enter(node) {
      if (isDeclared) this.skip();
      else isDeclared = declaredNames(node).includes(name);
    },
  });
  return isDeclared;
}

function declaredNames(node: Node): string[] {
  switch (node.type) {
    case 'VariableDeclarator':
      return extractAssignedNames(node.id);
    case 'FunctionDeclaration':
    case 'FunctionExpression':
      return [node.id?.name ?? '', ...node.params.flatMap(extractAssignedNames)];
    case 'ClassDeclaration':
      return [node.id?.name ?? ''];
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      return [node.local.name];
    default:
      return [];
  }
}
