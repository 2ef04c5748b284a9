/** Reads of imports. The read itself stays where it was, so that its error is the engine's own. */
import { roleOf } from '../ast/role.ts';
import type { Ancestor } from '../ast/walk.ts';
import { addSite, type Context, fileOf, guard, textOf, unwrapSequence } from './context.ts';
import { guardPlace } from './guard.ts';
import type { LocatedSite } from './locate.ts';

export function realiseReads(context: Context, located: readonly LocatedSite[]): void {
  for (const chain of chains(located)) {
    const survivor = firstSurviving(chain);
    if (survivor) realiseRead(context, survivor.read, survivor.ofNamespace);
  }
}

/** Reads of one chain (`ns`, `ns.a`, `ns.a.b`) have successive numbers and growing paths. */
function chains(located: readonly LocatedSite[]): LocatedSite[][] {
  const chains: LocatedSite[][] = [];
  let last: LocatedSite | undefined;
  for (const read of located) {
    if (read.site.kind !== 'read') continue;
    const continues =
      last?.site.kind === 'read' &&
      last.module === read.module &&
      last.site.path.length < read.site.path.length &&
      last.number + read.site.path.length - last.site.path.length === read.number;
    if (continues) chains.at(-1)?.push(read);
    else chains.push([read]);
    last = read;
  }
  return chains;
}

/**
 * The namespace object itself where Rollup kept it and no member is named; the first member where it is printed
 * as one (`ns.a`), or as a name of its own.
 */
function firstSurviving([first, second]: LocatedSite[]):
  | { read: LocatedSite; ofNamespace: boolean }
  | undefined {
  if (!first) return undefined;
  const ofNamespace =
    second?.place.node.type === 'MemberExpression' && second.place.node.object === first.place.node;
  return { read: ofNamespace ? second : first, ofNamespace };
}

function realiseRead(context: Context, read: LocatedSite, ofNamespace: boolean): void {
  const place = unwrapSequence(read.place);
  const { node } = place;
  if (node.type !== 'Identifier' && node.type !== 'MemberExpression') return;
  if (node.type === 'Identifier' && node.name === 'undefined') return;
  if (roleOf(place) !== 'reference') return;
  const target = context.resolve(read);
  if (!target || read.site.kind !== 'read') return;

  const { site, module } = read;
  const local = [module.record.imports[site.import]?.local ?? '', ...site.path].join('.');
  const number = addSite(context, [
    'r',
    module.index,
    site.line,
    site.column,
    ...target,
    local,
    ...fileOf(context, read),
  ]);
  const { edits, names } = context;

  if (node.type === 'Identifier') {
    putGuard(context, place, guard(context, number, `read(${number},()=>${node.name})`));
  } else if (ofNamespace && typeof target[1] === 'number') {
    // A namespace object's getter may throw, so the read is announced before.
    putGuard(context, place, guard(context, number, `probe(${number})`));
  } else if (isCalled(place) || node.optional) {
    putGuard(context, place, guard(context, number, `note(${number})`));
  } else {
    // ext.x  →  (seen[0]?ext.x:build.value(0,ext.x)): the program evaluates it once; it may be a getter
    edits.wrap(
      place,
      `(${names.seen}[${number}]?${textOf(context, node)}:${names.build}.value(${number},`,
      '))',
    );
  }
}

/**
 * n  →  (guard,n);  n.f(x)  →  (guard,n.f(x));  { n }  →  { n: (guard,n) };  const { x } = n  →  guard; const …
 */
function putGuard({ edits }: Context, read: Ancestor, text: string): void {
  const { of, place } = guardPlace(read);
  if (of === 'statement') {
    edits.beforeStatement(place, `${text};`);
    return;
  }
  const { node, parent } = place;
  const isShorthand = parent?.node.type === 'Property' && parent.node.shorthand && node.type === 'Identifier';
  edits.wrap(place, isShorthand ? `${node.name}: (${text},` : `(${text},`, ')');
}

/** A message about the call quotes its callee: the member has to stand as it is. */
function isCalled(place: Ancestor): boolean {
  for (let at = place; at.parent; at = at.parent) {
    const { type } = at.parent.node;
    if (/^(?:Call|New)Expression$/.test(type)) return at.key === 'callee';
    if (type === 'TaggedTemplateExpression') return at.key === 'tag';
    if (type !== 'MemberExpression' || at.key !== 'object') return false;
  }
  return false;
}
