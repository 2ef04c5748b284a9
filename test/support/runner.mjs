// Runs many bundles in one process, each by the loader of its format: `node runner.mjs jobs.json results.json`.
import { readFileSync, writeFileSync } from 'node:fs';
import { load } from './loaders.mjs';

const realm = Symbol.for('module-phases');

const [jobsFile, resultsFile] = process.argv.slice(2);
const { log } = console;
process.on('unhandledRejection', () => {});
const results = [];
/** Milliseconds; a program that fails prints no last line. */
const LONGEST = 3000;
let tasks = [];
/** A CommonJS module that fails is evaluated by each request for it, and its tasks may request it. */
const MOST_TASKS = 20;
globalThis.later = (task) => tasks.push(task);
for (const { format, dir, entries, lastLines } of JSON.parse(readFileSync(jobsFile, 'utf8'))) {
  const lines = [];
  console.log = (...values) => lines.push(values.join(' '));
  const first = globalThis[realm]?.events.length ?? 0;
  for (const entry of entries) {
    try {
      const exports = await unlessStalled(load[format](dir, entry));
      lines.push(`exports ${describe(exports)}`);
    } catch (error) {
      lines.push(`failed ${String(error?.originalError?.message ?? error?.message ?? error)}`);
    }
    // Between entries too: what the first loads later would race with the second.
    await settled(lines, lastLines?.[entry]);
    for (let count = 0; count < MOST_TASKS && tasks.length > count; count++) {
      await unlessStalled(tasks[count]()).catch((error) => lines.push(error.message));
    }
    tasks = [];
  }
  console.log = log;
  const trace = globalThis[realm];
  results.push({ lines, events: eventsFrom(first), failures: trace?.failures ?? 0 });
}
writeFileSync(resultsFile, JSON.stringify(results));

/** Rejected where the promise never settles, as of modules that wait for each other. */
async function unlessStalled(promise) {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  promise.then(over, over);
  const stall = async () => {
    for (let idle = 0; idle < 20 && !isOver; idle = isReading() ? 0 : idle + 1) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error('stalled');
  };
  return Promise.race([promise, stall()]);
}

/** A program whose parts load later has ended when it has printed its last line, of which the beginning is known. */
async function settled(lines, lastLine) {
  await new Promise((resolve) => setImmediate(resolve));
  const isThere = () => lastLine === undefined || lines.some((line) => line.startsWith(lastLine));
  for (let waited = 0; !isThere() && waited < LONGEST; waited += 10) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** As if the program were the first that the page runs. */
function eventsFrom(first) {
  const events = globalThis[realm]?.events.slice(first) ?? [];
  return events.map((event) => ({
    ...event,
    seq: event.seq - first,
    ...(event.start !== undefined && { start: event.start - first }),
  }));
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
