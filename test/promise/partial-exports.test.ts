/** CommonJS modules that are required while they run, as the console tells of them. */
import commonjsPlugin, { type RollupCommonJSOptions } from '@rollup/plugin-commonjs';
import { expect } from 'chai';
import type { Plugin } from 'rollup';
import { bundle, write } from '../support/bundle.ts';
import { type Run, run } from '../support/run.ts';

const commonjs = commonjsPlugin as unknown as (options?: RollupCommonJSOptions) => Plugin;

async function told(source: Record<string, string>): Promise<Run> {
  const built = await bundle({ source, plugins: [commonjs()], trace: { console: { detail: 'full' } } });
  return run(write(built, 'es', 'partial'));
}

const MAIN = { 'main.js': "import { last } from './a.cjs';\nconsole.log(last);\n" };
const A = "exports.first = 1;\nexports.b = require('./b.cjs');\nexports.limit = 5;\nexports.last = 'last';\n";
const places = ({ stderr }: Run, pattern: RegExp): number[] =>
  stderr.split('\n').flatMap((line, at) => (pattern.test(line) ? [at] : []));

describe('a property that is read before it is there', () => {
  it('is told once the module that reads it has run: a block for each require, all in the summary', async () => {
    const found = await told({
      ...MAIN,
      'a.cjs': A,
      'b.cjs': "const a = require('./a.cjs');\nconsole.log(a.first, a.limit, a.last);\n",
    });
    expect(found).to.include({ code: 0, stdout: '1 undefined undefined\nlast\n', failures: 0 });
    expect(found.stderr).to.include(`\
│ module-phases: b.cjs:2:22 reads limit of a.cjs before a.cjs has assigned it: undefined, and without bundling as well
│   because      a.cjs:2:13 requires b.cjs
│                b.cjs:1:11 requires a.cjs, while a.cjs runs
│                a.cjs:3:1 assigns limit only after that
│   to fix       try to require './a.cjs' inside the function that uses limit
│                try to assign exports.limit before the require of b.cjs (a.cjs:2:13)
`);
    expect(places(found, /module-phases: b\.cjs/)).to.have.length(1);
    const [block = 0] = places(found, /module-phases: b\.cjs/);
    expect(block).to.be.below(places(found, /evaluate-end +a\.cjs/)[0] ?? 0);
    expect(found.stderr).to.match(/^│ {3}warning +b\.cjs:2:22 reads limit/m);
    expect(found.stderr).to.match(/^│ {3}warning +b\.cjs:2:31 reads last/m);
  });

  it('broke the program that calls it', async () => {
    const found = await told({
      ...MAIN,
      'a.cjs': A,
      'b.cjs': "const a = require('./a.cjs');\na.limit.toFixed();\n",
    });
    expect(found.code).to.equal(1);
    expect(found.stderr).to.match(/^│ {3}error +b\.cjs:2:1 reads limit/m);
    expect(places(found, /module-phases: b\.cjs/)).to.have.length(1);
  });

  it('is not blamed for an error of another kind, nor told where no read is known', async () => {
    const quiet = [
      "const a = require('./a.cjs');\nexports.limit = () => a.limit;\n",
      "const a = require('./a.cjs');\nthrow new Error('no config');\nconsole.log(a.limit);\n",
      "const a = require('./a.cjs');\nfail();\nfunction fail() {\n  throw new Error('no config');\n}\nconsole.log(a.limit);\n",
    ];
    for (const code of quiet) {
      const found = await told({ ...MAIN, 'a.cjs': A, 'b.cjs': code });
      expect(places(found, /module-phases: b\.cjs/), code).to.be.empty;
      expect(found.findings?.map(({ code, severity }) => `${code} ${severity}`)).to.include(
        'PARTIAL_EXPORTS info',
      );
    }
  });
});
