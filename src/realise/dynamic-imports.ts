/**
 * Dynamic imports:
 *
 * 1. `import('a')`  →  `(build.importing(0),import('a'))`
 * 2. `import(e)`, known only at run time  →  `import(build.importing(0,e))`
 * 3. `import('a').then(f)`, `await import('a')`  →  `build.imported(0,…).then(f)`, around 1 or 2
 *
 * Other expressions that Rollup prints for an `import()` are treated as the `import()`.
 */
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
    if (specifier) {
      edits.wrapRange(startOf(specifier), endOf(specifier), `${names.build}.importing(${added},`, ')');
    } else edits.wrap(nodePath, `(${names.build}.importing(${added}),`, ')');
    if (awaited) edits.wrap(nodePath, `${names.build}.imported(${added},`, ')');
  }
}

/**
 * Whether the program reacts to the promise at once, so that a reaction of the runtime hides no unhandled rejection.
 */
function isAwaited({ key, parent }: NodePath): boolean {
  if (parent?.node.type === 'AwaitExpression') return true;
  if (parent?.node.type !== 'MemberExpression' || key !== 'object') return false;
  const isCalled = parent.parent?.node.type === 'CallExpression' && parent.key === 'callee';
  return isCalled && /^(?:then|catch|finally)$/.test(memberName(parent.node) ?? '');
}

/** The `e` of `import(e)`, or the argument of the function call that Rollup prints instead. */
function specifierOf(node: Node): Node | undefined {
  if (node.type === 'ImportExpression') return node.source;
  return node.type === 'CallExpression' ? node.arguments[0] : undefined;
}
