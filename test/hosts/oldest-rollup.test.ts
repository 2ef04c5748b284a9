import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type BundleInput, bundle, FORMATS, type Tools, write } from '../support/bundle.ts';
import { manifestOf, oldest, projectWithPackage, repository } from '../support/package.ts';
import { project, projectFrom } from '../support/project.ts';
import { run } from '../support/run.ts';
import { expectSameBundle, expectSameRun } from '../support/same-bundle.ts';
import { checkTrace, formatTrace } from '../support/trace.ts';

const loader = fileURLToPath(new URL('../support/load.mjs', import.meta.url));
const fixture = (name: string) => () => projectFrom(join(repository, 'fixtures', name), `oldest/${name}`);

/** Folders of stories: those that Rollup itself came to bundle in another way are not among them. */
const STORIES: Record<string, () => string | Promise<string>> = {
  'a cycle of five': fixture('cycles/of-five'),
  'a cycle that bites': fixture('cycles/let-both-ways'),
  'a namespace': fixture('namespace/live'),
  'live writes': fixture('live/write-after-evaluation'),
  'annotations, beside which marks stand': fixture('hostile/pure-annotations'),
  'dynamic imports': () =>
    project({
      'main.js': `
        import { count } from './state.js';
        import('./late.js').then(({ add }) => { add(); console.log('then', count); });
        console.log('main', count);`,
      'late.js': `import { increment } from './state.js'; console.log('late'); export const add = () => increment();`,
      'state.js': `export let count = 0; export function increment() { count++; }`,
    }),
};

interface Installed extends Tools {
  VERSION: string;
}

async function installOldest(): Promise<Installed> {
  const files = {
    'tools.js': `export { rollup, VERSION } from 'rollup';\nexport { modulePhases } from 'rollup-plugin-module-phases';\n`,
  };
  const dir = projectWithPackage(files, { rollupOf: oldest });
  return import(pathToFileURL(join(dir, 'tools.js')).href);
}

describe('the oldest Rollup', () => {
  let tools: Installed;
  before(async () => {
    tools = await installOldest();
  });

  it('is that of the peer range', () => {
    expect(manifestOf(repository).peerDependencies.rollup).to.equal(`^${tools.VERSION}`);
  });

  for (const [name, source] of Object.entries(STORIES)) {
    for (const format of [...FORMATS, 'system'] as const) {
      it(`${name}, ${format}: the traced bundle runs as the plain one, with the trace of a new Rollup`, async () => {
        const dir = await source();
        const told = async (title: string, options: Pick<BundleInput, 'tools' | 'trace'>) => {
          const built = await bundle({
            source: dir,
            format,
            output: {
              inlineDynamicImports: format === 'iife',
              chunkFileNames: '[name].js',
              name: format === 'system' ? '' : 'story',
            },
            ...options,
          });
          const file = write(built, format, `${format}-${title}`);
          const args = [loader, format, dirname(file), basename(file, '.js')];
          return { ...built, run: await run(file, format === 'system' ? args : undefined) };
        };
        const plain = await told('plain', { tools, trace: false });
        const traced = await told('traced', { tools });
        const newest = await told('newest', {});

        expectSameBundle(traced, plain);
        expectSameRun(traced.run, plain.run);
        expect(traced.run.events).not.to.equal(undefined);
        checkTrace(traced.run.events ?? []);
        expect(formatTrace(traced.run.events ?? [])).to.equal(formatTrace(newest.run.events ?? []));
      });
    }
  }
});
