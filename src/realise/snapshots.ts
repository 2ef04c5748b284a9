/** Members that are taken out of what a dynamic import gave: reads of values that are kept. */
import type { Node } from 'estree';
import { type Ancestor, startOf } from '../ast/walk.ts';
import { addSite, type Context, fileOf } from './context.ts';
import type { LocatedSite } from './locate.ts';

/** Announced before the pattern is run. */
export function realiseSnapshots(context: Context, located: readonly LocatedSite[]): void {
  const { edits, names } = context;
  /** By the node that gives the namespace, or runs with it. */
  const taken = new Map<Node, { place: Ancestor; sites: number[] }>();
  for (const read of located) {
    const { site, place, module } = read;
    const owner = ownerOf(place);
    if (site.kind !== 'read' || site.variable === undefined || !owner) continue;
    const target = context.resolve(read, site.path);
    if (!target) continue;
    const row = [module.index, site.line, site.column, ...target, site.variable] as const;
    const number = addSite(context, ['s', ...row, ...fileOf(context, read)]);
    const same = taken.get(owner.node);
    if (same) same.sites.push(number);
    else taken.set(owner.node, { place: owner, sites: [number] });
  }
  for (const { place, sites } of taken.values()) {
    const { node, key } = place;
    const list = sites.join();
    // const { x } = await import('a')  →  const { x } = build.snapshot?.(await import('a'),0)
    // An optional call is quoted as an await is, see realiseAwaits.
    if (key === 'init') edits.wrap(place, `${names.build}.snapshot?.(`, `,${list})`);
    // ({ x }) => { … }  →  ({ x }) => { build.snapshot(0,0); … }
    else if (node.type === 'BlockStatement') {
      edits.insert(startOf(node) + 1, ` ${names.build}.snapshot(0,${list});`);
    } else edits.wrap(place, `(${names.build}.snapshot(0,${list}),`, ')');
  }
}

/** What a pattern is given, or the body of the function that it is a parameter of. */
function ownerOf(variable: Ancestor): Ancestor | undefined {
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
