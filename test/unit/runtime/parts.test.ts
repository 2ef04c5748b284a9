/** Which parts of the runtime a bundle carries, and that those are enough for it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import commonjsPlugin, { type RollupCommonJSOptions } from '@rollup/plugin-commonjs';
import { expect } from 'chai';
import type { Plugin } from 'rollup';
import { RUNTIME_PARTS, type RuntimePart } from '../../../src/runtime-text.ts';
import { type Bundle, bundle, type PluginOptions, write } from '../../support/bundle.ts';
import { project } from '../../support/project.ts';
import { type Run, run } from '../../support/run.ts';

const commonjs = commonjsPlugin as unknown as (options: RollupCommonJSOptions) => Plugin;
/** Every bundle carries the core, and what `explain` of the trace needs. */
const ALWAYS: readonly RuntimePart[] = ['core', 'findings'];
const OPTIONAL = RUNTIME_PARTS.filter((part) => !ALWAYS.includes(part));

/** By part: a module that needs it, and the type of event or code of finding that it makes the trace have. */
const USES = {
  imports: {
    code: `import('./lazy.js').then(({ lazy }) => console.log(lazy));`,
    type: 'import-end',
    printed: 'lazy',
  },
  requires: {
    code: `import { required } from './required.cjs';\nconsole.log(required);`,
    type: 'require-end',
    printed: 'required',
  },
  awaits: { code: `console.log(await 'awaited');`, type: 'evaluate-resume', printed: 'awaited' },
  cycles: {
    code: `import { circular } from './circular.js';\nexport const round = () => circular;\nconsole.log(circular());`,
    type: 'CYCLE',
    printed: 'round',
  },
  snapshots: {
    code: `import { written, write } from './written.js';\nconsole.log(written);\nwrite();`,
    type: 'write',
    printed: 'before',
  },
} as const;
type Used = keyof typeof USES;
/** Modules wait for each other only by an await of an import(). */
const withDeadlocks = (used: readonly Used[]): RuntimePart[] =>
  used.includes('imports') && used.includes('awaits') ? [...used, 'deadlocks'] : [...used];

const modules = (used: readonly Used[]): Record<string, string> => ({
  'main.js': [
    `import { n } from './n.js';\nconsole.log(n);`,
    ...used.map((part) => `import './${part}.js';`),
  ].join('\n'),
  'n.js': 'export let n = 1;\n',
  ...Object.fromEntries(used.map((part) => [`${part}.js`, USES[part].code])),
  'circular.js': `import { round } from './cycles.js';\nexport const circular = () => round.name;`,
  'written.js': `export let written = 'before';\nexport const write = () => (written = 'after');`,
  'lazy.js': `export const lazy = 'lazy';`,
  // It runs when it is required, so it is wrapped in a function.
  'required.cjs': `if (globalThis.process) exports.required = require('./inner.cjs');`,
  'inner.cjs': `module.exports = 'required';`,
});

const build = (used: readonly Used[], trace: PluginOptions = {}): Promise<Bundle> =>
  bundle({ source: modules(used), trace, plugins: [commonjs({ strictRequires: true })] });

/** Parts whose text the bundle has. */
function carried({ output }: Bundle): RuntimePart[] {
  const code = output.map((file) => (file.type === 'chunk' ? file.code : '')).join('');
  return OPTIONAL.filter((part) =>
    code.includes(readFileSync(new URL(`../../../dist/runtime/${part}.js`, import.meta.url), 'utf8')),
  );
}

/** All subsets of a list. */
const subsets = <T>(list: readonly T[]): T[][] =>
  list.reduce<T[][]>((all, item) => all.flatMap((some) => [some, [...some, item]]), [[]]);

const typesOf = ({ events = [], findings = [] }: Run): Set<string> =>
  new Set([...events.map(({ type }) => type), ...findings.map(({ code }) => code)]);

describe('parts of the runtime', () => {
  for (const used of subsets(Object.keys(USES) as Used[])) {
    const name = used.join(' and ') || 'nothing else';
    it(`a program with ${name}: carries what it can use, and that traces it`, async () => {
      const built = await build(used);
      expect(carried(built)).to.have.members(withDeadlocks(used));
      const told = await run(write(built, 'es', 'parts'));
      expect(told).to.include({ code: 0, failures: 0 });
      expect(told.stdout.trim().split('\n')).to.have.members([
        '1',
        ...used.map((part) => USES[part].printed),
      ]);
      for (const [part, { type }] of Object.entries(USES)) {
        expect(typesOf(told).has(type), type).to.equal(used.includes(part as Used));
      }
    });
  }

  for (const devtools of [false, true]) {
    for (const console of [false, { detail: 'full' }] as const) {
      it(`console ${console && 'full'}, devtools ${devtools}: the bundle carries no other sink`, async () => {
        const built = await build([], { devtools, console });
        const sinks = [devtools && 'tracks', console && 'console', (devtools || console) && 'lines'];
        expect(carried(built)).to.have.members(sinks.filter((part) => part !== false));
        const told = await run(write(built, 'es', 'parts'));
        expect(told).to.include({ code: 0, stdout: '1\n', failures: 0 });
        if (console) expect(told.stderr).to.include('evaluate-end').and.include('2 modules evaluated');
        else expect(told.stderr).to.equal('');
      });
    }
  }

  it('an import() that was shaken away needs no part', async () => {
    const built = await bundle({
      source: {
        'main.js': `const lazy = () => import('./lazy.js');\nconsole.log(1);`,
        'lazy.js': 'export {};',
      },
    });
    expect(carried(built)).to.deep.equal([]);
  });

  it('a file of the runtime has what any of its chunks can use', async () => {
    const built = await bundle({
      source: {
        'one.js': `import { n } from './n.js';\nconsole.log(n, await 1);`,
        'two.js': `import { n } from './n.js';\nimport('./lazy.js');\nconsole.log(n);`,
        'n.js': 'export let n = 1;\nn++;',
        'lazy.js': 'console.log(2);',
      },
      input: ['one.js', 'two.js'],
    });
    expect(carried(built)).to.have.members(['imports', 'awaits', 'deadlocks', 'snapshots']);
  });

  it('bundles with other parts share one trace, each with its own', async () => {
    const lists: Used[][] = [[], ['imports'], ['requires', 'awaits'], ['imports', 'requires']];
    const paths = await Promise.all(
      lists.map(async (used, at) =>
        write(await build(used, { console: at === 3 && { detail: 'full' } }), 'es', 'parts'),
      ),
    );
    const imports = paths.map((path) => `await import(${JSON.stringify(pathToFileURL(path))});`);
    const told = await run(join(project({ 'all.js': imports.join('\n') }), 'all.js'));
    expect(told).to.include({ code: 0, failures: 0 });
    const events = told.events ?? [];
    expect(events.map(({ seq }) => seq)).to.deep.equal([...events.keys()]);
    const count = (type: string): number => events.filter((event) => event.type === type).length;
    expect(count('import-end')).to.equal(2);
    expect(count('require-end')).to.be.at.least(2);
    expect(count('evaluate-resume')).to.equal(1);
    expect(
      events.filter((event) => event.type === 'evaluate-end' && event.module === 'main.js'),
    ).to.have.length(4);
    // The console is the last one's.
    expect(told.stderr.match(/evaluate-end +main\.js/g)).to.have.length(1);
  });
});
