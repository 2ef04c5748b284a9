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
  '`t`[n]',
  '(0,f)()',
  '[...[n],...o.list]',
];

/** Where it stands: for `E`. */
const PLACES = [
  'typeofE',
  'voidE',
  'doE;while(0)',
  'do{E}while(0)',
  'if(0);elseE',
  'if(n)E;elseE',
  'while(0)E',
  'for(const k inE);',
  'for(const k of[E]);',
  'for(;E,0;);',
  'for(v of[1])E',
  'switch(n){caseE:log(1);default:E}',
  '(()=>{returnE})()',
  '(()=>{try{throwE}catch(e){log(1)}})()',
  '(function*(){yieldE})().next()',
  '(async()=>{awaitE})()',
  'log(n inE)',
  'log({}instanceof class{static[Symbol.hasInstance](k){returnE}})',
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

/** Not System: there Rollup itself prints `doexports("v", ++v)`. */
const FORMATS: readonly ModuleFormat[] = ['es', 'cjs', 'amd', 'umd'];

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
