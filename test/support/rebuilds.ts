/**
 * Run by `watch.test.ts` in a process of its own, with `--expose-gc`: rebuilds a project 200 times, each time with
 * another module in place of the last one's, and every other time with a plugin that fails. Prints the heap's size
 * after 20 and after 200.
 */
import { setImmediate } from 'node:timers/promises';
import MagicString from 'magic-string';
import type { Plugin } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import { project } from './project.ts';
import { watching } from './watching.ts';

const MEASURED_AFTER = [20, 200];
/** So long that the heap tells if one is kept. */
const LONG = 'x'.repeat(20_000);

const changing: Plugin = {
  name: 'changing',
  resolveId: (source) => (source.startsWith('round-') ? `\0${source}-${LONG}` : null),
  load: (id) => (id.startsWith('\0round-') ? 'export const text = "a";\n' : null),
  transform(code) {
    const text = new MagicString(code).prepend('/* changed */\n');
    return { code: text.toString(), map: text.generateMap() };
  },
};

const failing: Plugin = {
  name: 'failing',
  transform: {
    order: 'post',
    handler(_code, id) {
      const round = /^\0round-(\d+)/.exec(id)?.[1];
      if (Number(round) % 2) throw new Error('an odd round');
    },
  },
};

async function main(isTraced: boolean): Promise<void> {
  const main = (round: number) => `import { text } from 'round-${round}';\nconsole.log(text, ${round});\n`;
  const dir = project({ 'main.js': main(0) });
  const traced = isTraced ? [modulePhases({ root: dir })] : [];
  const watched = await watching({
    dir,
    plugins: [changing, ...traced, failing],
    output: [
      { file: `${dir}/out/es.js`, format: 'es', sourcemap: true },
      { file: `${dir}/out/cjs.js`, format: 'cjs' },
    ],
  });
  const heaps: number[] = [];
  for (let round = 1; round <= 200; round++) {
    const { error } = await watched.edit({ 'main.js': main(round) });
    if (Boolean(error) !== (round % 2 === 1)) throw error ?? new Error('An odd round did not fail');
    if (!MEASURED_AFTER.includes(round)) continue;
    await setImmediate();
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed);
  }
  await watched.close();
  console.log(JSON.stringify(heaps));
}

void main(process.argv[2] === 'traced');
