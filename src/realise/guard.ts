/**
 * Where the guard of a read goes. Error messages quote the expression that failed (`a is not a function`, `Cannot
 * destructure … of 'a'`), so the guard goes before the whole quoted expression; but not before code that could keep the
 * read from happening, that is other code of the program or a name that may throw.
 *
 *  1. `a.b(x).c`  →  `(guard,a.b(x).c)`
 *  2. `({ x } = a)`  →  `((guard,{ x } = a))`
 *  3. `const { x } = a`  →  `const {} = (guard,0), { x } = a`
 *  4. `({ x: { y } = a } = b)`  →  `({ x: { y } = (guard,a)??({ y: {} } = a) } = b)`
 *  5. `for (const x of a)`  →  `guard;for (const x of a)`
 *  6. `[...a]`  →  `(guard,[...a])`; `[f(), ...a]`  →  `[f(), ...(guard,none), ...a]`
 *  7. `f(...a)`  →  `f(...(guard,a)??0(...a))`; `f(1, ...a.x)`  →  `(guard,f(1, ...a.x))`
 *  8. `b[a]()`  →  `(seen[0]||(b,build.read(…)),b[a]())`
 *  9. `yield* a;`  →  `guard;yield* a;`; `x(), yield* a`  →  `x(), ((guard,0)?0:yield* a)`
 */
import type { ArrayExpression, CallExpression, NewExpression, Node, Pattern, SpreadElement } from 'estree';
import { endOf, isFunction, type NodePath, startOf } from '../ast/node-path.ts';
import { roleOf } from '../ast/role.ts';

export interface GuardPlacement {
  /** What the guard goes before. An `operand` is an expression after which `?? rethrow` is added. */
  form: 'expression' | 'statement' | 'declarator' | 'element' | 'operand' | 'delegate';
  nodePath: NodePath;
  /** Names that are looked up between the guard and the read. If one throws, the read must not be logged. */
  names: readonly string[];
  /** Expression that throws the program's own error where the operand is null or undefined. */
  rethrow?: string;
}

/** The chunk around a read. */
export interface Surroundings {
  code: string;
  /** Whether the chunk declares the name. If not, it is a global of the host. */
  isDeclared(name: string): boolean;
}

/** Whether error messages may quote the expression. */
export function isQuoted(chunk: Surroundings, expression: NodePath): boolean {
  const { form, nodePath } = guardPlacement(chunk, expression);
  return form !== 'expression' || nodePath.node !== expression.node;
}

export function guardPlacement(chunk: Surroundings, read: NodePath): GuardPlacement {
  const whole = wholeChain(read);
  const { key, parent } = whole;
  const inside: GuardPlacement = { form: 'expression', nodePath: whole, names: [] };
  switch (parent?.node.type) {
    // yield* a
    case 'YieldExpression':
      return parent.node.delegate ? beforeDelegate(inside, parent) : inside;
    // ({ x } = a)
    case 'AssignmentExpression':
      return key === 'right' && isPattern(parent.node.left) ? { ...inside, nodePath: parent } : inside;
    // const { x } = a
    case 'VariableDeclarator':
      return isPattern(parent.node.id) ? { ...inside, form: 'declarator', nodePath: parent } : inside;
    // ({ x: { y } = a }) => {}
    case 'AssignmentPattern':
      return isQuotedDefault(parent)
        ? beforeOperand(inside, rethrowOf(chunk, parent.node.left, whole.node))
        : inside;
    // for (const x of a)
    case 'ForOfStatement':
      return key === 'right' ? { ...inside, form: 'statement', nodePath: withLabels(parent) } : inside;
    // f(...a), [...a]
    case 'SpreadElement':
      return parent.parent ? beforeSpread(chunk, inside, parent.node, parent.parent) : inside;
    // a[b]()
    case 'MemberExpression':
      return key === 'property' ? beforeComputed(chunk, inside, parent) : inside;
    default:
      return inside;
  }
}

/** Before the statement or declarator where no other code comes first in it; there V8's message quotes nothing. */
function beforeDelegate(inside: GuardPlacement, delegate: NodePath): GuardPlacement {
  const { parent } = firstIn(delegate);
  switch (parent?.node.type) {
    case 'ExpressionStatement':
    case 'ReturnStatement':
    case 'ThrowStatement':
    case 'IfStatement':
    case 'SwitchStatement':
      return { ...inside, form: 'statement', nodePath: withLabels(parent) };
    case 'VariableDeclarator':
      return { ...inside, form: 'declarator', nodePath: parent };
    default:
      return { ...inside, form: 'delegate', nodePath: delegate };
  }
}

/** The largest expression that evaluates this one first: `a = yield* b, c` for its `yield* b`. */
function firstIn(nodePath: NodePath): NodePath {
  let at = nodePath;
  for (; at.parent; at = at.parent) {
    const { node } = at.parent;
    const isAssigned =
      node.type === 'AssignmentExpression' && node.left.type === 'Identifier' && node.operator === '=';
    const isFirst = node.type === 'SequenceExpression' && node.expressions[0] === at.node;
    if (node.type !== 'YieldExpression' && !isAssigned && !isFirst) break;
  }
  return at;
}

export const isPattern = ({ type }: Node): boolean => type === 'ObjectPattern' || type === 'ArrayPattern';

/** Messages quote the default of a nested pattern, but not of a parameter itself. */
const isQuotedDefault = ({ node, parent }: NodePath): boolean =>
  node.type === 'AssignmentPattern' && isPattern(node.left) && parent !== null && !isFunction(parent.node);

/** Only an identifier may be evaluated once more; other expressions keep the guard inside. */
const beforeOperand = (inside: GuardPlacement, rethrow: string | undefined): GuardPlacement =>
  rethrow !== undefined && inside.nodePath.node.type === 'Identifier'
    ? { ...inside, form: 'operand', rethrow }
    : inside;

/**
 * An expression for which V8 gives the same message as for the pattern: it quotes the first property, and its words
 * depend on the target of that property.
 */
function rethrowOf({ code }: Surroundings, pattern: Pattern, read: Node): string | undefined {
  const name = textOf(code, read);
  if (pattern.type !== 'ObjectPattern') return `[...${name}]`;
  const [first] = pattern.properties;
  // Cannot destructure 'a' as it is undefined.
  if (first?.type !== 'Property' || first.computed) return `({} = ${name})`;
  const { key, value } = first;
  const isDefaulted = value.type === 'AssignmentPattern';
  if (isDefaulted && isPattern(value.left)) return undefined;
  // Cannot read properties of undefined (reading 'x')
  if (isDefaulted || value.type === 'MemberExpression') {
    return key.type === 'Identifier' ? `${name}.${key.name}` : `${name}[${textOf(code, key)}]`;
  }
  // Cannot destructure property 'x' of 'a' as it is undefined.
  return `({ ${textOf(code, key)}: {} } = ${name})`;
}

const textOf = (code: string, node: Node): string => code.slice(startOf(node), endOf(node));

function beforeSpread(
  chunk: Surroundings,
  inside: GuardPlacement,
  spread: SpreadElement,
  holder: NodePath,
): GuardPlacement {
  const { node } = holder;
  if (node.type === 'ArrayExpression') return inArray(inside, spread, node, holder);
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return inside;
  // f(...a, b): where more arguments or another spread follow, messages quote nothing.
  const before = node.arguments.slice(0, -1);
  if (node.arguments.at(-1) !== spread || before.some(({ type }) => type === 'SpreadElement')) return inside;
  const { nodePath } = inside;
  // `0(...a)` throws the same message as `f(...a)`. Not in super(...a), whose message has no callee.
  if (nodePath.node.type === 'Identifier' && node.callee.type !== 'Super')
    return beforeOperand(inside, `0(...${nodePath.node.name})`);
  return inCall(chunk, inside, node, before, holder);
}

/** f(b, ...a.x)  →  (guard,f(b, ...a.x)) */
function inCall(
  chunk: Surroundings,
  inside: GuardPlacement,
  call: CallExpression | NewExpression,
  before: readonly Node[],
  holder: NodePath,
): GuardPlacement {
  const isOptional = 'optional' in call && call.optional;
  // Only literals and functions before it: a name may have a guard of its own, which has to come first.
  const isAlone = !isOptional && before.every((node) => node.type === 'Literal' || isFunction(node));
  const names = isAlone ? namesOf(chunk, call.callee) : undefined;
  return names ? { ...inside, nodePath: wholeChain(holder), names } : inside;
}

/** [...a]  →  (guard,[...a]);  [f(), ...a]  →  [f(), ...(guard,none), ...a] */
function inArray(
  inside: GuardPlacement,
  spread: SpreadElement,
  { elements }: ArrayExpression,
  holder: NodePath,
): GuardPlacement {
  const isFirst = elements.slice(0, elements.indexOf(spread)).every((element) => element?.type === 'Literal');
  if (isFirst) return { ...inside, nodePath: wholeChain(holder) };
  return { ...inside, form: 'element', nodePath: { node: spread, key: 'elements', parent: holder } };
}

/** b[a](): before the call, where the message quotes object and property. */
function beforeComputed(chunk: Surroundings, inside: GuardPlacement, member: NodePath): GuardPlacement {
  if (member.node.type !== 'MemberExpression' || member.node.optional) return inside;
  const names = namesOf(chunk, member.node.object);
  if (!names || !isQuoted(chunk, member)) return inside;
  const outer = guardPlacement(chunk, member);
  return { ...outer, names: [...outer.names, ...names] };
}

/** The names that an expression looks up; undefined where it may run code. */
function namesOf(chunk: Surroundings, node: Node): string[] | undefined {
  switch (node.type) {
    case 'Identifier':
      // A global of the host exists, and its lookup does not throw.
      return chunk.isDeclared(node.name) ? [node.name] : [];
    case 'ThisExpression':
      // Throws in a derived class before `super()`.
      return ['this'];
    case 'Super':
      return [];
    // (0, f)
    case 'SequenceExpression': {
      const [first, last, ...others] = node.expressions;
      return first?.type === 'Literal' && last && others.length === 0 ? namesOf(chunk, last) : undefined;
    }
    default:
      return undefined;
  }
}

/** The statement with its labels, which must stay on it. */
export function withLabels(statement: NodePath): NodePath {
  let nodePath = statement;
  while (nodePath.parent?.node.type === 'LabeledStatement') nodePath = nodePath.parent;
  return nodePath;
}

/**
 * The largest expression that evaluates this one first and may be put in parentheses: `a.b(x).c` for its `a`. Not in
 * parentheses: a callee whose object is its `this`, a part of a `?.` chain, an assignment target, an operand of
 * `delete`.
 */
export function wholeChain(read: NodePath): NodePath {
  let whole = read;
  let isOptional = false;
  for (let at: NodePath = read; at.parent && beginsWith(at.parent.node, at.key, at.node); ) {
    at = at.parent;
    if ('optional' in at.node && at.node.optional) isOptional = true;
    if (at.node.type === 'ChainExpression') isOptional = false;
    if (!isOptional && !isCalleeMember(at) && roleOf(at) === 'reference') whole = at;
  }
  return whole;
}

/** Whether evaluating the node begins with evaluating the child. */
function beginsWith(node: Node, key: string, child: Node): boolean {
  switch (node.type) {
    // (0, a)(): the literal runs no code.
    case 'SequenceExpression':
      return node.expressions[0]?.type === 'Literal' && node.expressions[1] === child;
    case 'MemberExpression':
      return key === 'object';
    case 'CallExpression':
    case 'NewExpression':
      return key === 'callee';
    case 'TaggedTemplateExpression':
      return key === 'tag';
    case 'ChainExpression':
      return key === 'expression';
    default:
      return false;
  }
}

export const isCalleeMember = ({ node, key, parent }: NodePath): boolean =>
  (node.type === 'MemberExpression' || node.type === 'ChainExpression') &&
  ((parent?.node.type === 'CallExpression' && key === 'callee') ||
    (parent?.node.type === 'TaggedTemplateExpression' && key === 'tag'));
