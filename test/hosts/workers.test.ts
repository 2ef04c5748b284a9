/** A page and its workers: bundles of their own that share a folder, and so must not share the names of files. */
import { expect } from 'chai';
import type { TraceEvent } from '../../src/protocol/events.ts';
import { buildWith, VITES } from '../support/hosts.ts';
import { eventsOf, openPages, type Pages } from '../support/page.ts';
import { project } from '../support/project.ts';

const WORKERS = {
  'index.html': '<!doctype html><script type="module" src="./main.js"></script>',
  'main.js': `const ask = (worker) => new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
const a = await ask(new Worker(new URL('./a.js', import.meta.url), { type: 'module' }));
const b = await ask(new Worker(new URL('./b.js', import.meta.url), { type: 'module' }));
console.log('app:', a, b);
`,
  'a.js': "import('./lazy-a.js').then(({ a }) => postMessage(a));\n",
  'lazy-a.js': "export const a = 'A';\n",
  'b.js': "import { one } from './one.js';\nimport('./lazy-b.js').then(({ b }) => postMessage(b + one));\n",
  // No constant, which Rolldown would put in its place.
  'one.js': 'export const one = new Date(1).getTime();\n',
  'lazy-b.js': "export const b = 'B';\n",
};

const starts = (events: readonly TraceEvent[] | undefined): string[] =>
  (events ?? []).flatMap((event) => (event.type === 'evaluate-start' ? event.module : []));

for (const host of ['Vite 7', 'Vite 8'] as const) {
  describe(`workers of several chunks, ${host}`, () => {
    let pages: Pages;
    before(async () => {
      pages = await openPages();
    });
    after(() => pages.close());

    it('beside a page of one chunk: each worker has its own trace', async () => {
      const root = project(WORKERS);
      const built = await buildWith(VITES[host], {
        root,
        name: 'workers',
        traced: {},
        config: { worker: { format: 'es' } },
      });
      expect(built.said).to.deep.equal([]);
      const { page } = await pages.visit({ files: built.files }, 'app: A B1');
      const traces = await Promise.all(page.workers().map(async (worker) => starts(await eventsOf(worker))));
      expect(traces).to.deep.equal([
        ['a.js', 'lazy-a.js'],
        ['one.js', 'b.js', 'lazy-b.js'],
      ]);
    });

    it('beside a page of several chunks: it is built', async () => {
      const root = project({
        ...WORKERS,
        'main.js': `${WORKERS['main.js']}import('./later.js');\n`,
        'later.js': 'console.log(1);\n',
      });
      const built = await buildWith(VITES[host], {
        root,
        name: 'workers',
        traced: {},
        config: { worker: { format: 'es' } },
      });
      await pages.visit({ files: built.files }, 'app: A B1');
    });
  });
}

describe('a manifest of a page and its worker', () => {
  it('under one name: Vite 7 says that one replaces the other', async () => {
    const root = project({
      'index.html': WORKERS['index.html'],
      'main.js': "new Worker(new URL('./a.js', import.meta.url), { type: 'module' });\n",
      'a.js': 'console.log(1);\n',
    });
    const { said } = await buildWith(VITES['Vite 7'], {
      root,
      name: 'manifest',
      traced: { manifest: 'modules.json' },
      config: {},
    });
    expect(said.join('\n')).to.match(/"modules\.json" overwrites|MANIFEST_NAME_TAKEN/);
  });
});
