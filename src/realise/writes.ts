/**
 * Writes to exported bindings. `note` is `seen[0]?seen[0]++:build.write(0,n)`, and comes after the write:
 *
 *  1. `n = v;`  →  `n = v,note;`
 *  2. `f(n = v)`  →  `f((n = v,note,n))`
 *  3. `n ??= v`  →  `(n??(n = v,note),n)`, so also `||=` and `&&=`
 *  4. `n++;`  →  `n++,note;`; `f(++n)`  →  `f((++n,note,n))`
 *  5. `f(n++)`  →  `f((seen[0]?(seen[0]++,n++):build.after(n++,0,n)))`
 *  6. `[n] = v`  →  `build.after([n] = v,0,n)`
 *  7. `for (n of v) …`  →  `for (n of v) { note; … }`, so also `for … in`
 *
 * Of a binding that Rollup publishes as a member:
 *
 *  8. `exports.n = v`  →  `build.value(0,exports.n = v)`; `exports.n ??= v`  →  `exports.n ??= build.value(0,v)`
 *  9. `++exports.n`  →  `build.value(0,++exports.n)`; `exports.n++`  →  `build.step(exports.n++,0,1)`
 * 10. `[exports.n] = v`  →  `[build.target(0,v=>exports.n=v).value] = v`, so also in the head of a loop
 */
import type { AssignmentExpression, ForInStatement, ForOfStatement, Node, UpdateExpression } from 'estree';
import { endOf, type NodePath, startOf } from '../ast/node-path.ts';
import type { LocatedSite } from '../located.ts';
import { addSite, type Context, declarationKey } from './context.ts';

export function realiseWrites(context: Context, located: readonly LocatedSite[]): void {
  for (const write of located) {
    if (write.site.kind === 'write') realiseWrite(context, write);
  }
}

function realiseWrite(context: Context, write: LocatedSite): void {
  const target = write.nodePath.node;
  const writer = writerOf(write.nodePath);
  const { site, module } = write;
  if (!writer || site.kind !== 'write') return;
  // A write to `a` of `export default a`, where Rollup declares a variable of its own for the default binding.
  const isOfLocal = module.record.bindings[site.binding]?.local !== undefined;
  if (isOfLocal && context.declared.has(declarationKey({ module: module.index, binding: site.binding })))
    return;
  const number = addSite(context, write, { kind: 'w', binding: site.binding });
  realiseAssignment(context, number, target, writer);
}

/** The expression or loop that assigns to a target, around any pattern. */
export function writerOf(nodePath: NodePath): NodePath | undefined {
  for (let { parent } = nodePath; parent; { parent } = parent) {
    switch (parent.node.type) {
      case 'AssignmentExpression':
      case 'UpdateExpression':
      case 'ForInStatement':
      case 'ForOfStatement':
        return parent;
      case 'ArrayPattern':
      case 'ObjectPattern':
      case 'RestElement':
      case 'AssignmentPattern':
      case 'Property':
        continue;
      default:
        return undefined;
    }
  }
  return undefined;
}

/** @param target an identifier, or the member (`exports.n`) as which Rollup publishes the binding */
export function realiseAssignment(context: Context, site: number, target: Node, writer: NodePath): void {
  const { node } = writer;
  if (node.type === 'AssignmentExpression') {
    if (target.type !== 'Identifier') {
      if (node.left === target) memberAssignment(context, site, node);
      else memberTarget(context, site, target);
    } else if (node.left === target) assignment(context, site, target.name, writer, node);
    else pattern(context, site, target.name, writer);
  } else if (node.type === 'UpdateExpression') {
    if (target.type === 'Identifier') update(context, site, target.name, writer, node);
    else memberUpdate(context, site, writer, node);
  } else if (node.type === 'ForInStatement' || node.type === 'ForOfStatement') {
    if (target.type === 'Identifier')
      atBodyStart(context, writer, node, `${note(context, site, target.name)};`);
    else memberTarget(context, site, target);
  }
}

/** Counts the write in its cell, or calls the runtime if something has read the binding since the last logged write. */
const note = ({ names }: Context, site: number, value: string): string =>
  `${names.seen}[${site}]?${names.seen}[${site}]++:${names.build}.write(${site},${value})`;

function assignment(
  context: Context,
  site: number,
  name: string,
  writer: NodePath,
  node: AssignmentExpression,
): void {
  const { edits, code } = context;
  const logical = /^(&&|\|\||\?\?)=$/.exec(node.operator)?.[1];
  if (logical) {
    // Only where it assigns.
    const operator = code.indexOf(node.operator, endOf(node.left));
    edits.wrap(writer, `(${name}${logical}(`, `,${note(context, site, name)}),${name})`);
    edits.replace(operator, operator + node.operator.length, '=');
  } else if (isUnused(writer)) {
    edits.wrap(writer, '', `,${note(context, site, name)}`);
  } else {
    edits.wrap(writer, '(', `,${note(context, site, name)},${name})`);
  }
}

function update(
  context: Context,
  site: number,
  name: string,
  writer: NodePath,
  node: UpdateExpression,
): void {
  const { edits, names } = context;
  if (isUnused(writer)) {
    edits.wrap(writer, '', `,${note(context, site, name)}`);
  } else if (node.prefix) {
    edits.wrap(writer, '(', `,${note(context, site, name)},${name})`);
  } else {
    // The value of the expression is the old one.
    const cell = `${names.seen}[${site}]`;
    edits.wrap(
      writer,
      `(${cell}?(${cell}++,${name}${node.operator}):${names.build}.after(`,
      `,${site},${name}))`,
    );
  }
}

/** The value of the expression is `v`. For several targets the calls nest. */
function pattern({ edits, names }: Context, site: number, name: string, writer: NodePath): void {
  edits.wrap(writer, `${names.build}.after(`, `,${site},${name})`);
}

/** The value goes through a setter, because reading the member afterwards could run code of the program. */
function memberTarget({ edits, names }: Context, site: number, target: Node): void {
  edits.wrapRange(startOf(target), endOf(target), `${names.build}.target(${site},v=>`, '=v).value');
}

function memberAssignment(context: Context, site: number, node: AssignmentExpression): void {
  const isLogical = /^(&&|\|\||\?\?)=$/.test(node.operator);
  const [start, end] = isLogical ? [startOf(node.right), endOf(node)] : [startOf(node), endOf(node)];
  context.edits.wrapRange(start, end, `${context.names.build}.value(${site},`, ')');
}

/** Of `exports.n++` the runtime computes the new value from the old one. */
function memberUpdate(context: Context, site: number, writer: NodePath, node: UpdateExpression): void {
  const { build } = context.names;
  if (node.prefix) context.edits.wrap(writer, `${build}.value(${site},`, ')');
  else context.edits.wrap(writer, `${build}.step(`, `,${site},${node.operator === '++' ? 1 : -1})`);
}

/** In a block around the body, which may declare the name again. */
export function atBodyStart(
  { edits }: Context,
  loop: NodePath,
  { body }: ForInStatement | ForOfStatement,
  text: string,
): void {
  edits.beforeStatement({ node: body, key: 'body', parent: loop }, text);
}

/** Whether the value of the expression is unused. */
function isUnused({ key, parent }: NodePath): boolean {
  switch (parent?.node.type) {
    case 'ExpressionStatement':
      return true;
    case 'ForStatement':
      return key === 'init' || key === 'update';
    default:
      return false;
  }
}
