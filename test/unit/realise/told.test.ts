/** A read is told if it happens, in the order in which reads happen. */
import { expect } from 'chai';
import { bundle, write } from '../../support/bundle.ts';
import { run } from '../../support/run.ts';

const DEP = `
  export let u, n = 1, a = [1], o = { list: [1], m() { return 1 } }, K = class { constructor() { this.k = 1 } };
  export function throws() { throw new Error('thrown') }
  export function f() { return [1] }`;

/** Statements, and the names that they read; what comes after a throw does not happen. */
const READS: readonly (readonly [statement: string, reads: string])[] = [
  ['throws()(...a)', 'throws'],
  ['f(throws(), ...a)', 'f throws'],
  ['f(throws(), ...o.list)', 'f throws'],
  ['f(n, ...o.list)', 'f n o'],
  ['f(n, ...a)', 'f n a'],
  ['o.x.y(...a)', 'o'],
  ['o.x.y(...o.list)', 'o'],
  ['u.y(...a)', 'u'],
  ['o.m(...a)', 'o a'],
  ['f(...[1], ...a)', 'f a'],
  ['f(...n, ...a)', 'f n'],
  ['[n, ...a]', 'n a'],
  ['[n, throws(), ...a]', 'n throws'],
  ['[...n, ...a]', 'n'],
  ['[...o.list, ...a, n]', 'o a n'],
  ['[...[1], n, ...a]', 'n a'],
  ['new K(...a)', 'K a'],
  ['new K(throws(), ...a)', 'K throws'],
  ['f?.(...o.list)', 'f o'],
  ['u?.(...o.list)', 'u'],
  ['u?.[n]()', 'u'],
  ['late(...o.list)', ''],
  ['late[n]()', ''],
  ['o[n]()', 'o n'],
  ['u[n]()', 'u n'],
  ['throws()[n]()', 'throws'],
  ['const { x } = late[n]', ''],
  ['for (const x of late[n]) ;', ''],
  ['for (let x = throws(), { y } = o; 0;) ;', 'throws'],
  ['for (let x = n, { y } = o; 0;) ;', 'n o'],
  ['const x = throws(), { y } = o', 'throws'],
  ['const { x: { y } = o } = { x: {} }', ''],
  ['const { x: { y } = o } = {}', 'o'],
  ['const [[x] = a] = [[1]]', ''],
  ['const [[x] = a] = []', 'a'],
  ['(({ x: { y } = o }) => y)({})', 'o'],
  ['if (n > 1) var { x } = o', 'n'],
  ['if (n) var { x } = o', 'n o'],
  ['(0, throws(), f)()', 'throws'],
  ['(function* () { yield* throws()[n] })().next()', 'throws'],
  ['(function* () { yield* o[n] })().next()', 'o n'],
];

describe('a read', () => {
  it('is told if it happens, and in its order', async () => {
    const cases = READS.map(
      ([statement], index) =>
        `globalThis.at = ${index}; try { (() => { ${statement}; })() } catch (error) { console.log(${index}, String(error)) }`,
    );
    const source = {
      'main.js': `
        import { u, n, a, o, K, throws, f } from './dep.js';
        const told = [];
        globalThis[Symbol.for('module-phases')]?.subscribe((event) => {
          if (event.type === 'read') (told[globalThis.at] ??= []).push(event.local);
        });
        ${cases.join('\n        ')}
        const late = {};
        globalThis.at = -1;
        if (globalThis[Symbol.for('module-phases')]) console.error(JSON.stringify(told));
        late;`,
      'dep.js': DEP,
    };
    const runs = [];
    for (const trace of [false, {}] as const) {
      const built = await bundle({ source, trace, treeshake: false });
      runs.push(await run(write(built, 'es', trace ? 'traced' : 'plain')));
    }
    const [plain, traced] = runs;
    expect(traced?.stdout).to.equal(plain?.stdout);
    const told = JSON.parse(traced?.stderr ?? '') as (string[] | null)[];
    const found = READS.map(([statement], index) => [statement, told[index]?.join(' ') ?? '']);
    expect(found).to.deep.equal(READS);
  });
});
