/** Reads of imports. The read itself stays where it was, so that its error is the engine's own. */
import type { MemberExpression } from 'estree';
import { roleOf } from '../ast/role.ts';
import type { Ancestor } from '../ast/walk.ts';
import { addSite, type Context, fileOf, guard, textOf, unwrapSequence } from './context.ts';
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
    // n  →  (seen[0]||build.read(0,()=>n),n);  { n }  →  { n: (…,n) }
    const { parent } = place;
    const isShorthand = parent?.node.type === 'Property' && parent.node.shorthand;
    const before = `(${guard(context, number, `read(${number},()=>${node.name})`)},`;
    edits.wrap(place, isShorthand ? `${node.name}: ${before}` : before, ')');
  } else if (ofNamespace && typeof target[1] === 'number') {
    // ns.a  →  (seen[0]||build.probe(0),ns).a: a namespace object's getter may throw, so it is announced before
    guardObject(context, place, node, guard(context, number, `probe(${number})`));
  } else if (takesObjectAsThis(place) || node.optional) {
    // ext.f()  →  (seen[0]||build.note(0),ext).f();  ext?.x likewise, as parentheses would end the chain
    guardObject(context, place, node, guard(context, number, `note(${number})`));
  } else {
    // ext.x  →  (seen[0]?ext.x:build.value(0,ext.x)): the program evaluates it once; it may be a getter
    edits.wrap(
      place,
      `(${names.seen}[${number}]?${textOf(context, node)}:${names.build}.value(${number},`,
      '))',
    );
  }
}

function guardObject(context: Context, place: Ancestor, { object }: MemberExpression, text: string): void {
  context.edits.wrap({ node: object, key: 'object', parent: place }, `(${text},`, ')');
}

function takesObjectAsThis({ node, key, parent }: Ancestor): boolean {
  return (
    (parent?.node.type === 'CallExpression' && key === 'callee' && parent.node.callee === node) ||
    (parent?.node.type === 'TaggedTemplateExpression' && key === 'tag')
  );
}
