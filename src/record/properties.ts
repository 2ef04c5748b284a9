/**
 * What a CommonJS module does with properties of exports, as far as its text says: where it assigns its own, and
 * which ones of others it reads by name while it runs.
 */
import type { CallExpression, FunctionDeclaration, Identifier, Node, Program } from 'estree';
import { walk } from 'estree-walker';
import { isFunction, type NodePath, startOf, Trail } from '../ast/node-path.ts';
import { memberName, roleOf } from '../ast/role.ts';
import type { Property, Site } from '../model.ts';
import { bodyOf, requireFunctionOf } from './commonjs.ts';
import type { Entries } from './entries.ts';
import { guardOf, isConditional } from './evaluation.ts';

/** Stands for any name. */
const ANY = '';

/** Local names of the objects `module` and `exports`, and whether `exports` is there before it is assigned to. */
interface Names {
  module: Set<string>;
  exports: Set<string>;
  isThere: boolean;
}

/** The module's own statements. */
interface Scope {
  names: Names;
  body: readonly Node[];
}

/** Of a module that the plugin has wrapped. */
export function propertiesIn(program: Program, entries: Entries, sites: readonly Site[]): Property[] {
  const requireFunction = requireFunctionOf(entries);
  const declared = program.body.find(
    (node): node is FunctionDeclaration =>
      node.type === 'FunctionDeclaration' && node.id.name === requireFunction,
  );
  const edges = requireFunction === undefined || !declared ? undefined : bodyOf(declared);
  return declared && edges ? propertiesOf(scopeOf(declared, edges.last, entries), sites) : [];
}

/** Of a module's own source. */
export const propertiesOfSource = ({ body }: Program, sites: readonly Site[]): Property[] =>
  propertiesOf(
    { names: { module: new Set(['module']), exports: new Set(['exports']), isThere: true }, body },
    sites,
  );

function propertiesOf({ names, body }: Scope, sites: readonly Site[]): Property[] {
  const requires = new Map(
    sites.flatMap((site, number): [number, number][] =>
      site.kind === 'require' && !site.isVariable ? [[site.offset, number]] : [],
    ),
  );
  const own: Property[] = [];
  const reads: Property[] = [];
  /** Assigned in functions: nobody knows when. */
  const unsure = new Set<string>();
  /** Variables that hold what a `require` returned, by the site of that. */
  const holders = new Map<string, number>();
  /** Objects `exports` that an assignment or a call of the module names already. */
  const told = new Set<Node>();
  let functionDepth = 0;
  let left = Number.POSITIVE_INFINITY;
  const trail = new Trail();

  for (const statement of body) {
    walk(statement, {
      enter(node, _parent, key) {
        visit(node, trail.pathTo(node, key ?? 'body'));
        trail.enter(node, key ?? 'body');
        if (isFunction(node)) functionDepth++;
        else if (functionDepth === 0 && (node.type === 'ReturnStatement' || node.type === 'ThrowStatement'))
          left = Math.min(left, startOf(node));
      },
      leave(node) {
        trail.leave();
        if (isFunction(node)) functionDepth--;
      },
    });
  }
  // Handed on where nobody knows when, it may get any property at any time.
  const known = unsure.has(ANY) ? [] : own.filter(({ name }) => !unsure.has(name));
  return known.concat(reads);

  function visit(node: Node, path: NodePath): void {
    if (node.type === 'AssignmentExpression') assignment(node.left, node.right, path);
    else if (node.type === 'CallExpression') call(node, path);
    else if (isExports(node)) handedOn(node, path);
    else if (node.type === 'Identifier') identifier(node, path);
  }

  function assign(name: string, offset: number, replaces?: Property['replaces']): void {
    if (functionDepth > 0) unsure.add(name);
    else own.push({ name, offset, ...(replaces && { replaces }) });
  }

  function assignment(target: Node, value: Node, path: NodePath): void {
    if (isExports(target)) {
      told.add(target);
      const replaces = names.isThere ? 'object' : 'nothing';
      for (const name of namesOf(value)) assign(name, startOf(path.node), replaces);
    } else if (target.type === 'MemberExpression' && isExports(target.object)) {
      const name = memberName(target);
      told.add(target.object);
      // What TypeScript and Babel print first: `exports.a = exports.b = void 0`.
      if (!isVoid(value)) assign(name ?? ANY, startOf(path.node));
    } else if (target.type === 'Identifier') {
      const site = requiredBy(value);
      if (functionDepth === 0 && site !== undefined) holders.set(target.name, site);
      else holders.delete(target.name);
    }
  }

  /** `Object.defineProperty(exports, 'a', …)`, and a `require`. */
  function call(node: CallExpression, path: NodePath): void {
    const [object, key] = node.arguments;
    if (
      object &&
      isExports(object) &&
      node.callee.type === 'MemberExpression' &&
      memberName(node.callee) === 'defineProperty' &&
      key?.type === 'Literal'
    ) {
      told.add(object);
      assign(String(key.value), startOf(node));
    }
    const site = requiredBy(node);
    const { parent } = path;
    if (site === undefined || functionDepth > 0) return;
    if (parent?.node.type === 'VariableDeclarator') {
      const { id } = parent.node;
      if (id.type === 'Identifier') holders.set(id.name, site);
      else if (id.type === 'ObjectPattern') {
        for (const property of id.properties) {
          // A default is prepared for `undefined`.
          if (
            property.type !== 'Property' ||
            property.computed ||
            property.value.type === 'AssignmentPattern'
          )
            continue;
          const { key } = property;
          if (key.type === 'Identifier') read(key.name, site, key, path);
        }
      }
    } else member(path, site);
  }

  function identifier(node: Identifier, path: NodePath): void {
    const site = holders.get(node.name);
    if (site !== undefined && functionDepth === 0 && roleOf(path) === 'reference') member(path, site);
    else if (names.module.has(node.name) && !isExports(path.parent?.node) && roleOf(path) === 'reference')
      assign(ANY, startOf(node));
  }

  /** Whether the path's value is read by the name of a member. */
  function member({ key, parent }: NodePath, site: number): void {
    if (key !== 'object' || parent?.node.type !== 'MemberExpression') return;
    const name = memberName(parent.node);
    const isPrepared = parent.node.optional || guardOf(parent) !== undefined;
    if (name === undefined || isPrepared || roleOf(parent) !== 'reference') return;
    read(name, site, parent.node.object, parent);
  }

  function read(name: string, site: number, at: Node, path: NodePath): void {
    if (startOf(at) > left || isConditional(path)) return;
    if (reads.some((other) => other.name === name && other.site === site)) return;
    reads.push({ name, site, offset: startOf(at) });
  }

  /** Whoever has the object may give it any property. */
  function handedOn(node: Node, path: NodePath): void {
    const { key, parent } = path;
    if (told.has(node) || roleOf(path) !== 'reference') return;
    if (key !== 'object' || parent?.node.type !== 'MemberExpression') assign(ANY, startOf(node));
  }

  function isExports(node: Node | undefined): boolean {
    if (node?.type === 'Identifier') return names.exports.has(node.name);
    return (
      node?.type === 'MemberExpression' &&
      node.object.type === 'Identifier' &&
      names.module.has(node.object.name) &&
      memberName(node) === 'exports'
    );
  }

  function requiredBy(node: Node): number | undefined {
    return node.type === 'CallExpression' ? requires.get(startOf(node.callee)) : undefined;
  }
}

/** The plugin may put the module's statements into a function of their own, `(function (exports) { … } (a))`. */
function scopeOf({ body: { body } }: FunctionDeclaration, last: Node, { importsByLocal }: Entries): Scope {
  const names: Names = { module: new Set(), exports: new Set(), isThere: true };
  if (last.type === 'Identifier') {
    names.exports.add(last.name);
    names.isThere = importsByLocal.has(last.name);
  } else if (last.type === 'MemberExpression' && last.object.type === 'Identifier')
    names.module.add(last.object.name);
  const own = body.slice(2, -1);
  const call = own[0]?.type === 'ExpressionStatement' ? own[0].expression : undefined;
  if (own.length !== 1 || call?.type !== 'CallExpression' || call.callee.type !== 'FunctionExpression')
    return { names, body: own };
  const { params, body: inner } = call.callee;
  const passed: Names = { ...names, module: new Set(), exports: new Set() };
  for (const [at, param] of params.entries()) {
    const given = call.arguments[at];
    if (param.type !== 'Identifier') continue;
    const isModule = given?.type === 'Identifier' && names.module.has(given.name);
    (isModule ? passed.module : passed.exports).add(param.name);
  }
  return { names: passed, body: inner.body };
}

/** The names that `module.exports = value` gives. */
function namesOf(value: Node): string[] {
  if (value.type !== 'ObjectExpression' || value.properties.length === 0) return [ANY];
  return value.properties.map((property) => {
    if (property.type !== 'Property' || property.computed) return ANY;
    const { key } = property;
    return key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : ANY;
  });
}

function isVoid(value: Node): boolean {
  if (value.type === 'AssignmentExpression') return isVoid(value.right);
  return value.type === 'UnaryExpression' && value.operator === 'void';
}
