/**
 * Members read from the namespace of an awaited dynamic import:
 *
 * 1. `const { x } = await import('a')`  →  `const { x } = build.snapshot?.(await import('a'),0)`
 * 2. `(await import('a')).x`  →  `(build.snapshot?.(await import('a'),0)).x`
 * 3. `import('a').then(({ x }) => { … })`  →  `….then(({ x }) => { build.snapshot(0,0); … })`
 * 4. `import('a').then(({ x }) => v)`  →  `….then(({ x }) => (build.snapshot(0,0),v))`
 */
import type { Node } from 'estree';
import { type NodePath, startOf } from '../ast/node-path.ts';
import type { LocatedSite } from '../located.ts';
import type { Target } from '../model.ts';
import { addSite, type Context } from './context.ts';
import { awaitBefore, localName, survivorOf } from './reads.ts';

export function realiseSnapshots(context: Context, located: readonly LocatedSite[]): void {
  const { edits, names } = context;
  /** By owner, see {@link memberReadBy}: an owner has one call for all its reads. */
  const readsByOwner = new Map<Node, { nodePath: NodePath; sites: number[] }>();
  for (const read of located) {
    const member = memberReadBy(context, read);
    if (!member?.target) continue;
    const { owner, kind, target, local } = member;
    const number = addSite(context, read, { kind, target, local });
    const same = readsByOwner.get(owner.node);
    if (same) same.sites.push(number);
    else readsByOwner.set(owner.node, { nodePath: owner, sites: [number] });
  }
  for (const { nodePath, sites } of readsByOwner.values()) {
    const { node, key } = nodePath;
    const list = sites.join();
    // An optional call, because V8's messages quote it as they quote an await, see realiseAwait.
    if (key === 'init' || key === 'object') edits.wrap(nodePath, `${names.build}.snapshot?.(`, `,${list})`);
    else if (node.type === 'BlockStatement') {
      edits.insert(startOf(node) + 1, ` ${names.build}.snapshot(0,${list});`);
    } else edits.wrap(nodePath, `(${names.build}.snapshot(0,${list}),`, ')');
  }
}

/**
 * The target of the read, and its owner: the expression that gives the namespace, or the body of a function that gets
 * it.
 */
function memberReadBy(
  context: Context,
  read: LocatedSite,
): { owner: NodePath; kind: 'r' | 's'; target: Target | null; local: string } | undefined {
  const { site, nodePath, module, number } = read;
  if (site.kind !== 'read') return undefined;
  if (site.variable !== undefined) {
    const owner = ownerOf(nodePath);
    const target = module.targets[number]?.at(-1) ?? null;
    return owner && { owner, kind: 's', target, local: site.variable };
  }
  const { nodePath: member, path, target } = survivorOf(context, read);
  const owner = awaitBefore(member);
  return owner && { owner, kind: 'r', target, local: localName(read, path) };
}

/** The value that a pattern takes apart, or the body of the function whose parameter the pattern is. */
function ownerOf(variable: NodePath): NodePath | undefined {
  for (let { key, parent } = variable; parent; { key, parent } = parent) {
    const { node } = parent;
    if (node.type === 'VariableDeclarator') {
      return key === 'id' && node.init ? { node: node.init, key: 'init', parent } : undefined;
    }
    if (node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression') {
      return key === 'params' ? { node: node.body, key: 'body', parent } : undefined;
    }
  }
  return undefined;
}
