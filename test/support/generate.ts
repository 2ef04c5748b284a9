/**
 * Random module graphs: programs that log their own order, what they read, wait for, ask for and throw. What they
 * load goes by turns, since a race would have no one order: dynamic imports are made by tasks, which the runner's
 * `later` keeps until the program has loaded and then runs one by one, or at the top level of a single module.
 */
import fc from 'fast-check';

export interface Graph {
  /** Texts by path. The first entry is `m0.js`. */
  modules: Record<string, string>;
  entries: string[];
  /** Names of chunks by path, for `manualChunks`; nothing for a module that Rollup may place. */
  chunks: Record<string, string>;
  treeshake: boolean;
}

const DECLARATIONS = [
  'let',
  'const',
  'var',
  'function',
  'class',
  'arrow',
  'destructured',
  'several',
  'alias',
  'string',
  'reader',
] as const;
const DEFAULTS = ['none', 'expression', 'function', 'class', 'anonymous', 'identifier', 'as'] as const;
const FORWARDS = ['none', 'named', 'star', 'namespace', 'imported'] as const;
const READS = ['plain', 'shorthand', 'member', 'array', 'conditional', 'call', 'template', 'spread'] as const;
/** Requests have numbers from here on, and so have the reads of what they give; other reads and awaits have lower ones. */
export const FIRST_REQUEST = 100;
const AWAITS = ['null', 'value', 'rejected', 'loop'] as const;
const REQUESTS = ['namespace', 'taken', 'reaction', 'taken by a reaction', 'elsewhere'] as const;
const WRITES = ['= 5', '+= 2', '++', 'destructure', '??= 7', '||= 8', 'loop', 'value', 'nested'] as const;

interface ModulePlan {
  declarations: (typeof DECLARATIONS)[number][];
  byDefault: (typeof DEFAULTS)[number];
  /** Modules that it imports, as indices that wrap around; itself included. */
  imports: { target: number; as: 'named' | 'default' | 'namespace' | 'effects' | 'all' }[];
  forward: { kind: (typeof FORWARDS)[number]; target: number };
  reads: { import: number; kind: (typeof READS)[number]; inFunction: boolean }[];
  writes: (typeof WRITES)[number][];
  /** `at`: before which of the module's other statements. */
  awaits: { kind: (typeof AWAITS)[number]; at: number }[];
  requests: { target: number; kind: (typeof REQUESTS)[number]; isTopLevel: boolean; at: number }[];
  /** Where the module's own declarations stand among its reads. */
  declaresLast: boolean;
  throws: boolean;
  chunk: number;
}

const oneIn = (count: number): fc.Arbitrary<boolean> => fc.nat(count - 1).map((n) => n === count - 1);

/** In most modules none. */
const few = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.array(item, { minLength: 1, maxLength: 2 }) },
  );

const plan: fc.Arbitrary<ModulePlan> = fc.record({
  declarations: fc.array(fc.constantFrom(...DECLARATIONS), { minLength: 1, maxLength: 4 }),
  byDefault: fc.constantFrom(...DEFAULTS),
  imports: fc.array(
    fc.record({ target: fc.nat(9), as: fc.constantFrom('named', 'default', 'namespace', 'effects', 'all') }),
    { maxLength: 3 },
  ),
  forward: fc.record({ kind: fc.constantFrom(...FORWARDS), target: fc.nat(9) }),
  reads: fc.array(
    fc.record({ import: fc.nat(20), kind: fc.constantFrom(...READS), inFunction: fc.boolean() }),
    {
      maxLength: 5,
    },
  ),
  writes: fc.array(fc.constantFrom(...WRITES), { maxLength: 3 }),
  awaits: few(fc.record({ kind: fc.constantFrom(...AWAITS), at: fc.nat(9) })),
  requests: few(
    fc.record({
      target: fc.nat(9),
      kind: fc.constantFrom(...REQUESTS),
      isTopLevel: fc.boolean(),
      at: fc.nat(9),
    }),
  ),
  declaresLast: fc.boolean(),
  throws: oneIn(25),
  chunk: fc.nat(4),
});

/** @param canAwait whether modules may wait at their top level */
export const graphs = (canAwait: boolean): fc.Arbitrary<Graph> =>
  fc
    .record({
      plans: fc.array(plan, { minLength: 1, maxLength: 7 }),
      lazy: fc.array(
        fc.tuple(plan, oneIn(4)).map(([one, throws]) => ({ ...one, throws })),
        { maxLength: 2 },
      ),
      entries: fc.integer({ min: 1, max: 2 }),
      treeshake: fc.boolean(),
    })
    .map(({ plans, lazy, entries, treeshake }) => {
      const all = [...plans, ...lazy];
      const program: Program = {
        plans: all,
        eager: plans.length,
        canAwait,
        asker: canAwait ? all.findIndex(({ requests }) => requests.some((one) => one.isTopLevel)) : -1,
      };
      return {
        modules: Object.fromEntries(all.map((_, index) => [`m${index}.js`, moduleText(program, index)])),
        entries: plans.slice(0, entries).map((_, index) => `m${index}.js`),
        chunks: Object.fromEntries(
          all.flatMap(({ chunk }, index) => (chunk < 2 ? [[`m${index}.js`, `chunk${chunk}`]] : [])),
        ),
        treeshake,
      };
    });

interface Program {
  plans: readonly ModulePlan[];
  /** How many of the plans may be imported statically. The others are reached by `import()` alone. */
  eager: number;
  canAwait: boolean;
  /** The one module whose top level may wait for an `import()`. */
  asker: number;
}

type Kind = 'value' | 'function' | 'class' | 'setter' | 'namespace';
interface Export {
  name: string;
  kind: Kind;
}

/** What a module exports of its own. */
function exportsOf(plans: readonly ModulePlan[], index: number): Export[] {
  const { declarations, byDefault } = planOf(plans, index);
  const own = declarations.flatMap((kind, at): Export[] => {
    const name = `e${index}_${at}`;
    switch (kind) {
      case 'function':
      case 'arrow':
      case 'reader':
        return [{ name, kind: 'function' }];
      case 'class':
        return [{ name, kind: 'class' }];
      case 'several':
        return [
          { name, kind: 'value' },
          { name: `${name}b`, kind: 'value' },
        ];
      case 'alias':
        return [{ name: `${name}_alias`, kind: 'value' }];
      case 'string':
        return [{ name: `'${name} text'`, kind: 'value' }];
      default:
        return [{ name, kind: 'value' }];
    }
  });
  if (byDefault !== 'none') {
    own.push({
      name: 'default',
      kind:
        byDefault === 'function' || byDefault === 'anonymous'
          ? 'function'
          : byDefault === 'class'
            ? 'class'
            : 'value',
    });
  }
  return [...own, { name: `set${index}`, kind: 'setter' }];
}

const planOf = (plans: readonly ModulePlan[], index: number): ModulePlan => {
  const found = plans[index];
  if (!found) throw new Error(`No module ${index}`);
  return found;
};

function moduleText(program: Program, index: number): string {
  const { plans, eager } = program;
  const self = planOf(plans, index);
  const name = `m${index}`;
  const head: string[] = [];
  const body: string[] = [];
  const imported: { local: string; kind: Kind; members: string[] }[] = [];

  self.imports.forEach(({ target, as }, at) => {
    const to = target % eager;
    const from = `'./m${to}.js'`;
    const available = exportsOf(plans, to);
    const hasDefault = available.some((entry) => entry.name === 'default');
    if (as === 'effects') head.push(`import ${from};`);
    else if (as === 'namespace') {
      const members = available.map((entry) => entry.name).filter((member) => !member.startsWith("'"));
      head.push(`import * as ns${at} from ${from};`);
      imported.push({ local: `ns${at}`, kind: 'namespace', members });
    } else if (as === 'default' && hasDefault) {
      head.push(`import def${at} from ${from};`);
      imported.push({
        local: `def${at}`,
        kind: available.find((e) => e.name === 'default')?.kind ?? 'value',
        members: [],
      });
    } else {
      const chosen = as === 'all' ? available : available.slice(-2);
      const specifiers = chosen.map(({ name: exported, kind }, position) => {
        const local = `i${at}_${position}`;
        imported.push({ local, kind, members: [] });
        return `${exported} as ${local}`;
      });
      head.push(`import { ${specifiers.join(', ')} } from ${from};`);
    }
  });

  const { kind: forward, target } = self.forward;
  const to = target % eager;
  if (to !== index && forward !== 'none') {
    const [first] = exportsOf(plans, to);
    if (forward === 'star') head.push(`export * from './m${to}.js';`);
    else if (forward === 'namespace') head.push(`export * as space${index} from './m${to}.js';`);
    else if (first && forward === 'named')
      head.push(`export { ${first.name} as forwarded${index} } from './m${to}.js';`);
    else if (first) {
      head.push(`import { ${first.name} as through } from './m${to}.js';`);
      head.push(`export { through as forwarded${index} };`);
      imported.push({ local: 'through', kind: first.kind, members: [] });
    }
  }

  body.push(`console.log('start ${name}');`);
  // The text of a function may differ.
  body.push(
    `function show(v) { return typeof v === 'function' ? v.name : typeof v === 'object' ? Object.keys(v).join() : String(v); }`,
  );
  const declarations = declarationTexts(self, index, imported[0]?.local);
  const reads = self.reads.flatMap((read, at) => {
    const source = imported[read.import % Math.max(1, imported.length)];
    return source ? [readText(name, at, source, read)] : [];
  });
  const statements = self.declaresLast ? [...reads, ...declarations] : [...declarations, ...reads];
  if (program.canAwait) {
    self.awaits.forEach(({ kind, at }, number) => {
      statements.splice(at % (statements.length + 1), 0, awaitText(`${name} ${number}`, kind));
    });
  }
  self.requests.forEach((request, at) => {
    const text = requestText(program, index, at, request);
    statements.splice(request.at % (statements.length + 1), 0, text);
  });
  body.push(...statements);
  body.push(...self.writes.map((write, at) => `if (${at} >= 0) { ${writeText(`w${index}`, write)} }`));
  for (const { local, kind } of imported) {
    if (kind === 'setter')
      body.push(
        `try { console.log('${name} sets', ${local}(${index})); } catch (e) { console.log(e.message); }`,
      );
  }
  if (self.throws) body.push(`console.log('fail ${name}');`, `if (Date) throw new Error('${name} fails');`);
  body.push(`console.log('end ${name}');`);
  // One statement a line: a read, an await and an import() are known by their line.
  return `${[...head, ...body].join('\n')}\n`;
}

function declarationTexts(self: ModulePlan, index: number, imported: string | undefined): string[] {
  const texts = self.declarations.map((kind, at): string => {
    const name = `e${index}_${at}`;
    switch (kind) {
      case 'let':
      case 'const':
      case 'var':
        return `export ${kind} ${name} = '${name}';`;
      case 'function':
        return `export function ${name}() { return '${name}'; }`;
      case 'reader':
        return `export function ${name}() { return typeof ${imported ?? name}; }`;
      case 'class':
        return `export class ${name} { static own = '${name}'; }`;
      case 'arrow':
        return `export const ${name} = () => '${name}';`;
      case 'destructured':
        return `export const { ${name} = '${name}' } = {};`;
      case 'several':
        return `export let ${name} = '${name}', hidden${at} = console.log('hidden ${name}'), ${name}b = ${name} + 'b';`;
      case 'alias':
        return `let ${name} = '${name}'; export { ${name} as ${name}_alias };`;
      case 'string':
        return `var ${name} = '${name}'; export { ${name} as '${name} text' };`;
      default:
        return kind satisfies never;
    }
  });
  switch (self.byDefault) {
    case 'expression':
      texts.push(`export default 'default' + ${index};`);
      break;
    case 'function':
      texts.push(`export default function byDefault() { return ${index}; }`);
      break;
    case 'class':
      texts.push(`export default class {}`);
      break;
    case 'anonymous':
      texts.push(`export default () => ${index};`);
      break;
    case 'identifier':
      texts.push(`let byDefault = ${index}; export default byDefault; byDefault = 'late';`);
      break;
    case 'as':
      texts.push(`let byDefault = ${index}; export { byDefault as default }; byDefault += 1;`);
      break;
  }
  texts.push(`export let w${index} = 0;`);
  texts.push(
    `export function set${index}(v) { ${writeText(`w${index}`, self.writes[0] ?? '= 5')} return w${index} + v; }`,
  );
  return texts;
}

function writeText(name: string, write: (typeof WRITES)[number]): string {
  switch (write) {
    case '++':
      return `${name}++; --${name}; console.log(${name}++, ++${name});`;
    case 'destructure':
      return `[${name}] = [3]; ({ a: ${name} = 4 } = {});`;
    case 'loop':
      return `for (${name} of [1, 2]) { let ${name} = 9; console.log(${name}); } for (${name} = 0; ${name} < 2; ${name}++);`;
    case 'value':
      return `console.log((${name} = 6), (${name} += 1));`;
    case 'nested':
      return `(() => { ${name} = [${name} = 2, ${name}].length; })();`;
    default:
      return `${name} ${write};`;
  }
}

function readText(
  module: string,
  at: number,
  { local, kind, members }: { local: string; kind: Kind; members: string[] },
  { kind: form, inFunction }: ModulePlan['reads'][number],
): string {
  const name =
    kind === 'namespace' ? `${local}.${members[at % Math.max(1, members.length)] ?? 'missing'}` : local;
  const isPlain = kind !== 'namespace';
  const expression = ((): string => {
    switch (form) {
      case 'shorthand':
        return isPlain ? `({ ${name} }).${name}` : `({ x: ${name} }).x`;
      case 'member':
        return `[${name}.name, ${name}][1]`;
      case 'array':
        return `[${name}][0]`;
      case 'conditional':
        return `(Date ? ${name} : 0)`;
      case 'call':
        return kind === 'function' ? `${name}()` : kind === 'class' ? `new ${name}().constructor` : name;
      case 'template':
        return `\`\${typeof ${name}}\``;
      case 'spread':
        return `[...[${name}]][0]`;
      default:
        return name;
    }
  })();
  const show = `console.log('read ${module}', ${at}, typeof v, show(v));`;
  const attempt = `try { const v = ${expression}; ${show} } catch (e) { console.log('read ${module}', ${at}, e.name, e.message); }`;
  return inFunction ? `(function () { ${attempt} })();` : attempt;
}

/** Logs `wait` and `go`, with the module and a number of its own. */
function awaitText(label: string, kind: (typeof AWAITS)[number]): string {
  const wait = `console.log('wait ${label}');`;
  const go = `console.log('go ${label}');`;
  switch (kind) {
    case 'null':
      return `${wait} await null; ${go}`;
    case 'value':
      return `${wait} show(await Promise.resolve('value')); ${go}`;
    case 'rejected':
      return `try { ${wait} await Promise.reject(new Error('rejected')); } catch (e) { ${go} }`;
    case 'loop':
      return `${wait} for await (const v of [1, Promise.resolve(2)]) { ${go} ${wait} } ${go}`;
    default:
      return kind satisfies never;
  }
}

/** Logs `ask`, and `got` or `refused`; `got later` or `refused later` where the promise is not waited for on the spot. */
function requestText(
  { plans, asker }: Program,
  index: number,
  at: number,
  { target, kind, isTopLevel }: ModulePlan['requests'][number],
): string {
  const waits = isTopLevel && index === asker;
  const number = FIRST_REQUEST + at;
  const label = `m${index} ${number}`;
  const to = target % plans.length;
  const request = `import('./m${to}.js')`;
  const members = exportsOf(plans, to).map(({ name }) => name);
  const member = members.find((name) => !name.startsWith("'")) ?? 'missing';
  const ask = `console.log('ask ${label} m${to}');`;
  const wait = waits ? `console.log('wait ${label}');` : '';
  const go = waits ? `console.log('go ${label}');` : '';
  const got = `console.log('got ${label}');`;
  const refused = `console.log('refused ${label}', e.message);`;
  const read = `try { const v = m.${member}; console.log('read m${index}', ${number}, typeof v, show(v)); } catch (e) { console.log('read m${index}', ${number}, e.name, e.message); }`;
  const taken = `${got} console.log('taken m${index}', ${number}, typeof v, show(v));`;
  // What modules throw is a plain Error. Of a TypeError, as where Rollup has no namespace object yet, V8's message
  // quotes the code around it.
  const notTaken = `if (e.name !== 'Error') { ${got} console.log('taken m${index}', ${number}, e.name); } else ${refused}`;
  const lines = ((): string[] => {
    switch (kind) {
      case 'namespace':
        return [
          `try { ${ask} ${wait} const m = await ${request}; ${got} ${go}`,
          read,
          `} catch (e) { ${refused} ${go} }`,
        ];
      case 'taken':
        return [
          `try { ${ask} ${wait} const { ${member}: v } = await ${request}; ${taken} ${go} } catch (e) { ${notTaken} ${go} }`,
        ];
      case 'reaction':
        return [
          `${ask} ${wait} await ${request}.then((m) => { ${got}`,
          read,
          `}, (e) => { ${refused} }); ${go}`,
        ];
      case 'taken by a reaction':
        return [
          `${ask} ${wait} await ${request}.then(({ ${member}: v }) => { ${taken} }).catch((e) => { ${notTaken} }); ${go}`,
        ];
      case 'elsewhere':
        return [
          `${ask} const [request${at}] = [${request}];`,
          `try { ${wait} await request${at}; console.log('got later ${label}'); ${go} } catch (e) { console.log('refused later ${label}', e.message); ${go} }`,
        ];
      default:
        return kind satisfies never;
    }
  })();
  return (waits ? lines : ['later(async () => {', ...lines, '});']).join('\n');
}
