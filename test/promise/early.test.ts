/** Code of a chunk that runs before the chunk's own first statement: what it imports imports it back. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { bundle, write } from '../support/bundle.ts';
import { run } from '../support/run.ts';

const SOURCE = {
  'main.js': `
    import 'back';
    import { n, up } from './n.js';
    export function early() {
      for (let i = 0; i < 1; i++) try { n; } catch (error) { console.log(String(error)); }
      try { up(); } catch (error) { console.log(String(error)); }
      import('./n.js').then(() => console.log('asked'));
      return typeof helper;
    }
    function helper() {}
    console.log(early(), n);`,
  'n.js': `
    export let n = 1;
    export function up() { n++; [n] = [n]; }`,
};

describe('a chunk whose functions run before its first statement', () => {
  for (const placement of ['auto', 'file'] as const) {
    for (const treeshake of [true, false]) {
      it(`runs as without the tracer (runtime: ${placement}, treeshake: ${treeshake})`, async () => {
        const runs = [];
        for (const trace of [false, { runtime: placement }] as const) {
          const built = await bundle({
            source: SOURCE,
            trace,
            treeshake,
            external: ['back'],
            output: { paths: { back: './back.mjs' }, inlineDynamicImports: true },
          });
          const file = write(built, 'es', `${placement}-${treeshake}-${trace ? 'traced' : 'plain'}`);
          writeFileSync(
            join(dirname(file), 'back.mjs'),
            `import { early } from './main.js';\nconsole.log('back', early());\n`,
          );
          runs.push(await run(file));
        }
        const [plain, traced] = runs;
        expect(plain?.stdout).to.include("ReferenceError: Cannot access 'n' before initialization\n");
        expect(plain?.stdout).to.include('back function\n').and.to.include('asked\n');
        expect(traced?.stdout).to.equal(plain?.stdout);
        expect([traced?.stderr, traced?.code]).to.deep.equal([plain?.stderr, plain?.code]);
        expect(traced?.failures).to.equal(0);
        const reads = (traced?.events ?? []).filter(({ type }) => type === 'read');
        expect(reads).not.to.be.empty;
        if (placement === 'auto') expect(reads[0]).to.include({ state: 'uninitialized', early: true });
      });
    }
  }
});
