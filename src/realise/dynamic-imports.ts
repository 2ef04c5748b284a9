/** Dynamic imports: the request, and its promise where the program itself waits for it on the spot. */
import type { Node } from 'estree';
import { endOf, type NodePath, startOf } from '../ast/node-path.ts';
import { memberName } from '../ast/role.ts';
import type { LocatedSite } from '../located.ts';
import { addSite, type Context } from './context.ts';

export function realiseDynamicImports(context: Context, located: readonly LocatedSite[]): void {
  const { edits, names } = context;
  for (const request of located) {
    const { site, nodePath, module, number } = request;
    const target = module.targets[number]?.[0];
    if (site.kind !== 'import' || !target) continue;
    const awaited = isAwaited(nodePath);
    const added = addSite(context, request, { kind: 'd', target, isAwaited: awaited });
    const specifier = target.module === null ? specifierOf(nodePath.node) : undefined;
    // import(e)  →  import(build.importing(0,e))
    if (specifier) {
      edits.wrapRange(startOf(specifier), endOf(specifier), `${names.build}.importing(${added},`, ')');
    }
    // import('a')  →  (build.importing(0),import('a'))
    else edits.wrap(nodePath, `(${names.build}.importing(${added}),`, ')');
    // import('a').then(f)  →  build.imported(0,…).then(f)
    if (awaited) edits.wrap(nodePath, `${names.build}.imported(${added},`, ')');
  }
}

/** Whether the promise has a reaction of the program's at once, so that another one handles no rejection for it. */
function isAwaited({ key, parent }: NodePath): boolean {
  if (parent?.node.type === 'AwaitExpression') return true;
  if (parent?.node.type !== 'MemberExpression' || key !== 'object') return false;
  const isCalled = parent.parent?.node.type === 'CallExpression' && parent.key === 'callee';
  return isCalled && /^(?:then|catch|finally)$/.test(memberName(parent.node) ?? '');
}

/** What is asked for at run time: `import(e)`, or the argument of the function that Rollup prints in its stead. */
function specifierOf(node: Node): Node | undefined {
  if (node.type === 'ImportExpression') return node.source;
  return node.type === 'CallExpression' ? node.arguments[0] : undefined;
}
