/**
 * Reads of imports. The read itself stays where it was, so that an error it throws is the engine's own. `guard` is
 * `seen[0]||build.read(0,()=>n)`:
 *
 * 1. a variable: `n`  →  `(guard,n)`, `n.f(x)`  →  `(guard,n.f(x))`, `{ n }`  →  `{ n: (guard,n) }`; for other syntax
 *    around it see guard.ts;
 * 2. a member of a namespace object that Rollup printed: `ns.x`  →  `(seen[0]||build.probe(0),ns.x)`; of a module that
 *    is not included, whose bindings have no getters in the table, `(seen[0]||build.read(0,()=>ns.x),ns.x)`;
 * 3. a member of another object: `ext.x`  →  `(seen[0]?ext.x:build.value(0,ext.x))`;
 * 4. such a member where an error message may quote it: `ext.f()`  →  `(seen[0]||build.note(0),ext.f())`.
 */

import { isFunction, type NodePath } from '../ast/node-path.ts';
import { memberName, roleOf } from '../ast/role.ts';
import type { LocatedSite } from '../located.ts';
import type { Target } from '../model.ts';
import { addSite, type Context, textOf } from './context.ts';
import { removeUnusedRead, unwrapCallee } from './dead-code.ts';
import { guardPlacement, isPattern, isQuoted } from './guard.ts';
import { isRenamed, unwrapSequence } from './printed-by-rollup.ts';

export function realiseReads(context: Context, located: readonly LocatedSite[]): void {
  for (const read of located) {
    if (read.site.kind !== 'read' || read.site.variable !== undefined) continue;
    const survivor = survivorOf(context, read);
    // Members of `(await v)` are handled in snapshots.ts: before the await there is no value to read.
    if (!awaitBefore(survivor.nodePath)) realiseRead(context, survivor, read);
  }
}

/** The await at the start of a member chain: `await v` in `(await v).a.b`. */
export function awaitBefore(member: NodePath): NodePath | undefined {
  let at = member;
  while (at.node.type === 'MemberExpression') at = { node: at.node.object, key: 'object', parent: at };
  return at.node.type === 'AwaitExpression' ? at : undefined;
}

/** The rest of a read in the chunk: the expression for the import, with the first names of its member chain. */
interface Survivor {
  nodePath: NodePath;
  /** The member names that the expression includes. */
  path: readonly string[];
  target: Target | null;
  /** The expression is a member of a namespace object that Rollup printed. */
  isNamespaceMember: boolean;
}

/**
 * Rollup may print `ns.a.b` as it is, as `a.b` or as `b`. The survivor is the innermost part of the printed chain that
 * stands for a binding: members that are still printed are stripped from the end, then names are added back while the
 * rest stands for a namespace object.
 */
export function survivorOf(context: Context, read: LocatedSite): Survivor {
  const { site, module, number } = read;
  const path = site.kind === 'read' ? site.path : [];
  const targets = module.targets[number] ?? [];
  const chain = [unwrapSequence(read.nodePath)];
  let depth = path.length;
  for (
    let nodePath = chain[0];
    depth > 0 && nodePath?.node.type === 'MemberExpression';
    nodePath = chain[0]
  ) {
    if (memberName(nodePath.node) !== path[depth - 1]) break;
    chain.unshift({ node: nodePath.node.object, key: 'object', parent: nodePath });
    depth--;
  }
  let index = 0;
  const first = chain[0]?.node;
  const isPublished = first?.type === 'Identifier' && context.publishers.has(first.name);
  if (isPublished && chain.length > 1) {
    index++;
    depth++;
  }
  let target = targets[depth] ?? null;
  let isNamespaceMember = false;
  while (target?.binding === -1 && index < chain.length - 1) {
    index++;
    depth++;
    target = targets[depth] ?? null;
    isNamespaceMember = true;
  }
  return { nodePath: chain[index] ?? read.nodePath, path: path.slice(0, depth), target, isNamespaceMember };
}

/** Whether the expression at the mark is not the marked read: Rollup dropped the read and left its mark behind. */
function isUnrelated(context: Context, { nodePath: { node }, target, isNamespaceMember }: Survivor): boolean {
  if (!target || isNamespaceMember) return !target;
  if (node.type === 'Identifier') {
    const expression = context.declarationOf(target)?.expression;
    if (typeof expression === 'string') return expression !== node.name;
    const { name } = target;
    const mayBeNamed = name === undefined || name === 'default' || isRenamed(node.name, name);
    return !mayBeNamed && !context.publishers.has(node.name);
  }
  if (node.type !== 'MemberExpression') return true;
  // exports.n, chunk.n: Rollup chooses the published name. A binding without a declaration keeps the imported name.
  const { object } = node;
  const names = typeof target.binding === 'string' ? [target.binding, 'default'] : [];
  const isPublished = object.type === 'Identifier' && context.publishers.has(object.name);
  return !isPublished && !names.includes(memberName(node) ?? '');
}

function realiseRead(context: Context, survivor: Survivor, read: LocatedSite): void {
  const { nodePath, path, target, isNamespaceMember } = survivor;
  const { node } = nodePath;
  if (node.type !== 'Identifier' && node.type !== 'MemberExpression') return;
  if (node.type === 'Identifier' && node.name === 'undefined') return;
  if (roleOf(nodePath) !== 'reference') return;
  const { site } = read;
  if (!target || site.kind !== 'read' || isUnrelated(context, survivor)) return;

  if (context.removesDeadCode && node.type === 'Identifier') {
    if (removeUnusedRead(context, nodePath, node.name)) {
      context.gone.push({ module: read.module.index, number: read.number });
      return;
    }
    unwrapCallee(context, nodePath);
  }
  const number = addSite(context, read, { kind: 'r', target, local: localName(read, path) });
  const { edits, names } = context;

  if (node.type === 'Identifier') {
    putGuard(context, nodePath, number, `read(${number},${getter(context, nodePath, node.name)})`);
  } else if (isNamespaceMember && typeof target.binding === 'number') {
    // A getter of a namespace object may throw, so the call comes before the read.
    const call =
      target.name !== undefined ? `read(${number},()=>${textOf(context, node)})` : `probe(${number})`;
    putGuard(context, nodePath, number, call);
  } else if (node.optional || isMemberQuoted(context, nodePath)) {
    putGuard(context, nodePath, number, `note(${number})`);
  } else {
    // In either branch the member is evaluated once: it may be a getter.
    edits.wrap(
      nodePath,
      `(${names.seen}[${number}]?${textOf(context, node)}:${names.build}.value(${number},`,
      '))',
    );
  }
}

/** The importer's own name for the binding, with the names of members. */
export const localName = ({ module, site }: LocatedSite, path: readonly string[]): string =>
  [(site.kind === 'read' && module.record.imports[site.import]?.local) || '', ...path].join('.');

/**
 * The function that reads the variable: inline; in a `for (let …)` a function of the chunk, because engines copy the
 * loop's variables for each iteration once the loop contains a function.
 */
function getter(context: Context, nodePath: NodePath, name: string): string {
  if (!isInLexicalLoop(nodePath)) return `()=>${name}`;
  const known = context.getters.get(name);
  if (known) return known;
  const declared = `${context.names.getter}${context.getters.size}`;
  context.getters.set(name, declared);
  return declared;
}

function isInLexicalLoop(nodePath: NodePath): boolean {
  for (let at: NodePath | null = nodePath; at && !isFunction(at.node); at = at.parent) {
    if (at.node.type !== 'ForStatement') continue;
    const { init } = at.node;
    if (init?.type === 'VariableDeclaration' && init.kind !== 'var') return true;
  }
  return false;
}

/** Puts the guard where {@link guardPlacement} says. */
function putGuard(context: Context, read: NodePath, site: number, call: string): void {
  const { edits, names } = context;
  const { form, nodePath, names: before, rethrow } = guardPlacement(context, read);
  // (seen[0]||(a,call),a[n]()): where `a` throws, `n` is not read
  const runtimeCall = `${names.build}.${call}`;
  const guard = `${names.seen}[${site}]||${before.length > 0 ? `(${before.join()},${runtimeCall})` : runtimeCall}`;
  switch (form) {
    case 'statement':
      edits.beforeStatement(nodePath, `${guard};`);
      return;
    case 'element':
      edits.before('element', nodePath, `${guard},${names.build}.none`);
      return;
    case 'operand':
      edits.before('expression', nodePath, guard);
      edits.wrap(nodePath, '', `??${rethrow}`);
      return;
    default:
      edits.before(form, nodePath, guard);
  }
}

/** Whether an error message may quote the member, as callee or otherwise: then its text must not change. */
function isMemberQuoted(context: Context, nodePath: NodePath): boolean {
  let whole = nodePath;
  while (whole.parent?.node.type === 'MemberExpression' && whole.key === 'object') whole = whole.parent;
  return isCallee(whole) || isDefault(whole) || isQuoted(context, whole);
}

/** ([a] = b.c) => {}: V8's message would quote a call in place of `b.c`. */
const isDefault = ({ parent, key }: NodePath): boolean =>
  parent?.node.type === 'AssignmentPattern' && key === 'right' && isPattern(parent.node.left);

const isCallee = ({ key, parent }: NodePath): boolean =>
  /^(?:Call|New)Expression$/.test(parent?.node.type ?? '')
    ? key === 'callee'
    : parent?.node.type === 'TaggedTemplateExpression' && key === 'tag';
