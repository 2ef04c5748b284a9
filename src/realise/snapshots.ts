/** Members that are taken out of what a dynamic import gave: reads of values that are kept. */
import type { Node } from 'estree';
import { type NodePath, startOf } from '../ast/node-path.ts';
import type { LocatedSite } from '../located.ts';
import type { Target } from '../model.ts';
import { addSite, type Context } from './context.ts';
import { awaitBefore, localName, survivorOf } from './reads.ts';

/** Announced before the pattern is run, or the member is read. */
export function realiseSnapshots(context: Context, located: readonly LocatedSite[]): void {
  const { edits, names } = context;
  /** By the node that gives the namespace, or runs with it. */
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
    // const { x } = await import('a')  →  const { x } = build.snapshot?.(await import('a'),0)
    // (await import('a')).x  →  (build.snapshot?.(await import('a'),0)).x
    // An optional call is quoted as an await is, see realiseAwait.
    if (key === 'init' || key === 'object') edits.wrap(nodePath, `${names.build}.snapshot?.(`, `,${list})`);
    // ({ x }) => { … }  →  ({ x }) => { build.snapshot(0,0); … }
    else if (node.type === 'BlockStatement') {
      edits.insert(startOf(node) + 1, ` ${names.build}.snapshot(0,${list});`);
    } else edits.wrap(nodePath, `(${names.build}.snapshot(0,${list}),`, ')');
  }
}

/** A read of a member: what is asked for, and the node that gives the namespace or runs with it. */
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

/** What a pattern is given, or the body of the function that it is a parameter of. */
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
