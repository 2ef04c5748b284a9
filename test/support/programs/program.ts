/**
 * Random programs of one to four modules. The modules import each other in a line, so that Rollup and ECMA-262 have one
 * order for them; imports that go back make cycles of them.
 */
import fc from 'fast-check';
import { type Choices, createChoices } from './choices.ts';
import { begins, createExpressions, type Expressions } from './expressions.ts';
import { inFunction, type Reference, type Scope, type Shape, type Target, withLocals } from './scope.ts';
import { createStatements } from './statements.ts';
import {
  type Part,
  type Parts,
  parts as p,
  printProgram,
  printRecorded,
  recordedOnly,
  type Site,
  STYLES,
  type Style,
} from './text.ts';

export interface Program {
  /** Texts by path; the entry is `m0.js`. */
  modules: Record<string, string>;
  /** The same program, which tells what it does to the recorder. */
  recorded: Record<string, string>;
  sites: readonly (Site & { place: string })[];
  /** Bindings that have a value before any module runs. */
  functions: readonly string[];
}

const VALUES = [
  'let',
  'const',
  'var',
  'several',
  'object pattern',
  'array pattern',
  'declared first',
  'alias',
  'text',
] as const;
const OTHERS = [
  'function',
  'async function',
  'generator',
  'class',
  'for of',
  'for in',
  'for head',
  'if var',
  'do var',
  'label var',
] as const;
const DEFAULTS = [
  'default value',
  'default function',
  'default class',
  'default name',
  'default anonymous',
] as const;
const FORWARDS = ['forward', 'forward all', 'forward as'] as const;
type Kind =
  | 'statement'
  | 'uncaught'
  | (typeof VALUES | typeof OTHERS | typeof DEFAULTS | typeof FORWARDS)[number];
/** Kinds of declarations that are hoisted with their values. */
const FUNCTIONS: readonly Kind[] = ['function', 'async function', 'generator', 'default function'];
const SHAPES = ['number', 'object', 'array', 'function', 'any', 'any'] as const;

interface StatementPlan {
  kind: Kind;
  numbers: readonly number[];
}

interface ModulePlan {
  statements: readonly StatementPlan[];
  /** Beside that of the next module: indices that wrap around. */
  imports: readonly { target: number; as: ImportForm }[];
  next: ImportForm;
}

const FORMS = ['names', 'namespace', 'other names'] as const;
type ImportForm = (typeof FORMS)[number];

const kinds = (...list: readonly Kind[]): fc.Arbitrary<Kind> => fc.constantFrom(...list);

const numbers = fc.array(fc.nat(9999), { maxLength: 60, size: 'max' });

const declarationPlan: fc.Arbitrary<StatementPlan> = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: kinds(...VALUES) },
    { weight: 5, arbitrary: kinds(...OTHERS) },
    { weight: 1, arbitrary: kinds(...DEFAULTS) },
    { weight: 1, arbitrary: kinds(...FORWARDS) },
  ),
  numbers,
});

const statementPlan: fc.Arbitrary<StatementPlan> = fc.record({
  kind: fc.oneof(
    { weight: 7, arbitrary: fc.constant<Kind>('statement') },
    { weight: 1, arbitrary: fc.constant<Kind>('uncaught') },
  ),
  numbers,
});

const modulePlan: fc.Arbitrary<ModulePlan> = fc.record({
  statements: fc
    .tuple(
      fc.array(declarationPlan, { maxLength: 4, size: 'max' }),
      fc.array(fc.oneof({ weight: 3, arbitrary: statementPlan }, declarationPlan), {
        minLength: 1,
        maxLength: 6,
        size: 'max',
      }),
    )
    .map(([declarations, others]) => [...declarations, ...others]),
  imports: fc.array(fc.record({ target: fc.nat(3), as: fc.constantFrom(...FORMS) }), { maxLength: 2 }),
  next: fc.constantFrom(...FORMS),
});

/** A program before it is written. */
export interface Plan {
  modules: readonly ModulePlan[];
  /** Whether modules may wait at their top level. */
  canAwait: boolean;
  style: Style;
}

export const plans = (canAwait: boolean): fc.Arbitrary<Plan> =>
  fc.record({
    modules: fc.array(modulePlan, { minLength: 1, maxLength: 4, size: 'max' }),
    canAwait: fc.constant(canAwait),
    style: fc.constantFrom(...STYLES),
  });

/** Plans with less in them, those with much less first. */
export function* smaller(plan: Plan): Generator<Plan> {
  const { modules } = plan;
  if (plan.style !== 'loose') yield { ...plan, style: 'loose' };
  for (const [index, module] of modules.entries()) {
    const without = (changes: Partial<ModulePlan>): Plan => ({
      ...plan,
      modules: modules.map((other, at) => (at === index ? { ...module, ...changes } : other)),
    });
    if (modules.length > 1) yield { ...plan, modules: modules.filter((_, at) => at !== index) };
    for (const statements of withoutOne(module.statements)) yield without({ statements });
    for (const imports of withoutOne(module.imports)) yield without({ imports });
    if (module.next !== 'names') yield without({ next: 'names' });
    for (const [at, statement] of module.statements.entries()) {
      const withNumbers = (numbers: readonly number[]): Plan =>
        without({
          statements: module.statements.map((other, i) => (i === at ? { ...statement, numbers } : other)),
        });
      if (statement.kind === 'statement') {
        yield without({
          statements: module.statements.map((other, i) =>
            i === at ? { ...statement, kind: 'uncaught' } : other,
          ),
        });
      }
      const { numbers } = statement;
      for (
        let length = numbers.length >> 1;
        length < numbers.length;
        length += 1 + ((numbers.length - length) >> 1)
      ) {
        yield withNumbers(numbers.slice(0, length));
      }
      for (const fewer of withoutOne(numbers)) yield withNumbers(fewer);
      for (const [i, number] of numbers.entries()) {
        if (number > 0) yield withNumbers(numbers.map((other, j) => (i === j ? 0 : other)));
      }
    }
  }
}

/** The list without one of its elements, for each of them. */
const withoutOne = <T>(list: readonly T[]): T[][] =>
  list.map((_, index) => list.filter((_, at) => at !== index));

interface Binding {
  /** `module#name` */
  id: string;
  local: string;
  shape: Shape;
  isWritable: boolean;
  isFunction?: boolean;
  /** Which of the module's statements passes it on. */
  by?: number;
}

type Exports = Map<string, Binding>;

const fileOf = (index: number): string => `m${index}.js`;

export function write({ modules: plans, canAwait, style }: Plan): Program {
  const exported: Exports[] = [];
  // Modules pass on what those behind them export.
  for (let index = plans.length - 1; index >= 0; index--) {
    exported[index] = exportsOf(plans, index, exported);
  }
  const sites: Site[] = [];
  const texts = plans.map((_, index): Parts => moduleText(plans, index, exported, sites, canAwait));
  const places = new Map<number, string>();
  const codes = texts.map((text) => {
    const printed = printProgram(text, style);
    for (const [site, place] of printed.places) places.set(site, place);
    return printed.code;
  });
  const byPath = (all: readonly string[]): Record<string, string> =>
    Object.fromEntries(all.map((code, index) => [fileOf(index), code]));
  return {
    modules: byPath(codes),
    recorded: byPath(texts.map(printRecorded)),
    functions: exported.flatMap((all) =>
      [...all.values()].flatMap(({ id, isFunction }) => (isFunction ? id : [])),
    ),
    sites: sites.map((site, index) => ({ ...site, place: `${site.file}:${places.get(index) ?? '?'}` })),
  };
}

const nextOf = (plans: readonly ModulePlan[], index: number, choice: number): number =>
  index + 1 + (choice % Math.max(1, plans.length - 1 - index));

/** The plans that hold: a module has one default export, and the last one passes nothing on. */
function statementsOf(plans: readonly ModulePlan[], index: number): readonly StatementPlan[] {
  let hasDefault = false;
  return (plans[index]?.statements ?? []).map((plan): StatementPlan => {
    const isDefault = plan.kind.startsWith('default');
    const isPossible = isDefault ? !hasDefault : !plan.kind.startsWith('forward') || index < plans.length - 1;
    hasDefault ||= isDefault;
    return isPossible ? plan : { ...plan, kind: 'let' };
  });
}

function exportsOf(plans: readonly ModulePlan[], index: number, others: readonly Exports[]): Exports {
  const exported: Exports = new Map();
  for (const [at, { kind, numbers }] of statementsOf(plans, index).entries()) {
    const choices = createChoices(numbers);
    const local = `e${index}_${at}`;
    const add = (name: string, shape: Shape, isWritable = true, own = local): void => {
      exported.set(name, {
        id: `${fileOf(index)}#${own}`,
        local: own,
        shape,
        isWritable,
        isFunction: FUNCTIONS.includes(kind),
      });
    };
    switch (kind) {
      case 'statement':
      case 'uncaught':
        break;
      case 'let':
      case 'var':
      case 'declared first':
        add(local, choices.oneOf(SHAPES));
        break;
      case 'const':
        add(local, choices.oneOf(SHAPES), false);
        break;
      case 'alias':
        add(`${local}_alias`, choices.oneOf(SHAPES));
        break;
      case 'text':
        add(`${local} text`, choices.oneOf(SHAPES));
        break;
      case 'several':
      case 'object pattern':
      case 'array pattern':
      case 'for head':
        add(local, choices.oneOf(SHAPES));
        add(`${local}b`, 'any', true, `${local}b`);
        break;
      case 'function':
      case 'async function':
      case 'generator':
        add(local, 'function');
        break;
      case 'class':
        add(local, 'class');
        break;
      case 'for of':
      case 'for in':
      case 'if var':
      case 'do var':
      case 'label var':
        add(local, 'any');
        break;
      case 'default value':
      case 'default anonymous':
      case 'default name':
        exported.set('default', {
          id: `${fileOf(index)}#default`,
          local: '',
          shape: 'any',
          isWritable: false,
          isFunction: kind === 'default anonymous',
        });
        break;
      case 'default class':
        add('default', 'class');
        break;
      case 'default function':
        add('default', 'function');
        break;
      case 'forward':
      case 'forward all':
        for (const [name, binding] of others[nextOf(plans, index, choices.below(4))] ?? []) {
          if (name === 'default' || exported.has(name)) continue;
          exported.set(name, { ...binding, local: '', isWritable: false, by: at });
        }
        break;
      case 'forward as':
        exported.set(`space${index}_${at}`, {
          id: `${fileOf(nextOf(plans, index, choices.below(4)))}#*`,
          local: '',
          shape: 'namespace',
          isWritable: false,
          by: at,
        });
        break;
    }
  }
  return exported;
}

const isName = (text: string): boolean => /^[\w$]+$/.test(text);
const quoted = (name: string): string => (isName(name) ? name : `'${name}'`);

function moduleText(
  plans: readonly ModulePlan[],
  index: number,
  exported: readonly Exports[],
  sites: Site[],
  canAwait: boolean,
): Parts {
  const plan = plans[index];
  const file = fileOf(index);
  const head: string[] = [];
  const reads: Reference[] = [];
  const wanted = [
    ...(index + 1 < plans.length ? [{ target: index + 1, as: plan?.next ?? 'names' }] : []),
    ...(plan?.imports ?? []).map(({ target, as }) => ({ target: target % plans.length, as })),
  ];
  wanted.forEach(({ target, as }, at) => {
    const from = `'./${fileOf(target)}'`;
    // Rollup never ends where a module imports what is passed on and comes round to it.
    const isTaken = ([, { by }]: [string, Binding]): boolean => target > index || by === undefined;
    const names = [...(exported[target] ?? [])].filter(isTaken);
    if (as === 'namespace' && names.length === exported[target]?.size) {
      const local = `ns${at}`;
      head.push(`import * as ${local} from ${from};\n`);
      reads.push({ local, binding: `${fileOf(target)}#*`, shape: 'namespace' });
      for (const [name, { id, shape }] of names) {
        if (isName(name)) reads.push({ local: `${local}.${name}`, binding: id, shape });
      }
      return;
    }
    const specifiers = names.map(([name, { id, shape }]) => {
      const local =
        as === 'names' && at === 0 && target > index && isName(name) && name !== 'default'
          ? name
          : `$${at}${name.replace(/\W/g, '_')}`;
      reads.push({ local, binding: id, shape });
      return local === name ? name : `${quoted(name)} as ${local}`;
    });
    head.push(
      specifiers.length > 0 ? `import { ${specifiers.join(', ')} } from ${from};\n` : `import ${from};\n`,
    );
  });

  const writes: Target[] = [...(exported[index]?.values() ?? [])]
    .filter(({ isWritable }) => isWritable)
    .map(({ id, local }) => ({ local, binding: id }));
  const scope: Scope = {
    file,
    reads,
    writes,
    locals: [],
    awaits: canAwait ? 'module' : 'never',
    inGenerator: false,
    inFunction: false,
    inLoop: false,
    labels: [],
  };
  const statements = statementsOf(plans, index);
  const body = statements.map(({ kind, numbers }, at): Parts => {
    const choices = createChoices(numbers);
    const expressions = createExpressions(choices, sites, `v${at}_`);
    const next = (): string => `'./${fileOf(nextOf(plans, index, choices.below(4)))}'`;
    const names = [...(exported[index] ?? [])].flatMap(([name, { by }]) =>
      by === at && name !== `space${index}_${at}` ? quoted(name) : [],
    );
    return topLevel({
      kind,
      choices,
      expressions,
      scope,
      local: `e${index}_${at}`,
      file,
      next,
      names: names.join(', '),
    });
  });
  const runs = statements.some(({ kind }) => !kind.startsWith('forward'));
  if (!runs) return p`${head.join('')}${body.flat()}`;
  // What a module exports as default has no name: the recorder reads it as others do.
  const start = `import * as self from './${file}';\n$start('${file}');\n`;
  return p`${head.join('')}${[recordedOnly(start)]}${body.flat()}${[recordedOnly(`$end('${file}');\n`)]}`;
}

interface TopLevel {
  kind: Kind;
  choices: Choices;
  expressions: Expressions;
  scope: Scope;
  local: string;
  file: string;
  /** Specifier of a module behind this one, which takes the first choice; and what it exports. */
  next(): string;
  names: string;
}

function topLevel({ kind, choices, expressions, scope, local, file, next, names }: TopLevel): Parts {
  const { expression, shaped } = expressions;
  const { below, oneIn, oneOf } = choices;
  const statements = createStatements(choices, expressions);

  /** The name where it is declared, and the recorder's call behind the declaration. */
  const declared = (name: string, binding = name): [Part, Part, string] => {
    const id = `${file}#${binding}`;
    const site = expressions.site({ file, text: 'init', binding: id });
    const call = `$init(${site},()=>${name});`;
    return [{ program: name, recorded: name, site }, recordedOnly(call), call];
  };
  const init = (): Parts => initialValue(oneOf(SHAPES));

  function initialValue(shape: Shape): Parts {
    switch (shape) {
      case 'number':
        return p`${String(below(5))}`;
      case 'object':
        return p`{ a: 1, b: { c: 2, f() { return 1; } }, list: [1, 2], f(...args) { return args; }, tag: () => 's', x: ${expression(inFunction(scope))} }`;
      case 'array':
        return p`[1, { a: 1 }, [2]]`;
      case 'function':
        return oneOf([
          p`() => (spend(), ${expression(inFunction(scope))})`,
          p`function () { spend(); return ${expression(inFunction(scope))}; }`,
          p`(...args) => args`,
        ]);
      default:
        return oneIn(3) ? expression(scope) : p`undefined`;
    }
  }

  switch (kind) {
    case 'statement':
      return statements.caught(scope, statements.statement(scope));
    case 'uncaught':
      return statements.statement(scope);
    case 'let':
    case 'const':
    case 'var': {
      const value = init();
      const [name, done] = declared(local);
      return p`export ${kind} ${[name]} = ${value};\n${[done]}`;
    }
    case 'several': {
      const first = init();
      const [a, aDone] = declared(local);
      const second = oneIn(3) ? expression(scope) : p`5`;
      const [b, bDone] = declared(`${local}b`);
      const word = oneOf(['let', 'var']);
      const comma: Part = { program: ', ', recorded: '; ' };
      return [
        `export ${word} `,
        a,
        ' = ',
        ...first,
        comma,
        aDone,
        recordedOnly(`export ${word} `),
        b,
        ' = ',
        ...second,
        ';\n',
        bDone,
      ];
    }
    case 'object pattern': {
      below(1);
      const [a, aDone] = declared(local);
      const [b, bDone] = declared(`${local}b`);
      const source = oneIn(3) ? shaped(scope, 'object') : p`{ a: 3, b: { c: 4 } }`;
      const pattern = oneOf([
        ['{ a: ', a, ', b: { c: ', b, ' } = {} }'],
        ['{ a: ', a, ' = ', ...expression(scope), ', ...', b, ' }'],
      ]);
      return p`export ${oneOf(['let', 'var'])} ${pattern} = ${source};\n${[aDone, bDone]}`;
    }
    case 'array pattern': {
      below(1);
      const [a, aDone] = declared(local);
      const [b, bDone] = declared(`${local}b`);
      const source = oneIn(3) ? shaped(scope, 'array') : p`[3, [4]]`;
      const pattern = oneOf([
        ['[', a, ', ...', b, ']'],
        ['[', a, ' = ', ...expression(scope), ', [', b, '] = []]'],
      ]);
      return p`export ${oneOf(['let', 'var'])} ${pattern} = ${source};\n${[aDone, bDone]}`;
    }
    case 'declared first': {
      below(1);
      const value = init();
      const site = expressions.site({ file, text: 'write', binding: `${file}#${local}` });
      const name: Part = { program: local, recorded: local, site };
      if (below(2) === 0)
        return [
          'export var ',
          local,
          ';\n',
          recordedOnly('$assigned('),
          name,
          ' = ',
          ...value,
          recordedOnly(`,()=>{$wrote(${site},0,()=>${local})})`),
          ';\n',
        ];
      const [first, done] = declared(local);
      return [
        'export let ',
        first,
        ';\n',
        done,
        recordedOnly('$assigned('),
        name,
        ' = ',
        ...value,
        recordedOnly(`,()=>{$wrote(${site},0,()=>${local})})`),
        ';\n',
      ];
    }
    case 'alias':
    case 'text': {
      const value = init();
      const [name, done] = declared(local);
      const as = kind === 'alias' ? `${local}_alias` : `'${local} text'`;
      const list = `export { ${local} as ${as} };\n`;
      return below(2) === 0
        ? p`let ${[name]} = ${value};\n${[done]}${list}`
        : p`${list}let ${[name]} = ${value};\n${[done]}`;
    }
    case 'for head': {
      const value = init();
      const [a, aDone] = declared(local);
      const [b, bDone] = declared(`${local}b`);
      const second: Part[] = oneOf([
        ['[', b, '] = [2]'],
        [b, ' = ', ...shaped(scope, 'any')],
      ]);
      return p`${[recordedOnly('var '), { program: 'for (var ', recorded: '' }, a]} = ${withParentheses(value)}${[{ program: ', ', recorded: `;` }, aDone, recordedOnly('var '), ...second, { program: ';', recorded: ';' }, bDone, { program: ' false;) ;', recorded: '' }]}\nexport { ${local}, ${local}b };\n`;
    }
    case 'for of': {
      const [a, , call] = declared(local);
      const source = oneOf([p`[1, 2]`, p`[${expression(scope)}]`]);
      const form: Part[] = oneOf([[a], ['[', a, ']']]);
      const values = form.length === 1 ? source : p`[${source}]`;
      return p`for (var ${form} of ${values}) {\n${[recordedOnly(call)]}${statements.statement({ ...scope, inLoop: true })}}\nexport { ${local} };\n`;
    }
    case 'for in': {
      const [a, , call] = declared(local);
      return p`for (var ${[a]} in { a: 1, b: 2 }) {\n${[recordedOnly(call)]}show(${expression(scope)});\n}\nexport { ${local} };\n`;
    }
    case 'if var':
    case 'do var':
    case 'label var': {
      const [a, done] = declared(local);
      const declaration: Parts = oneOf([
        p`var ${[a]} = ${init()};`,
        p`var { a: ${[a]} } = ${shaped(scope, 'object')};`,
        p`var [${[a]}] = ${shaped(scope, 'array')};`,
      ]);
      const inside: Parts = [recordedOnly('{'), ...declaration, done, recordedOnly('}')];
      const text = ((): Parts => {
        if (kind === 'do var') return p`do ${inside} while (0);\n`;
        if (kind === 'label var') return p`l${local}: ${inside}\n`;
        return p`if (${expression(scope)}) ${inside}\n`;
      })();
      return p`${statements.caught(scope, text)}export { ${local} };\n`;
    }
    case 'function':
    case 'async function':
    case 'generator': {
      const is = { async: kind === 'async function', generator: kind === 'generator' };
      const inside = withLocals(inFunction(scope, is), 'a', 'b');
      const word = is.async ? 'async function' : is.generator ? 'function*' : 'function';
      return p`export ${word} ${local}(a, ...b) {\nspend();\n${statements.statement(inside)}return ${expression(inside)};\n}\n`;
    }
    case 'class': {
      const [name, done] = declared(local);
      const inside = inFunction(scope);
      const members = oneOf([
        p`a = ${expression(inside)};\nm() { return ${expression(inside)}; }\n`,
        p`static [${expression(scope)}] = ${oneIn(3) ? expression(inside) : p`1`};\n`,
        p`static { try { show(${expression(inside)}); } catch (e) { show(e); } }\n`,
        p`constructor(...args) { spend(); this.a = ${expression(inside)}; }\n`,
      ]);
      const heritage = oneIn(5) ? p` extends ${shaped(scope, 'class')}` : p``;
      return p`export class ${[name]}${heritage} {\n${members}}\n${[done]}`;
    }
    case 'default value':
    case 'default name': {
      const own = scope.writes.find((target) => target.local !== '')?.local;
      const value = kind === 'default name' && own ? p`${own}` : oneIn(2) ? expression(scope) : p`1 + 1`;
      const site = expressions.site({ file, text: 'init', binding: `${file}#default` });
      const start: Part = { program: '', recorded: '', site };
      const done = recordedOnly(`$init(${site},()=>self.default);`);
      // Else it would be a declaration.
      const [open, close] = begins(value, /^(?:function|class|async)\b/) ? ['(', ')'] : ['', ''];
      return [`export default ${open}`, start, ...value, `${close};\n`, done];
    }
    case 'default anonymous':
      return p`export default ${oneOf(['async ', ''])}function () {\nspend();\nreturn ${expression(inFunction(scope))};\n}\n`;
    case 'default class': {
      const [name, done] = declared(local);
      return p`export default class ${[name]} {\nstatic a = ${expression(inFunction(scope))};\n}\n${[done]}`;
    }
    case 'default function':
      return p`export default function ${local}(...b) {\nspend();\nreturn ${expression(inFunction(scope))};\n}\n`;
    case 'forward':
      return p`export { ${names} } from ${next()};\n`;
    case 'forward all':
      return p`export * from ${next()};\n`;
    case 'forward as':
      return p`export * as ${`space${local.slice(1)}`} from ${next()};\n`;
  }
}

const withParentheses = (value: Parts): Parts => p`(${value})`;
