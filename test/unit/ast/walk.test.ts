import { expect } from 'chai';
import type { Node } from 'estree';
import { walk as estreeWalk } from 'estree-walker';
import { parseAst } from 'rollup/parseAst';
import { isFunction } from '../../../src/ast/node-path.ts';
import { SKIP, walk } from '../../../src/ast/walk.ts';

const program = parseAst(`import a, { b as c } from './a.js';
const [d = /x/g, , ...e] = [1n, null, \`\${a}\`], { f: { g } = c, ...h } = {};
export default class extends a { static #i = 1; static { d(); } [g]({ j }) { return async () => { await j; }; } }
label: for (const k of e) if (k) continue label; else { h?.[k]?.(...e); }
export * from './l.js';`);

const step = (when: string, { type }: Node, parent: Node | null | undefined, key: unknown): string =>
  `${when} ${type} ${String(key ?? 'root')} of ${parent?.type ?? 'nothing'}`;

describe('walk', () => {
  it('enters and leaves what estree-walker does, in its order', () => {
    const [own, expected]: string[][] = [[], []];
    walk(program, {
      enter: (node, parent, key) => own?.push(step('enter', node, parent, key)),
      leave: (node, parent, key) => own?.push(step('leave', node, parent, key)),
    });
    estreeWalk(program, {
      enter: (node, parent, key) => void expected?.push(step('enter', node, parent, key)),
      leave: (node, parent, key) => void expected?.push(step('leave', node, parent, key)),
    });
    expect(own).to.deep.equal(expected).and.to.have.length.above(100);
  });

  it('leaves out what is below a skipped node, and does not leave it', () => {
    const [own, expected]: string[][] = [[], []];
    walk(program, {
      enter: (node, parent, key) => {
        own?.push(step('enter', node, parent, key));
        return isFunction(node) ? SKIP : undefined;
      },
      leave: (node, parent, key) => own?.push(step('leave', node, parent, key)),
    });
    estreeWalk(program, {
      enter(node, parent, key) {
        expected?.push(step('enter', node, parent, key));
        if (isFunction(node)) this.skip();
      },
      leave: (node, parent, key) => void expected?.push(step('leave', node, parent, key)),
    });
    expect(own).to.deep.equal(expected);
    expect(own?.join()).not.to.include('AwaitExpression');
  });
});
