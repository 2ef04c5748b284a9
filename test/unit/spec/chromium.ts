import { readFileSync } from 'node:fs';
import { openPages, type Pages } from '../../support/page.ts';
import type { Entry, Graph } from './graph.ts';
import { textsOf } from './text.ts';

const host = readFileSync(new URL('host.mjs', import.meta.url), 'utf8');
/** Graphs of a page. */
const BATCH = 250;

/** Turns of the event loop come through a channel: a timer would wait for milliseconds. */
const MAIN = `
import { createHost } from './host.js';
const { port1, port2 } = new MessageChannel();
const tasks = [];
port1.onmessage = () => tasks.shift()();
const later = (task) => {
  tasks.push(task);
  port2.postMessage(null);
};
globalThis.runAll = async (graphs) => {
  const logs = [];
  for (const [graph, entries] of graphs.entries()) {
    const { globals, run } = createHost(later);
    Object.assign(globalThis, globals);
    logs.push(await run(entries, (module) => import(graph + '/' + module)));
  }
  return logs;
};
`;

declare function runAll(graphs: Entry[][]): Promise<string[][]>;

/** What Chromium logs of graphs that are {@link marked}. */
export async function runInChromium(sample: readonly Graph[]): Promise<string[][]> {
  const pages = await openPages();
  try {
    const logs: string[][] = [];
    for (let i = 0; i < sample.length; i += BATCH) {
      logs.push(...(await runInPage(pages, sample.slice(i, i + BATCH))));
    }
    return logs;
  } finally {
    await pages.close();
  }
}

/** One page, whose import map has the modules of all its graphs. */
async function runInPage(pages: Pages, graphs: readonly Graph[]): Promise<string[][]> {
  const modules = graphs.flatMap((graph, number) =>
    textsOf(graph, (module) => `${number}/${module}`).map((text, module) => [
      `${number}/${module}`,
      // Modules of the same address would be one.
      `data:text/javascript,${encodeURIComponent(`${text}\n// ${number}`)}`,
    ]),
  );
  const importMap = JSON.stringify({ imports: Object.fromEntries(modules) });
  const { page } = await pages.visit({
    files: {
      'host.js': host,
      'main.js': MAIN,
      'index.html': `<!doctype html><script type="importmap">${importMap}</script><script type="module" src="main.js"></script>`,
    },
  });
  const logs = await page.evaluate(
    (entries) => runAll(entries),
    graphs.map(({ entries }) => entries),
  );
  await page.close();
  return logs;
}
