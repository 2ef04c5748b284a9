/**
 * Expressions of every kind. What they read, write and wait for is told to the recorder by calls that stand in the
 * recorded print alone: `$read` before a read, `$wrote` after a write, `$wait` and `$go` around a wait.
 *
 * Left out is what an engine's message quotes together with other code that runs before the read (see the promise's
 * table of what may differ): spreads behind calls, conditions and sequences as callees.
 */
import type { Choices } from './choices.ts';
import {
  inFunction,
  type Reference,
  type Scope,
  type Shape,
  type Target,
  withLocals,
  withoutAwait,
} from './scope.ts';
import { type Part, type Parts, parts as p, recordedOnly, type Site } from './text.ts';

/** How tightly an expression binds: ECMA-262's productions, from the loosest. */
const COMMA = 0;
export const ASSIGNMENT = 1;
const CONDITIONAL = 2;
const COALESCE = 3;
const OR = 4;
const AND = 5;
const BIT = 6;
const EQUALITY = 7;
export const RELATION = 8;
const SHIFT = 9;
const SUM = 10;
const PRODUCT = 11;
const POWER = 12;
const UNARY = 13;
const POSTFIX = 14;
const CHAIN = 15;
const CALL = 16;
const MEMBER = 17;
const PRIMARY = 18;

interface Expression {
  level: number;
  text: Parts;
}

type Make = (scope: Scope) => Expression;

export interface Expressions {
  /** @param least how tightly it has to bind; else it stands in parentheses */
  expression(scope: Scope, least?: number): Parts;
  /** A read whose value is probably of this shape, or a member of one, or a literal: what a message may quote. */
  shaped(scope: Scope, shape: Shape): Parts;
  /** As a statement: it begins with nothing that would begin another one. */
  statement(scope: Scope): Parts;
  /** A pattern of an assignment whose targets are exported bindings, and the recorder's calls after it. */
  targets(scope: Scope): { pattern: Parts; written: string };
  /** A write that stands in the head of a loop, and the recorder's call at the start of its body. */
  target(target: Target, file: string): { name: Part; written: string };
  /** An `await` of some form. */
  wait(scope: Scope): Parts;
  /** A variable's name that nothing else has. */
  fresh(): string;
  site(site: Site): number;
}

/** @param pattern of the first characters */
export const begins = (text: Parts, pattern: RegExp): boolean =>
  pattern.test(text.map((part) => (typeof part === 'string' ? part : part.program)).join(''));

export function createExpressions(choices: Choices, sites: Site[], prefix: string): Expressions {
  const { below, oneIn, oneOf } = choices;
  let depth = 0;
  let names = 0;

  const fresh = (): string => `${prefix}${names++}`;
  const site = (one: Site): number => sites.push(one) - 1;

  const leaves: readonly [Make, ...Make[]] = [
    () => ({ level: POSTFIX, text: p`1` }),
    read('any'),
    read('any'),
    read('any'),
    read('namespace'),
    local,
    () => ({ level: PRIMARY, text: p`'s'` }),
    () => ({ level: PRIMARY, text: p`undefined` }),
    () => ({ level: PRIMARY, text: p`null` }),
    () => ({ level: PRIMARY, text: p`[1, 2]` }),
    () => ({ level: PRIMARY, text: p`{ a: 1, b: { c: 2 } }` }),
    () => ({ level: PRIMARY, text: p`/r/g` }),
    () => ({ level: UNARY, text: p`-1` }),
  ];

  const nodes: readonly [Make, ...Make[]] = [
    ...leaves,
    read('any'),
    read('function'),
    read('object'),
    (s) => write(s),
    (s) => write(s),
    (s) => write(s),
    (s) => write(s),
    awaited,
    awaited,
    awaited,
    // Operators.
    (s) => ({
      level: UNARY,
      text: p`${oneOf(['typeof ', 'void ', '- ', '+ ', '!', '~'])}${unaryOperand(s)}`,
    }),
    (s) => ({
      level: UNARY,
      text: p`${oneOf(['typeof ', 'void ', '- ', '+ ', '!', '~'])}${unaryOperand(s)}`,
    }),
    (s) => ({ level: UNARY, text: p`delete ${shaped(s, 'object')}.${oneOf(['a', 'x'])}` }),
    (s) => ({ level: POWER, text: p`${expression(s, POSTFIX)} ** ${expression(s, POWER)}` }),
    binary(PRODUCT, ['*', '/', '%']),
    binary(SUM, ['+', '-']),
    binary(SUM, ['+', '-']),
    binary(SHIFT, ['<<', '>>>']),
    binary(RELATION, ['<', 'in', 'instanceof', '>=']),
    binary(RELATION, ['in', 'instanceof']),
    binary(EQUALITY, ['===', '!=']),
    binary(BIT, ['&', '|', '^'], EQUALITY),
    binary(AND, ['&&']),
    binary(OR, ['||']),
    (s) => ({ level: COALESCE, text: p`${expression(s, BIT)} ?? ${expression(s, BIT)}` }),
    (s) => ({
      level: CONDITIONAL,
      text: p`${expression(s, COALESCE)} ? ${expression(s)} : ${expression(s)}`,
    }),
    (s) => ({ level: COMMA, text: p`${expression(s)}, ${expression(s)}` }),
    // Members, calls and chains.
    (s) => ({ level: MEMBER, text: p`${shaped(s, 'object')}.${oneOf(['a', 'b', 'list', 'x'])}` }),
    (s) => ({ level: MEMBER, text: p`${shaped(s, 'object')}.b.c` }),
    (s) => ({ level: MEMBER, text: p`${shaped(s, 'object')}[${expression(s, COMMA)}]` }),
    (s) => ({ level: MEMBER, text: p`${shaped(s, 'object')}[${expression(s, COMMA)}]` }),
    (s) => ({ level: CHAIN, text: p`${shaped(s, 'object')}?.${oneOf(['a', 'f', 'x'])}` }),
    (s) => ({ level: CHAIN, text: p`${shaped(s, 'object')}?.[${expression(s, COMMA)}]?.c` }),
    (s) => ({ level: CHAIN, text: p`${callee(s)}?.(${args(s)})` }),
    (s) => ({ level: CHAIN, text: p`${shaped(s, 'object')}.b?.${oneOf(['c', 'f(1).x'])}` }),
    (s) => ({ level: CALL, text: p`${callee(s)}(${args(s)})` }),
    (s) => ({ level: CALL, text: p`${callee(s)}(${args(s)})` }),
    (s) => ({ level: CALL, text: p`${callee(s)}(${args(s)})` }),
    (s) => ({ level: CALL, text: p`(0, ${simple(s, 'function')})(${args(s)})` }),
    (s) => ({ level: MEMBER, text: p`new ${shaped(s, 'class')}(${args(s)})` }),
    (s) => ({ level: UNARY, text: p`new ${shaped(s, 'class')}` }),
    (s) => ({ level: MEMBER, text: p`${shaped(s, 'function')}${template(s)}` }),
    (s) => ({ level: PRIMARY, text: template(s) }),
    // Lists and objects.
    (s) => ({ level: PRIMARY, text: p`[${elements(s)}]` }),
    (s) => ({ level: PRIMARY, text: p`[${elements(s)}]` }),
    (s) => ({ level: PRIMARY, text: p`{ ${properties(s)} }` }),
    (s) => ({ level: PRIMARY, text: p`{ ${properties(s)} }` }),
    // Functions that are called at once.
    (s) => ({ level: CALL, text: p`(() => ${body(inFunction(s))})()` }),
    (s) => ({ level: CALL, text: p`(() => { return ${expression(inFunction(s), COMMA)}; })()` }),
    (s) => ({ level: CALL, text: p`(function () { return ${expression(inFunction(s), COMMA)}; })()` }),
    (s) => ({ level: CALL, text: p`(async () => ${body(inFunction(s, { async: true }))})()` }),
    withParameters,
    withParameters,
    generator,
    generator,
    shadowed,
    // Functions and classes.
    (s) => ({ level: ASSIGNMENT, text: p`() => (spend(), ${expression(inFunction(s))})` }),
    classExpression,
    classExpression,
  ];

  return { expression, shaped, statement, targets, target, wait: (s) => awaited(s).text, fresh, site };

  function expression(scope: Scope, least = ASSIGNMENT): Parts {
    depth++;
    const make = oneOf(depth > 4 ? leaves : nodes);
    const { level, text } = make(scope);
    depth--;
    return level >= least ? text : p`(${text})`;
  }

  function shaped(scope: Scope, shape: Shape): Parts {
    const { text } = read(shape)(scope);
    switch (below(7)) {
      case 0:
        return shape === 'array' ? p`[${elements(scope)}]` : p`({ ${properties(scope)} })`;
      case 1:
        return p`${read('object')(scope).text}.${oneOf(['b', 'list', 'f', 'x'])}`;
      case 2:
        return p`${read('object')(scope).text}.b.c`;
      default:
        return text;
    }
  }

  function statement(scope: Scope): Parts {
    const text = expression(scope, COMMA);
    return begins(text, /^(?:\{|function\b|class\b|async\b|let\b)/) ? p`(${text})` : text;
  }

  function read(shape: Shape): Make {
    return (scope) => {
      // What a namespace lacks Rollup prints as `undefined`, without a read of the namespace: it is no object here.
      const all = scope.reads.filter((one) => one.shape !== 'namespace');
      const wanted = scope.reads.filter((one) => one.shape === shape);
      const [first, ...others] = wanted.length > 0 ? wanted : all;
      if (!first) return { level: PRIMARY, text: p`(2)` };
      return { level: PRIMARY, text: [reference(scope, oneOf([first, ...others]))] };
    };
  }

  function reference({ file }: Scope, { local, binding }: Reference): Part {
    const number = site({ file, text: `read ${local} = ${binding}`, binding });
    return { program: local, recorded: `($read(${number},()=>${local}),${local})`, site: number };
  }

  function local({ locals }: Scope): Expression {
    const [first, ...others] = locals;
    return { level: PRIMARY, text: first ? [oneOf([first, ...others])] : p`null` };
  }

  /** `typeof++n` is what a minifier makes of it. */
  function unaryOperand(scope: Scope): Parts {
    return scope.writes.length > 0 && oneIn(4) ? write(scope, 4).text : expression(scope, UNARY);
  }

  function binary(level: number, operators: readonly [string, ...string[]], operand = level): Make {
    return (scope) => ({
      level,
      text: p`${expression(scope, operand)} ${oneOf(operators)} ${expression(scope, operand + 1)}`,
    });
  }

  function callee(scope: Scope): Parts {
    if (below(3) > 0) return simple(scope, oneOf(['function', 'function', 'any']));
    switch (below(3)) {
      case 0:
        return p`${simple(scope, 'object')}.${oneOf(['f', 'tag', 'x.y', 'b.f'])}`;
      case 1:
        return p`${simple(scope, 'object')}[${simple(scope, 'any')}]`;
      default:
        return p`${simple(scope, 'function')}\`\``;
    }
  }

  function simple(scope: Scope, shape: Shape): Parts {
    return read(shape)(scope).text;
  }

  function args(scope: Scope): Parts {
    switch (below(5)) {
      case 0:
        return p``;
      case 1:
        return expression(scope);
      case 2:
        return p`...${shaped(scope, 'array')}`;
      case 3:
        return p`1, ...${shaped(scope, 'array')}`;
      default:
        return p`${expression(scope)}, ${expression(scope)}`;
    }
  }

  function elements(scope: Scope): Parts {
    switch (below(7)) {
      case 0:
        return expression(scope);
      case 1:
        return p`${expression(scope)}, ${expression(scope)}`;
      case 2:
        return p`...${shaped(scope, 'array')}`;
      case 3:
        return p`${simple(scope, 'any')}, ...${shaped(scope, 'array')}`;
      case 4:
        return p`...${shaped(scope, 'array')}, ...${shaped(scope, 'array')}`;
      case 5:
        return p`...${shaped(scope, 'array')}, ...${simple(scope, 'function')}(), ...${simple(scope, 'array')}`;
      default:
        return p`, ${expression(scope)},`;
    }
  }

  function properties(scope: Scope): Parts {
    switch (below(7)) {
      case 0:
        return p`a: ${expression(scope)}`;
      case 1:
        return p`a: ${expression(scope)}, b: { c: ${expression(scope)} }`;
      case 2:
        return p`[${expression(scope)}]: ${expression(scope)}`;
      case 3:
        return p`...${shaped(scope, oneOf(['object', 'namespace']))}`;
      case 4:
        return p`${shorthand(scope)}, list: [${expression(scope)}]`;
      case 5:
        return p`f() { return ${expression(inFunction(scope))}; }`;
      default:
        return p`get a() { return ${expression(inFunction(scope))}; }`;
    }
  }

  function shorthand(scope: Scope): Parts {
    const names = scope.reads.filter((one) => /^[\w$]+$/.test(one.local));
    const [first, ...others] = names;
    if (!first) return p`a: 4`;
    const one = oneOf([first, ...others]);
    const part = reference(scope, one);
    return typeof part === 'string' ? [part] : [{ ...part, recorded: `${one.local}:${part.recorded}` }];
  }

  function template(scope: Scope): Parts {
    return below(3) === 0 ? p`\`t\`` : p`\`t\${${expression(scope, COMMA)}}\``;
  }

  /** What an arrow function gives: an object stands in parentheses. */
  function body(scope: Scope): Parts {
    const text = expression(scope);
    return begins(text, /^\{/) ? p`(${text})` : text;
  }

  function withParameters(scope: Scope): Expression {
    const [a, b] = [fresh(), fresh()];
    const inside = withLocals(inFunction(scope), a, b);
    const outside = withoutAwait(scope);
    const head = ((): Parts => {
      switch (below(6)) {
        case 0:
          return p`(${a} = ${expression(outside)}, ...${b})`;
        case 1:
          return p`({ a: ${a} = ${expression(outside)}, ...${b} } = ${shaped(outside, 'object')})`;
        case 2:
          return p`([${a}, ...${b}] = ${shaped(outside, 'array')})`;
        case 3:
          return p`({ b: { c: ${a} } = ${shaped(outside, 'object')}, ...${b} } = {})`;
        case 4:
          return p`([[${a}] = ${shaped(outside, 'array')}, ${b}] = [])`;
        default:
          return p`({ [${expression(outside)}]: ${a}, ${b} = ${expression(outside)} } = {})`;
      }
    })();
    const called = below(2) === 0 ? p`` : args(scope);
    return { level: CALL, text: p`(${head} => [${a}, ${b}, ${expression(inside)}])(${called})` };
  }

  function generator(scope: Scope): Expression {
    const inside = inFunction(scope, { generator: true });
    const step = oneOf(['yield', 'yield', 'yield*']);
    const result = step === 'yield' ? expression(inside) : shaped(inside, 'array');
    return {
      level: PRIMARY,
      text: p`[...(function* () { ${step} ${result}; return ${expression(inside)}; })()]`,
    };
  }

  /** The name of an import is another variable's inside. */
  function shadowed(scope: Scope): Expression {
    const name = scope.reads.find((one) => /^[\w$]+$/.test(one.local))?.local ?? fresh();
    return { level: CALL, text: p`((${name}) => ${name})(${expression(scope)})` };
  }

  function classExpression(scope: Scope): Expression {
    const heritage = oneIn(3) ? p` extends ${shaped(scope, 'class')}` : p``;
    const inside = inFunction(scope);
    const members = ((): Parts => {
      switch (below(5)) {
        case 0:
          return p`static a = ${expression(inside)};`;
        case 1:
          return p`static [${expression(scope)}] = ${expression(inside)};`;
        case 2:
          return p`static { show(${expression(inside)}); }`;
        case 3:
          return p`static #p = ${expression(inside)}; static a = this.#p;`;
        default:
          return p`a = ${expression(inside)}; m() { return ${expression(inside)}; }`;
      }
    })();
    return { level: PRIMARY, text: p`class${heritage} { ${members} }` };
  }

  function awaited(scope: Scope): Expression {
    if (scope.awaits === 'never') return leaves[1]?.(scope) ?? { level: POSTFIX, text: p`1` };
    const operand = ((): Parts => {
      switch (below(7)) {
        case 0:
          return expression(scope, UNARY);
        case 1:
          return p`(${expression(scope, COMMA)})`;
        case 2:
          return p`[${elements(scope)}]`;
        case 3:
          return p`${oneOf(['-', '+'])}${expression(scope, POSTFIX)}`;
        case 4:
          return template(scope);
        case 5:
          return p`/r/g`;
        default:
          return p`(async () => { ${oneOf(['', 'await 1; '])}return ${expression(inFunction(scope, { async: true }))}; })()`;
      }
    })();
    const level = UNARY;
    if (scope.awaits === 'function') return { level, text: p`await ${operand}` };
    const number = site({ file: scope.file, text: 'wait' });
    const keyword: Part = {
      program: 'await',
      recorded: `$go(${number},await $wait(${number},`,
      site: number,
    };
    return { level, text: [keyword, ' ', ...operand, recordedOnly('))')] };
  }

  function target({ local, binding }: Target, file: string): { name: Part; written: string } {
    const number = site({ file, text: 'write', binding });
    return {
      name: { program: local, recorded: local, site: number },
      written: `$wrote(${number},0,()=>${local});`,
    };
  }

  function targets(scope: Scope): { pattern: Parts; written: string } {
    const [first, ...others] = scope.writes;
    if (!first) return { pattern: p`[]`, written: '' };
    const one = target(oneOf([first, ...others]), scope.file);
    const other = target(oneOf([first, ...others]), scope.file);
    const both = one.written + other.written;
    switch (below(6)) {
      case 0:
        return { pattern: ['[', one.name, ']'], written: one.written };
      case 1:
        return {
          pattern: ['[', one.name, ' = ', ...expression(scope), ', ...', other.name, ']'],
          written: both,
        };
      case 2:
        return { pattern: ['{ a: ', one.name, ' }'], written: one.written };
      case 3:
        return {
          pattern: ['{ a: ', one.name, ' = ', ...expression(scope), ', ...', other.name, ' }'],
          written: both,
        };
      case 4:
        return {
          pattern: ['[{ b: { c: ', one.name, ' } = ', ...shaped(scope, 'object'), ' } = {}]'],
          written: one.written,
        };
      default:
        return {
          pattern: ['{ [', ...expression(scope), ']: ', one.name, ', b: [', other.name, '] = [] }'],
          written: both,
        };
    }
  }

  function write(scope: Scope, kind = below(7)): Expression {
    const { file } = scope;
    const [first, ...others] = scope.writes;
    if (!first) return leaves[1]?.(scope) ?? { level: POSTFIX, text: p`1` };
    const one = oneOf([first, ...others]);
    if (kind === 5) {
      const { pattern, written } = targets(scope);
      const value = shaped(scope, oneOf(['object', 'array']));
      const text = p`${pattern} = ${value}`;
      return {
        level: ASSIGNMENT,
        text: [recordedOnly('$assigned('), ...text, recordedOnly(`,()=>{${written}})`)],
      };
    }
    const { local } = one;
    const number = site({ file, text: 'write', binding: one.binding });
    const name: Part = { program: local, recorded: local, site: number };
    const open = recordedOnly(`$wrote(${number},`);
    const close = recordedOnly(`,()=>${local})`);
    switch (kind) {
      case 0:
      case 1:
        return { level: ASSIGNMENT, text: [open, name, ' = ', ...expression(scope), close] };
      case 2:
        return {
          level: ASSIGNMENT,
          text: [open, name, ` ${oneOf(['+=', '-=', '**='])} `, ...expression(scope), close],
        };
      case 3:
        return { level: POSTFIX, text: [open, name, oneOf(['++', '--']), close] };
      case 4: {
        const operator = oneOf(['++', '--']);
        return { level: UNARY, text: [open, operator, name, close] };
      }
      default: {
        const operator = oneOf(['??', '&&', '||']);
        const head = recordedOnly(`(${local}${operator}$wrote(${number},`);
        const assign: Part = { program: `${operator}=`, recorded: '=' };
        return {
          level: ASSIGNMENT,
          text: [head, name, ' ', assign, ' ', ...expression(scope), close, recordedOnly(')')],
        };
      }
    }
  }
}
