// One run of a program in a process of its own: `node run.mjs bundle`, or `node run.mjs folder` for modules that Vite
// transforms. Prints `{ load, work, result }` after what the program prints: `load` is the time that the process worked,
// user and system, `work` the best time of its `work()`, both in milliseconds.
import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const WARM_UP = 20;
const TIMED = 20;

const path = process.argv[2];
const server = statSync(path).isDirectory() ? await viteServer(path) : null;

const began = process.cpuUsage();
const { work } = server ? await server.ssrLoadModule('/main.js') : await import(pathToFileURL(path));
const { user, system } = process.cpuUsage(began);
const load = (user + system) / 1000;
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
