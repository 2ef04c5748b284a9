// Runs many programs in one process: `node runner.mjs jobs.json results.json`. Of each it tells what the program logs,
// and what its trace says.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { load } from '../loaders.mjs';

const [jobsFile, resultsFile] = process.argv.slice(2);
const realm = Symbol.for('module-phases');
/** A CommonJS module that fails is evaluated by each request for it, and asks for its tasks again. */
const MOST_TASKS = 40;
const DEEPEST = 3;

process.on('unhandledRejection', () => {});
process.setMaxListeners(0);

let lines = [];
/** What waits for its turn: timers, and modules at an await. */
let queue = [];
let depth = 0;
let asked = 0;
/** Promises of imports that have not settled. */
let unsettled = 0;

const log = (...words) => void lines.push(words.join(' '));
const kindOf = (value) => (value === undefined ? 'undefined' : 'value');
function got(label, value) {
  log('got', label, kindOf(value));
  return value;
}
Object.assign(globalThis, {
  got,
  make: (name) => ({ name }),
  no: () => false,
  may: () => asked++ < MOST_TASKS,
  start: (module) => log('start', module),
  end: (module) => log('end', module),
  wait: (module) => log('wait', module),
  go: (module) => log('go', module),
  caught: (label, error) => log('caught', label, error.name),
  boom(module) {
    log('throw', module);
    return new Error(module);
  },
  ask(label) {
    log('ask', label);
    return label;
  },
  run(label, value) {
    got(label, value);
    if (typeof value !== 'function' || depth >= DEEPEST) return;
    depth++;
    try {
      value();
    } finally {
      depth--;
    }
  },
  now: awaited,
  later(label, task) {
    queue.push(async () => {
      log('task', label);
      try {
        const promise = task();
        log('over', label);
        await awaited(promise);
      } catch (error) {
        log('caught', label, error.name);
      }
    });
  },
  tick(module) {
    log('wait', module);
    return new Promise((resolve) => void queue.push(resolve));
  },
});

const results = [];
for (const { format, dir, entries } of JSON.parse(readFileSync(jobsFile, 'utf8'))) {
  lines = [];
  queue = [];
  depth = 0;
  asked = 0;
  unsettled = 0;
  delete globalThis[realm];
  for (const entry of entries) {
    log('entry', entry);
    let outcome = 'stalled';
    awaited(load[format](dir, entry)).then(
      () => {
        outcome = 'loaded';
      },
      (error) => {
        outcome = `failed ${error?.name} ${error?.message}`;
      },
    );
    await idle();
    for (let count = 0; queue.length > 0 && count < MOST_TASKS; count++) {
      queue.shift()();
      await idle();
    }
    log(outcome);
  }
  const trace = globalThis[realm];
  results.push({
    lines,
    events: trace?.events ?? [],
    findings: trace?.explain() ?? [],
    failures: trace?.failures ?? 0,
    said: saidOf(dir),
  });
}
writeFileSync(resultsFile, JSON.stringify(results));

/** What the plugin said at the build; nothing of the unbundled modules. */
function saidOf(dir) {
  const file = join(dir, 'said.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

/** Counts a promise among those that have to settle, if they can. */
function awaited(promise) {
  unsettled++;
  const settled = () => void unsettled--;
  promise?.then?.(settled, settled) ?? settled();
  return promise;
}

/** All has settled, or what has not waits for its turn: then no file is read or closed, for some time. */
async function idle() {
  for (let turns = 0; turns < 3; turns = isReading() ? 0 : turns + 1) await setImmediate();
  for (let turns = 0; unsettled > 0 && turns < 5; turns = isReading() ? 0 : turns + 1) await setTimeout(2);
  await setImmediate();
}

function isReading() {
  return process.getActiveResourcesInfo().some((name) => /^(?:FSReq|FileHandle)/.test(name));
}
