// One run of a program in a process of its own: `node run.mjs bundle`, or `node run.mjs folder` for modules that Vite
// transforms. Prints `{ load, work, result }` after what the program prints; `work` is the best time of its `work()`.
import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const WARM_UP = 20;
const TIMED = 20;

const path = process.argv[2];
const server = statSync(path).isDirectory() ? await viteServer(path) : null;

const began = performance.now();
const { work } = server ? await server.ssrLoadModule('/main.js') : await import(pathToFileURL(path));
const load = performance.now() - began;
console.log(JSON.stringify({ load, ...(work && timed(work)) }));
await server?.close();

function timed(work) {
  let best = Number.POSITIVE_INFINITY;
  let result;
  for (let i = 0; i < WARM_UP + TIMED; i++) {
    const start = performance.now();
    result = work();
    if (i >= WARM_UP) best = Math.min(best, performance.now() - start);
  }
  return { work: best, result };
}

async function viteServer(root) {
  const { createServer } = await import('vite');
  return createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    appType: 'custom',
    server: { middlewareMode: true, ws: false, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
}
