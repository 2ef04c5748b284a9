// Runs many bundles in one process, each by the loader of its format: `node runner.mjs jobs.json results.json`.
import { readFileSync, writeFileSync } from 'node:fs';
import { load } from './loaders.mjs';

const realm = Symbol.for('module-phases');

const [jobsFile, resultsFile] = process.argv.slice(2);
const { log } = console;
process.on('unhandledRejection', () => {});
const results = [];
for (const { format, dir, entries, isLazy } of JSON.parse(readFileSync(jobsFile, 'utf8'))) {
  const lines = [];
  console.log = (...values) => lines.push(values.join(' '));
  const first = globalThis[realm]?.events.length ?? 0;
  for (const entry of entries) {
    try {
      const exports = await load[format](dir, entry);
      lines.push(`exports ${describe(exports)}`);
    } catch (error) {
      lines.push(`failed ${String(error?.originalError?.message ?? error?.message ?? error)}`);
    }
    // Between entries too: what the first loads later would race with the second.
    await settled(lines, isLazy);
  }
  console.log = log;
  const trace = globalThis[realm];
  results.push({ lines, events: trace?.events.slice(first) ?? [], failures: trace?.failures ?? 0 });
}
writeFileSync(resultsFile, JSON.stringify(results));

/** A job whose parts load later has ended when it has been silent for a while, and no file is being read. */
async function settled(lines, isLazy) {
  await new Promise((resolve) => setImmediate(resolve));
  for (let last = -1; isLazy && (last !== lines.length || isReading()); ) {
    last = lines.length;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function isReading() {
  return process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
}

function describe(exports) {
  return Object.keys(exports ?? {})
    .sort()
    .map((name) => {
      try {
        return `${name}=${typeof exports[name]}`;
      } catch (error) {
        return `${name}!${error.name}`;
      }
    })
    .join();
}
