/** The oldest Rolldown of the peer range, the one that Vite brings, and the newest. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { rolldown } from 'rolldown';
import { write } from '../support/bundle.ts';
import { repository } from '../support/package.ts';
import { projectFrom } from '../support/project.ts';
import { rolldownBundle } from '../support/rolldown.ts';
import { run } from '../support/run.ts';
import { expectSameRun } from '../support/same-bundle.ts';
import { checkTrace } from '../support/trace.ts';

const STORIES = [
  'cycles/let-both-ways',
  'commonjs/mixed',
  'dynamic/barrel',
  'await/siblings',
  'namespace/live',
];

const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

interface Rolldown {
  rolldown: typeof rolldown;
  VERSION: string;
}

/** The Rolldown that a module at this path of the repository imports. */
async function seenFrom(path: string): Promise<Rolldown> {
  const paths = createRequire(join(repository, path)).resolve.paths('rolldown') ?? [];
  const folder = paths.map((folder) => join(folder, 'rolldown')).find((folder) => existsSync(folder)) ?? '';
  return import(pathToFileURL(join(folder, 'dist/index.mjs')).href);
}

const vite = dirname(fileURLToPath(import.meta.resolve('vite/package.json')));

for (const [title, from] of [
  ['the oldest Rolldown', 'test/oldest/index.js'],
  ['the Rolldown of Vite', join(vite, 'index.js').slice(repository.length)],
  ['the newest Rolldown', 'index.js'],
] as const) {
  describe(title, () => {
    it('is what it is said to be', async () => {
      const { VERSION } = await seenFrom(from);
      if (title === 'the oldest Rolldown') expect(`^${VERSION}`).to.equal(peerDependencies.rolldown);
      expect(VERSION).to.match(/^1\./);
    });

    for (const name of STORIES) {
      it(`${name}: the traced bundle does what the plain one does`, async () => {
        const { rolldown: by } = await seenFrom(from);
        const source = await projectFrom(join(repository, 'fixtures', name), `${title}/${name}`);
        const built = (trace: object | false) =>
          rolldownBundle({ source, trace, by, output: { format: 'es' } });
        const [plain, traced] = [await built(false), await built({})];
        const [plainRun, tracedRun] = [
          await run(write(plain, 'es', 'plain')),
          await run(write(traced, 'es', 'traced')),
        ];
        expectSameRun(tracedRun, plainRun);
        checkTrace(tracedRun.events ?? []);
        expect(tracedRun.events?.map(({ type }) => type)).to.include('evaluate-start');
      });
    }
  });
}
