/**
 * Random small programs whose modules read each other too early: each logs when it starts, waits, goes on and ends, and
 * of each read whether it gave a value, undefined or an error.
 */
import fc from 'fast-check';

/** How a program is bundled. */
export interface Output {
  format: 'es' | 'cjs';
  /** Chunks as Rollup makes them, those that `chunks` names, one for all, or one for each module. */
  shape: 'entries' | 'manual' | 'inline' | 'modules';
  treeshake: boolean;
  reads: 'all' | 'first';
}

export interface Program {
  /** Texts by path. */
  modules: Record<string, string>;
  entries: string[];
  /** In which they are loaded, if not in that of `entries`. */
  sequence?: string[];
  /** Names of chunks by path. */
  chunks: Record<string, string>;
  output: Output;
}

const HEADS = [
  'named',
  'named',
  'pair',
  'namespace',
  'bare',
  'from',
  'from',
  'star',
  'star',
  'space',
  'through',
] as const;
const KINDS = ['const', 'let', 'class', 'var', 'function', 'alias', 'arrow', 'default', 'default'] as const;

interface Head {
  kind: (typeof HEADS)[number];
  target: number;
  pick: number;
}

type Statement =
  | { type: 'declare'; kind: (typeof KINDS)[number] }
  | { type: 'read'; pick: number; how: 'plain' | 'tried' | 'timer' | 'branch' | 'heritage' }
  | { type: 'call'; pick: number; how: 'plain' | 'tried' | 'timer' }
  | { type: 'await'; isReached: boolean }
  | { type: 'throw' }
  | { type: 'import'; target: number; how: 'timer' | 'await' | 'now' };

interface Plan {
  heads: Head[];
  body: Statement[];
  /** Reads in the module's function. */
  calls: { pick: number; isTried: boolean; isCall: boolean }[];
  chunk: number;
}

const statements = (canAwait: boolean): fc.Arbitrary<Statement> => {
  const pick = fc.nat(30);
  const declare = fc.constantFrom(...KINDS).map((kind): Statement => ({ type: 'declare', kind }));
  const read = fc
    .tuple(pick, fc.constantFrom('plain', 'tried', 'tried', 'timer', 'branch', 'heritage'))
    .map(([one, how]): Statement => ({ type: 'read', pick: one, how }));
  const call = fc
    .tuple(pick, fc.constantFrom('plain', 'tried', 'timer'))
    .map(([one, how]): Statement => ({ type: 'call', pick: one, how }));
  const request = fc
    .tuple(
      fc.nat(8),
      canAwait ? fc.constantFrom('timer', 'timer', 'await', 'now') : fc.constantFrom('timer', 'now'),
    )
    .map(([target, how]): Statement => ({ type: 'import', target, how }));
  const weighted: fc.WeightedArbitrary<Statement>[] = [
    { weight: 12, arbitrary: declare },
    { weight: 12, arbitrary: read },
    { weight: 6, arbitrary: call },
    { weight: 1, arbitrary: request },
    { weight: 1, arbitrary: fc.constant<Statement>({ type: 'throw' }) },
  ];
  const wait = fc.boolean().map((isReached): Statement => ({ type: 'await', isReached }));
  return fc.oneof(...weighted.concat(canAwait ? [{ weight: 2, arbitrary: wait }] : []));
};

const plans = (canAwait: boolean): fc.Arbitrary<Plan[]> =>
  fc.array(
    fc.record({
      heads: fc.array(fc.record({ kind: fc.constantFrom(...HEADS), target: fc.nat(8), pick: fc.nat(30) }), {
        maxLength: 4,
      }),
      body: fc.array(statements(canAwait), { maxLength: 6 }),
      calls: fc.array(fc.record({ pick: fc.nat(30), isTried: fc.boolean(), isCall: fc.boolean() }), {
        maxLength: 2,
      }),
      chunk: fc.nat(3),
    }),
    { minLength: 3, maxLength: 9 },
  );

const outputs: fc.Arbitrary<Output> = fc.record({
  format: fc.constantFrom('es', 'es', 'cjs'),
  shape: fc.constantFrom('entries', 'entries', 'manual', 'inline', 'inline', 'modules'),
  treeshake: fc.boolean(),
  reads: fc.constantFrom('all', 'first'),
});

export const programs: fc.Arbitrary<Program> = fc.tuple(outputs, fc.boolean()).chain(([output, mayAwait]) =>
  fc
    .tuple(plans(mayAwait && output.format === 'es'), fc.array(fc.nat(8), { minLength: 1, maxLength: 3 }))
    .map(([all, entries]): Program => {
      const paths = all.map((_, index) => pathOf(index));
      const chosen = [...new Set(entries.map((entry) => paths[entry % paths.length] as string))];
      return {
        modules: textsOf(all),
        entries: output.shape === 'inline' ? chosen.slice(0, 1) : chosen,
        chunks:
          output.shape === 'manual'
            ? Object.fromEntries(
                all.flatMap(({ chunk }, index) => (chunk < 2 ? [[pathOf(index), `c${chunk}`]] : [])),
              )
            : {},
        output,
      };
    }),
);

const pathOf = (index: number): string => `m${index}.js`;

/** What a name of a module stands for. */
interface Export {
  name: string;
  kind: (typeof KINDS)[number] | 'namespace' | 'reader';
  /** The module that declares it. */
  owner: number;
  /** Of a namespace object. */
  target?: number;
  /** Its name in the module from which it is exported on. */
  from?: string;
}

function ownExports({ body }: Plan, index: number): Export[] {
  const own: Export[] = [];
  for (const [at, statement] of body.entries()) {
    if (statement.type !== 'declare') continue;
    const { kind } = statement;
    if (kind !== 'default') own.push({ name: `x${index}_${at}`, kind, owner: index });
    else if (!own.some(({ name }) => name === 'default')) own.push({ name: 'default', kind, owner: index });
  }
  return [...own, { name: `f${index}`, kind: 'reader', owner: index }];
}

/** Rollup does not come to an end over a namespace object that has itself as a property, behind others or not. */
function nestedForever(all: readonly Plan[]): Set<Head> {
  const edges: number[][] = all.map(({ heads }) =>
    heads.flatMap(({ kind, target }) => (kind === 'star' ? [target % all.length] : [])),
  );
  const reaches = (from: number, to: number, seen = new Set<number>()): boolean =>
    from === to ||
    (edges[from] as number[]).some((next) => !seen.has(next) && reaches(next, to, seen.add(next)));
  const dropped = new Set<Head>();
  for (const [index, { heads }] of all.entries()) {
    for (const head of heads) {
      if (head.kind !== 'space') continue;
      const target = head.target % all.length;
      if (reaches(target, index)) dropped.add(head);
      else (edges[index] as number[]).push(target);
    }
  }
  return dropped;
}

/** The names of each module, and the one that each `export { name } from` picks. */
function exportsOf(all: readonly Plan[]): {
  names: Export[][];
  picked: Map<Head, Export>;
  dropped: Set<Head>;
} {
  const dropped = nestedForever(all);
  const names = all.map(ownExports);
  const picked = new Map<Head, Export>();
  for (let round = 0; round < all.length; round++) {
    for (const [index, { heads }] of all.entries()) {
      const mine = names[index] as Export[];
      const add = (one: Export): void => {
        if (!mine.some(({ name }) => name === one.name)) mine.push(one);
      };
      for (const [at, head] of heads.entries()) {
        const target = head.target % all.length;
        const theirs = names[target] as Export[];
        if (target === index || dropped.has(head)) continue;
        if (head.kind === 'space') add({ name: `s${index}_${at}`, kind: 'namespace', owner: index, target });
        if (head.kind === 'star') for (const one of theirs) if (one.name !== 'default') add(one);
        if ((head.kind === 'from' || head.kind === 'through') && !picked.has(head)) {
          // Rollup does not come to an end over a module that re-exports its own through another one.
          const free = theirs.filter(({ kind, owner }) => kind !== 'namespace' && owner !== index);
          const one = free[head.pick % Math.max(1, free.length)];
          if (!one) continue;
          // A name of its own, unless it is that of the declaration: Rollup takes some others for circular.
          const isDeclared = ownExports(all[target] as Plan, target).some(({ name }) => name === one.name);
          const name =
            isDeclared && !mine.some((own) => own.name === one.name) ? one.name : `r${index}_${at}`;
          picked.set(head, { ...one, name, from: one.name });
          add({ ...one, name });
        }
      }
    }
  }
  return { names, picked, dropped };
}

interface Imported {
  text: string;
  kind: Export['kind'];
}

function textsOf(all: readonly Plan[]): Record<string, string> {
  const { names, picked, dropped } = exportsOf(all);
  return Object.fromEntries(all.map((plan, index) => [pathOf(index), textOf(plan, index)]));

  function textOf({ heads, body, calls }: Plan, index: number): string {
    const imported: Imported[] = [];
    const lines: string[] = [];
    for (const [at, head] of heads.entries()) {
      const target = head.target % all.length;
      // Rollup does not come to an end over some modules that import themselves.
      if (target === index || dropped.has(head)) continue;
      const theirs = names[target] as Export[];
      const from = `'./${pathOf(target)}'`;
      const add = (local: string, { kind, target: space }: Export): void => {
        if (kind !== 'namespace') imported.push({ text: local, kind });
        else
          for (const one of members(space as number))
            imported.push({ text: `${local}.${one.name}`, kind: one.kind });
      };
      const one = theirs[head.pick % theirs.length] as Export;
      switch (head.kind) {
        case 'named':
          lines.push(`import { ${one.name} as i${at} } from ${from};`);
          add(`i${at}`, one);
          break;
        case 'pair': {
          const other = theirs[(head.pick + 1) % theirs.length] as Export;
          lines.push(`import { ${one.name} as i${at}, ${other.name} as j${at} } from ${from};`);
          add(`i${at}`, one);
          add(`j${at}`, other);
          break;
        }
        case 'namespace':
          lines.push(`import * as n${at} from ${from};`);
          add(`n${at}`, { name: '', kind: 'namespace', owner: index, target });
          break;
        case 'bare':
          lines.push(`import ${from};`);
          break;
        case 'star':
          lines.push(`export * from ${from};`);
          break;
        case 'space':
          lines.push(`export * as s${index}_${at} from ${from};`);
          break;
        default: {
          const forwarded = picked.get(head);
          if (!forwarded) break;
          const { name, from: theirName } = forwarded;
          if (head.kind === 'from') lines.push(`export { ${theirName} as ${name} } from ${from};`);
          else {
            lines.push(`import { ${theirName} as t${at} } from ${from};`, `export { t${at} as ${name} };`);
            add(`t${at}`, forwarded);
          }
        }
      }
    }
    const m = `m${index}`;
    // Functions have their values before anything runs.
    const values = imported.filter(({ kind }) => kind !== 'reader' && kind !== 'function');
    const pick = (number: number): Imported | undefined => {
      const list = number % 5 === 0 || values.length === 0 ? imported : values;
      return list[number % Math.max(1, list.length)];
    };
    const readers = imported.filter(({ kind }) => kind === 'reader');
    lines.push(`start('${m}');`);
    let hasDefault = false;
    for (const [at, statement] of body.entries()) {
      const label = `'${m}:${at}'`;
      if (statement.type === 'declare') {
        if (statement.kind === 'default' && hasDefault) continue;
        hasDefault ||= statement.kind === 'default';
        lines.push(...declared(statement.kind, `x${index}_${at}`));
      } else if (statement.type === 'read') {
        const source = pick(statement.pick);
        if (source) lines.push(readText(label, source, statement.how, `K${at}`));
      } else if (statement.type === 'call') {
        const source = readers[statement.pick % Math.max(1, readers.length)];
        if (source) lines.push(guarded(label, `run(ask(${label}), ${source.text})`, statement.how));
      } else if (statement.type === 'await') {
        lines.push(
          statement.isReached
            ? `await tick('${m}'); go('${m}');`
            : `if (no()) { await tick('${m}'); go('${m}'); }`,
        );
      } else if (statement.type === 'throw') {
        lines.push(`if (!no()) throw boom('${m}');`);
      } else {
        const request = `import('./${pathOf(statement.target % all.length)}')`;
        if (statement.how === 'await') lines.push(`wait('${m}'); await ${request}; go('${m}');`);
        else if (statement.how === 'now') lines.push(`if (may()) now(${request});`);
        else lines.push(`later(${label}, () => ${request});`);
      }
    }
    lines.push(`end('${m}');`, `export function f${index}() {`);
    for (const [at, { pick: number, isTried, isCall }] of calls.entries()) {
      const source = (isCall ? readers[number % Math.max(1, readers.length)] : undefined) ?? pick(number);
      const label = `'${m}:f${at}'`;
      if (!source) continue;
      const call = `${source.kind === 'reader' && isCall ? 'run' : 'got'}(ask(${label}), ${source.text})`;
      lines.push(`  ${guarded(label, call, isTried ? 'tried' : 'plain')}`);
    }
    lines.push(`  return '${m}';`, '}');
    return `${lines.join('\n')}\n`;
  }

  /** Not namespaces in namespaces. */
  function members(target: number): Export[] {
    return (names[target] as Export[]).filter(({ kind }) => kind !== 'namespace');
  }
}

function declared(kind: (typeof KINDS)[number], name: string): string[] {
  switch (kind) {
    case 'function':
      return [`export function ${name}() { return '${name}'; }`];
    case 'class':
      return [`export class ${name} { static own = make('${name}'); }`];
    case 'alias':
      return [`let ${name}l = make('${name}');`, `export { ${name}l as ${name} };`];
    case 'arrow':
      return [`export const ${name} = () => make('${name}');`];
    case 'default':
      return [`export default make('${name}');`];
    default:
      return [`export ${kind} ${name} = make('${name}');`];
  }
}

function readText(
  label: string,
  { text, kind }: Imported,
  how: (Statement & { type: 'read' })['how'],
  name: string,
): string {
  if (how === 'heritage' && kind === 'class')
    return guarded(label, `ask(${label}); class ${name} extends ${text} {} got(${label}, ${name})`, 'tried');
  const read = `got(ask(${label}), ${text})`;
  if (how === 'branch') return `if (!no()) ${read};`;
  return guarded(label, read, how === 'heritage' ? 'plain' : how);
}

const guarded = (label: string, text: string, how: 'plain' | 'tried' | 'timer'): string =>
  how === 'plain'
    ? `${text};`
    : how === 'tried'
      ? `try { ${text}; } catch (e) { caught(${label}, e); }`
      : `later(${label}, () => { ${text}; });`;
