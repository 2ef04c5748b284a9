/** Source without a space or semicolon more than it needs, as minifiers print it. */
import { expect } from 'chai';
import type { ModuleFormat } from 'rollup';
import { parseAst } from 'rollup/parseAst';
import { chunkOf, outcome } from '../support/statements.ts';

/** What may stand at once behind a keyword, and is edited; `v` is exported, the others are imported. */
const EXPRESSIONS = [
  '++v',
  '--v',
  '(v=1)',
  '(v++)',
  '[v]=[5]',
  '[v,w]=[n,{}]',
  '[[v]=[1]]=[]',
  '(n)',
  '[n]',
  '[...o.list]',
  '[log(1),...o.list]',
  '(f(),n)',
  '`${n}`',
  '(0,f)()',
  '[...[n],...o.list]',
];

/** What stands before it; `E` is the expression. */
const PLACES = [
  'typeof E',
  'void E',
  'do E;while(0)',
  'do{E}while(0)',
  'if(0);else E',
  'if(n)E;else E',
  'while(0)E',
  'for(const k in E);',
  'for(const k of[E]);',
  'for(;E,0;);',
  'for(v of[1])E',
  'switch(n){case E:log(1);default:E}',
  '(()=>{return E})()',
  '(()=>{try{throw E}catch(e){log(1)}})()',
  '(function*(){yield E})().next()',
  '(async()=>{await E})()',
  'log(n in E)',
  'log({}instanceof class{static[Symbol.hasInstance](k){return E}})',
  'new(class{a=E})',
  'new class{static{E}}',
  'const[a]=[E]',
  'const{a}=E,[b=E]=[]',
  'var[a]=o.list,{b}=o',
  'let a;[a]=o.list',
  'label:E',
  'try{E}finally{E}',
  'log(n?E:E)',
];

const FORMATS: readonly ModuleFormat[] = ['es', 'cjs', 'amd', 'system', 'umd'];

const HEAD = 'export let v=0,w={};';

/** Precedence asks for parentheses in these. */
const needsParens = /^(?:typeof|void|\(async|log\(n in|const\{a\}=)/;

const sources = PLACES.flatMap((place) =>
  EXPRESSIONS.map((expression) => {
    const isOpen = expression.includes('=') && !expression.startsWith('(') && needsParens.test(place);
    return place.replaceAll('E', () => (isOpen ? `(${expression})` : expression));
  }),
);

describe('source without spaces', () => {
  it('runs as without the tracer, where members are published and where they are not', async () => {
    for (const source of [...batches(sources)]) {
      const plain = await outcome(source, false, { treeshake: false });
      expect(plain, source).not.to.be.empty;
      expect(await outcome(source, true, { treeshake: false }), source).to.deep.equal(plain);
    }
  });

  for (const format of FORMATS) {
    it(`parses in ${format}`, async () => {
      for (const source of batches(sources)) {
        const code = await chunkOf(source, true, format, { treeshake: false });
        expect(() => parseAst(code), source).not.to.throw();
        expect(code).not.to.match(/[\w$]__phases\b(?!_)/);
      }
    });
  }
});

/** Each in a block or function of its own; several of them in one module, on one line. */
function* batches(all: readonly string[]): Iterable<string> {
  const size = 20;
  for (let at = 0; at < all.length; at += size) {
    const blocks = all.slice(at, at + size).map((source) => `try{(()=>{${source}})()}catch(e){log(e.name)}`);
    yield `${HEAD}${blocks.join(';')};log(v,w)`;
    const [first] = all.slice(at);
    yield `${HEAD}{${first}}log(v,w)`;
  }
}
