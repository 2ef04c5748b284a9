/** Reads of imports. The read itself stays where it was, so that its error is the engine's own. */

import { isFunction, type NodePath } from '../ast/node-path.ts';
import { memberName, roleOf } from '../ast/role.ts';
import type { LocatedSite } from '../located.ts';
import type { Target } from '../model.ts';
import { addSite, type Context, textOf } from './context.ts';
import { guardPlacement, isPattern, isQuoted } from './guard.ts';
import { isRenamed, unwrapSequence } from './printed-by-rollup.ts';

export function realiseReads(context: Context, located: readonly LocatedSite[]): void {
  for (const read of located) {
    if (read.site.kind !== 'read' || read.site.variable !== undefined) continue;
    const survivor = survivorOf(context, read);
    // What an await gives is there to be asked only after it.
    if (!awaitBefore(survivor.nodePath)) realiseRead(context, survivor, read);
  }
}

/** `(await v).a.b`: the await that the member chain begins with. */
export function awaitBefore(member: NodePath): NodePath | undefined {
  let at = member;
  while (at.node.type === 'MemberExpression') at = { node: at.node.object, key: 'object', parent: at };
  return at.node.type === 'AwaitExpression' ? at : undefined;
}

/** What is left of a read: the expression that stands for the import and the first names of the chain. */
interface Survivor {
  nodePath: NodePath;
  /** Names of members that it includes. */
  path: readonly string[];
  target: Target | null;
  /** It is a member of a namespace object that Rollup printed. */
  ofNamespace: boolean;
}

/**
 * `ns.a.b` may be printed as it is, as `a.b`, and as `b`: what is still there as members is taken off, and of a
 * namespace object that remains the member that is taken of it.
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
  let ofNamespace = false;
  while (target?.binding === -1 && index < chain.length - 1) {
    index++;
    depth++;
    target = targets[depth] ?? null;
    ofNamespace = true;
  }
  return { nodePath: chain[index] ?? read.nodePath, path: path.slice(0, depth), target, ofNamespace };
}

/** What stands at the mark is something else: the mark was left behind by a read that is gone. */
function isAnother(context: Context, { nodePath: { node }, target, ofNamespace }: Survivor): boolean {
  if (!target || ofNamespace) return !target;
  if (node.type === 'Identifier') {
    const expression = context.declarationOf(target)?.expression;
    if (typeof expression === 'string') return expression !== node.name;
    const { name } = target;
    const mayBeNamed = name === undefined || name === 'default' || isRenamed(node.name, name);
    return !mayBeNamed && !context.publishers.has(node.name);
  }
  if (node.type !== 'MemberExpression') return true;
  // (exports.n), (chunk.n): by what name it is published is Rollup's; of what has no declaration it is that of the import
  const { object } = node;
  const names = typeof target.binding === 'string' ? [target.binding, 'default'] : [];
  const isPublished = object.type === 'Identifier' && context.publishers.has(object.name);
  return !isPublished && !names.includes(memberName(node) ?? '');
}

function realiseRead(context: Context, survivor: Survivor, read: LocatedSite): void {
  const { nodePath, path, target, ofNamespace } = survivor;
  const { node } = nodePath;
  if (node.type !== 'Identifier' && node.type !== 'MemberExpression') return;
  if (node.type === 'Identifier' && node.name === 'undefined') return;
  if (roleOf(nodePath) !== 'reference') return;
  const { site } = read;
  if (!target || site.kind !== 'read' || isAnother(context, survivor)) return;

  const number = addSite(context, read, { kind: 'r', target, local: localName(read, path) });
  const { edits, names } = context;

  if (node.type === 'Identifier') {
    putGuard(context, nodePath, number, `read(${number},${getter(context, nodePath, node.name)})`);
  } else if (ofNamespace && typeof target.binding === 'number') {
    // A namespace object's getter may throw, so the read is announced before.
    const call =
      target.name !== undefined ? `read(${number},()=>${textOf(context, node)})` : `probe(${number})`;
    putGuard(context, nodePath, number, call);
  } else if (node.optional || isMemberQuoted(context, nodePath)) {
    putGuard(context, nodePath, number, `note(${number})`);
  } else {
    // ext.x  →  (seen[0]?ext.x:build.value(0,ext.x)): the program evaluates it once; it may be a getter
    edits.wrap(
      nodePath,
      `(${names.seen}[${number}]?${textOf(context, node)}:${names.build}.value(${number},`,
      '))',
    );
  }
}

/** What the importer calls it, with the names of members. */
export const localName = ({ module, site }: LocatedSite, path: readonly string[]): string =>
  [(site.kind === 'read' && module.record.imports[site.import]?.local) || '', ...path].join('.');

/** An engine copies the variables of `for (let …)` for each iteration once the loop contains a function. */
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

/**
 * n  →  (guard,n);  n.f(x)  →  (guard,n.f(x));  { n }  →  { n: (guard,n) };  const { x } = n  →  const {} = (guard,0), …
 */
function putGuard(context: Context, read: NodePath, site: number, call: string): void {
  const { edits, names } = context;
  const { form, nodePath, names: before, again } = guardPlacement(context, read);
  // (seen[0]||(a,call),a[n]()): where `a` throws, `n` is not read
  const said = `${names.build}.${call}`;
  const guard = `${names.seen}[${site}]||${before.length > 0 ? `(${before.join()},${said})` : said}`;
  switch (form) {
    case 'statement':
      edits.beforeStatement(nodePath, `${guard};`);
      return;
    case 'element':
      edits.before('element', nodePath, `${guard},${names.build}.none`);
      return;
    case 'operand':
      edits.before('expression', nodePath, guard);
      edits.wrap(nodePath, '', `??${again}`);
      return;
    default:
      edits.before(form, nodePath, guard);
  }
}

/** A message may quote the member, as callee or in another way: it has to stand as it is. */
function isMemberQuoted(context: Context, nodePath: NodePath): boolean {
  let whole = nodePath;
  while (whole.parent?.node.type === 'MemberExpression' && whole.key === 'object') whole = whole.parent;
  return isCallee(whole) || isDefault(whole) || isQuoted(context, whole);
}

/** ([a] = b.c) => {}: V8 quotes a call that stands there. */
const isDefault = ({ parent, key }: NodePath): boolean =>
  parent?.node.type === 'AssignmentPattern' && key === 'right' && isPattern(parent.node.left);

const isCallee = ({ key, parent }: NodePath): boolean =>
  /^(?:Call|New)Expression$/.test(parent?.node.type ?? '')
    ? key === 'callee'
    : parent?.node.type === 'TaggedTemplateExpression' && key === 'tag';
