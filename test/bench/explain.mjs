// What explaining costs, in a process of its own: `node explain.mjs parse`, `explain`, `predict` or `verdict manifest.json`. The first
// two are of the same 100,000 events, as text and as objects. Prints `{ cpu, printed }`: the best time of the process, user
// and system, in milliseconds.
import { readFileSync } from 'node:fs';
import { explain } from '../../src/findings/explain.ts';
import { predict } from '../../src/findings/prediction.ts';
import { runOf } from '../../src/findings/run.ts';
import { verdictOf } from '../../src/findings/verdict.ts';

const MODULES = 2000;
const EVENTS = 100_000;
const RUNS = 9;

const [what, file] = process.argv.slice(2);
const jobs = {
  parse() {
    const text = JSON.stringify(eventsOf(manifestOf()));
    return () => JSON.parse(text).length;
  },
  explain() {
    const manifest = manifestOf();
    const events = eventsOf(manifest);
    return () => {
      explain(manifest, { events, dropped: 0 });
      return events.length;
    };
  },
  predict() {
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    const run = runOf(manifest, entriesOf(manifest));
    const requests = requestsOf(manifest);
    return () => predict(manifest, run, requests).starts.length;
  },
  verdict() {
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    return () => verdictOf(manifest).findings.length;
  },
};
const job = jobs[what]();
let best = Number.POSITIVE_INFINITY;
let printed;
for (let i = 0; i < RUNS; i++) {
  const began = process.cpuUsage();
  printed = job();
  const { user, system } = process.cpuUsage(began);
  best = Math.min(best, (user + system) / 1000);
}
console.log(JSON.stringify({ cpu: best, printed }));

/** Each module imports the next one and some further ones, and some that close cycles. */
function manifestOf() {
  const modules = Array.from({ length: MODULES }, (_, i) => {
    const requests = [i + 1, i + 7, (i * 13 + 5) % MODULES].filter(
      (module) => module < MODULES && module !== i,
    );
    return {
      path: `src/part${i % 40}/m${i}.js`,
      chunk: 'main.js',
      phases: true,
      requests: [...new Set(requests)].map((module, at) => ({ module, line: at + 1 })),
      bindings: [{ name: 'value', kind: 'const', line: 9, column: 13 }],
    };
  });
  return { version: 1, modules, entries: [0] };
}

function requestsOf({ modules }) {
  return modules.map(({ requests }) => requests.map(({ module }) => module));
}

function entriesOf({ modules, entries }) {
  return entries.map((entry, seq) => ({
    type: 'entry',
    module: modules[entry].path,
    chunk: '',
    seq,
    time: 0,
  }));
}

/** A run as prescribed, with reads of what the module imports. */
function eventsOf(manifest) {
  const events = entriesOf(manifest);
  const add = (event) => events.push({ seq: events.length, time: events.length / 100, ...event });
  const { starts } = predict(manifest, runOf(manifest, events), requestsOf(manifest));
  const reads = Math.ceil(EVENTS / starts.length) - 2;
  for (const index of starts) {
    const { path: module, requests } = manifest.modules[index];
    add({ type: 'evaluate-start', module, chunk: 'main.js' });
    for (let i = 0; i < reads; i++) {
      const imported = manifest.modules[requests[i % requests.length]?.module ?? index].path;
      const loc = { file: module, line: 10 + i, column: 4 };
      const read = { importer: module, loc, module: imported, name: 'value', local: 'value' };
      add({ type: 'read', ...read, state: 'initialized', value: '1', early: false });
    }
    add({ type: 'evaluate-end', module, duration: 0.1 });
  }
  return events;
}
