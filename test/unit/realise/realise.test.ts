import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { ModuleFormat } from 'rollup';
import { bundle, type Format } from '../../support/bundle.ts';
import { type BuildOptions, outcome, chunkOf as tracedChunkOf } from '../../support/statements.ts';

/**
 * Each rule of the table: its statements, and under each what it is in the chunk. There `⏎` is a line break, and in
 * brackets after the rule stands what is special about its chunks.
 */
const table = new URL('table.txt', import.meta.url);
/** Statements that throw an error of the engine's own. */
const errors = new URL('errors.txt', import.meta.url);
const updating = process.env.UPDATE_FIXTURES === '1';

interface Rule {
  topic: string;
  title: string;
  rows: { source: string; realised: string }[];
  format: Format;
  /** Not by Node as it is: decorators, JSX; or as a script: `await`. */
  isRun: boolean;
  options: BuildOptions;
}

const HEADING = /^## (?<topic>[^:]+): (?<title>.*?)(?: \[(?<notes>.*)\])?$/;

function readTable(file: URL): Rule[] {
  const rules: Rule[] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const { topic, title, notes = '' } = HEADING.exec(line)?.groups ?? {};
    const rows = rules.at(-1)?.rows ?? [];
    if (topic && title) {
      const has = (note: string): boolean => notes.split(', ').includes(note);
      rules.push({
        topic,
        title,
        rows: [],
        format: has('cjs') ? 'cjs' : 'es',
        isRun: !has('not run'),
        options: {
          treeshake: has('tree-shaken'),
          ...(has('jsx preserved') && { jsx: 'preserve' }),
          ...(has('jsx compiled') && { jsx: 'react' }),
        },
      });
    } else if (line.startsWith('=> ')) Object.assign(rows.at(-1) ?? {}, { realised: line.slice(3) });
    else if (line) rows.push({ source: line, realised: '' });
  }
  return rules;
}

/** In the words of a chunk that imports nothing: one that does calls for its build (`__phases()`). */
async function chunkOf(...args: Parameters<typeof tracedChunkOf>): Promise<string> {
  return (await tracedChunkOf(...args)).replace(/(\b__phases\w*)\(\)(?=[.;])/g, '$1');
}

/** Number of the one module that can be asked for. */
const entryOf = (code: string): string => /"entries":\[(\d+)\]/.exec(code)?.[1] ?? '';

/** What stands in the chunk of a module's statements, between the calls that frame them. */
async function realised(source: string, { format, options }: Rule): Promise<string> {
  const code = await chunkOf(source.replaceAll('⏎', '\n'), true, format, options);
  const entry = entryOf(code);
  const frame = `(__phases\\w*)\\.start\\(${entry}\\);(?<statements>.*)\\n\\1\\.end\\(${entry}\\);`;
  const framed = new RegExp(frame, 's').exec(code);
  return (framed?.groups?.statements ?? '(no statement)').trim().replaceAll('\n', '⏎');
}

async function expectSameRun(sources: readonly string[], options?: BuildOptions): Promise<void> {
  const plain: string[] = [];
  const traced: string[] = [];
  for (const source of sources) {
    plain.push(source, ...(await outcome(source, false, options)));
    traced.push(source, ...(await outcome(source, true, options)));
  }
  expect(traced).to.deep.equal(plain);
}

const rules = readTable(table);

describe('realise', () => {
  for (const topic of new Set(rules.map((rule) => rule.topic))) {
    describe(topic, () => {
      for (const rule of rules.filter((other) => other.topic === topic)) {
        it(rule.title, async () => {
          expect(rule.rows).not.to.be.empty;
          const found: string[] = [];
          for (const { source } of rule.rows) found.push(`${source}\n=> ${await realised(source, rule)}`);
          if (updating) update(rule, found);
          else expect(found).to.deep.equal(rule.rows.map((row) => `${row.source}\n=> ${row.realised}`));
          if (!rule.isRun) return;
          await expectSameRun(
            rule.rows.map(({ source }) => source),
            rule.options,
          );
        });
      }
    });
  }
});

describe('the engine says the same of an error', () => {
  for (const { topic, title, rows } of readTable(errors)) {
    const sources = rows.map(({ source }) => source);
    if (topic === 'errors') it(title, () => expectSameRun(sources, { treeshake: false }));
    else {
      it(`in other words where ${title}`, async () => {
        const kinds = async (source: string, isTraced: boolean): Promise<string[]> =>
          (await outcome(source, isTraced, { treeshake: false })).map((line) => line.replace(/:.*/, ''));
        for (const source of sources) {
          const plain = await kinds(source, false);
          expect(plain.at(-1), source).to.equal('throws TypeError');
          expect(await kinds(source, true), source).to.deep.equal(plain);
        }
      });
    }
  }
});

describe('the tables of a chunk', () => {
  it('have a getter for every exported binding that the chunk declares', async () => {
    const getters = async (source: string, format: Format = 'es'): Promise<string> => {
      const code = await chunkOf(source.replaceAll('⏎', '\n'), true, format, { treeshake: false });
      const rows = /getters:\[(.*)\]\}\)[;}]/.exec(code)?.[1]?.match(/\[\d+,\d+,[^\]]*\]/g) ?? [];
      const own = rows.filter((row) => row.startsWith(`[${entryOf(code)},`));
      return own.map((row) => row.replace(/^\[\d+,/, '[')).join();
    };
    expect(await getters('export let v = 1, w; export function fn() {}')).to.equal(
      '[0,()=>v],[1,()=>w],[2,()=>fn]',
    );
    expect(await getters('export { a as b }; class a {}')).to.equal('[0,()=>a]');
    expect(await getters('export default class {}')).to.equal('[0,()=>main]');
    expect(await getters('export default n + 1;')).to.equal('[0,()=>main]');
    expect(await getters('export const { a: { b }, ...c } = o;')).to.equal('[0,()=>b],[1,()=>c]');
    expect(await getters('if (n) { var v = 1 } export { v }')).to.equal('[0,()=>v]');
    expect(await getters('export let v = 1; v = 2;', 'cjs')).to.equal('[0,0]');
    expect(await getters('export let v⏎export var w⏎let y⏎export { y }')).to.equal(
      '[0,()=>v],[1,()=>w],[2,()=>y]',
    );
    expect(await getters('for (var v of [1]) ; export { v }', 'cjs')).to.equal('[0,0]');
  });
});

describe('sites of a module', () => {
  it('are the same in every format', async () => {
    const sites = async (source: string, format: ModuleFormat): Promise<string[]> => {
      const code = await chunkOf(source, true, format, { treeshake: false });
      return (code.match(/\["[rwi]",\d+,\d+,\d+,/g) ?? []).sort();
    };
    const sources = rules
      .filter(({ isRun }) => isRun)
      .flatMap(({ rows }) => rows.map(({ source }) => source));
    const expected: string[][] = [];
    const found: string[][] = [];
    for (const source of [...sources, ...PUBLISHED]) {
      const told = await sites(source.replaceAll('⏎', '\n'), 'es');
      for (const format of ['cjs', 'system'] as const) {
        const other = await sites(source.replaceAll('⏎', '\n'), format);
        if (other.join() === told.join()) continue;
        expected.push([format, source, ...told]);
        found.push([format, source, ...other]);
      }
    }
    expect(found).to.deep.equal(expected);
  });
});

/** What formats with assignments for exports print anew. */
const PUBLISHED = [
  'export let v; v = f;',
  'export let v; v += n;',
  'export let v; v = ns.n;',
  'export let v; v = ns.o.a;',
  'export let v; v = x;',
  'export let v; v = en.a;',
  'export let v; v = n ? f : u;',
  'export let v; v = (f);',
  'export let v; v = -n;',
  'export let v; v = () => n;',
  'export let v, w; v = w = f;',
  'export let v, w; v = w += n;',
  'let v; export { v, v as w }; v = f;',
  'let v; export { v, v as w }; log(v = f);',
  'let v; export { v, v as w }; v = e; v = n;',
  'export let v = 1; log(++v, v++, --v);',
  'let v = 1; export { v as "a b" }; v = n;',
  'export let v, w; [v, w = n] = [f]; ({ v, ...w } = o);',
  'for (var v = () => n, [w] = [f]; ; ) break; export { v, w };',
  'for (var v of [n]) ; export { v };',
  'export let v; for (v of [n]) ; for ([v] of [[n]]) ; for (v in o) ;',
  'export var v = n, { a, b = f } = o;',
  'export class C extends K {} C = n;',
  'export default n; export let v; v ??= f;',
];

describe('text of a chunk', () => {
  it('has no line that only some count as one', async () => {
    const built = await bundle({
      source: { 'main.js': "import './a\u2028\u2029.js';", 'a\u2028\u2029.js': 'console.log(1);' },
    });
    expect(built.chunk.code)
      .to.include('a\\u2028\\u2029.js')
      .and.not.to.match(/[\u2028\u2029]/);
  });

  it('is in lines as without the tracer, where Rollup removes a comment at the end of a module', async () => {
    for (const source of [
      'const n = 1; log(n);⏎export default n;⏎//# sourceMappingURL=main.js.map⏎',
      'const n = 1; log(n);⏎export default n⏎//# sourceMappingURL=main.js.map',
      'export default 1⏎/*# sourceMappingURL=main.js.map */⏎',
      'export const a = 1⏎//# sourceMappingURL=main.js.map⏎',
    ]) {
      const { chunk } = await bundle({ source: { 'main.js': source.replaceAll('⏎', '\n') } });
      const plain = await bundle({ source: { 'main.js': source.replaceAll('⏎', '\n') }, trace: false });
      const codes = [chunk, plain.chunk].map(({ modules }) => Object.values(modules).map(({ code }) => code));
      expect(codes[0], source).to.deep.equal(codes[1]);
      expect(chunk.code.split('\n\n\n'), source).to.have.length(1);
    }
  });
});

describe('the frame of a module', () => {
  it('ends before what Rollup adds after it, whatever its last statement ends with', async () => {
    for (const source of [
      'log(n);',
      'export let v = 1; v = n;',
      'export let v = 1⏎v = n',
      'export let v = n⏎--v',
      'log(1)⏎export let v⏎f()⏎v',
    ]) {
      const code = await chunkOf(source.replaceAll('⏎', '\n'), true, 'iife', { treeshake: false });
      expect(code, source).to.include(`__phases.end(${entryOf(code)});`);
      expect(code, source).not.to.match(/return exports;.*__phases\.end/s);
    }
  });
});

function update(rule: Rule, found: readonly string[]): void {
  const old = rule.rows.map(({ source, realised }) => (realised ? `${source}\n=> ${realised}` : source));
  const section = (rows: readonly string[]): string => `${rows.join('\n\n')}\n`;
  const content = readFileSync(table, 'utf8');
  writeFileSync(
    table,
    content.replace(section(old), () => section(found)),
  );
}
