// Runs many programs in one process: `node runner.mjs jobs.json results.json`. What a program shows are its lines.
import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { load } from '../loaders.mjs';
import { createRecorder } from './recorder.mjs';

const [jobsFile, resultsFile] = process.argv.slice(2);
const realm = Symbol.for('module-phases');
/** How many calls and turns of loops a program may take. */
const MOST = 150;
/** Milliseconds. */
const LONGEST = 3000;
let spent = 0;
let picked = 0;
let lines = [];

// The text of a function is not the same in a traced bundle: programs see the beginning alone.
const { toString: wholeText } = Function.prototype;
Function.prototype.toString = function () {
  // Rollup puts a space behind the star of an exported generator.
  return `${/^[\w\s$*]*/
    .exec(wholeText.call(this))[0]
    .trim()
    .replace(/\s*\*\s*/, '* ')}() {}`;
};

process.on('unhandledRejection', () => {});
Object.assign(globalThis, {
  show: (...values) => lines.push(values.map((value) => text(value, 3)).join(' ')),
  spend() {
    if (++spent > MOST) throw new Error('spent');
  },
  pick: () => picked++ % 2 === 0,
});

const results = [];
for (const { format, dir, sites, functions } of JSON.parse(readFileSync(jobsFile, 'utf8'))) {
  const own = [];
  lines = own;
  spent = 0;
  picked = 0;
  const recorder = createRecorder(sites, functions);
  Object.assign(globalThis, recorder.calls);
  const first = globalThis[realm]?.events.length ?? 0;
  const failures = globalThis[realm]?.failures ?? 0;
  try {
    const exports = await unlessStalled(load[format](dir, 'm0'));
    own.push(`exports ${Object.keys(exports).sort().join()}`);
  } catch (error) {
    own.push(`failed ${text(error?.originalError ?? error, 1)}`);
  }
  await setImmediate();
  // What goes on after its end is of no other program.
  lines = [];
  const trace = globalThis[realm];
  results.push({
    lines: own,
    events: trace?.events.slice(first) ?? [],
    failures: (trace?.failures ?? 0) - failures,
    recorded: recorder.lines,
  });
}
writeFileSync(resultsFile, JSON.stringify(results));

async function unlessStalled(promise) {
  let timer;
  const stall = new Promise((_, reject) => {
    timer = setTimeout(reject, LONGEST, new Error('stalled'));
  });
  try {
    return await Promise.race([promise, stall]);
  } finally {
    clearTimeout(timer);
  }
}

/** A value to a depth, without the text of functions, which a trace changes. */
function text(value, depth) {
  if (typeof value === 'function') return `function ${value.name} { ${members(value, depth)} }`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof Error) return `${value.name}: ${withoutCode(value.message)}`;
  const kind = value instanceof Promise ? 'Promise ' : value instanceof RegExp ? 'RegExp ' : '';
  if (Array.isArray(value))
    return `[${depth > 0 ? value.map((one) => text(one, depth - 1)).join(', ') : '…'}]`;
  return `${kind}{ ${members(value, depth)} }`;
}

/** Some messages quote a function's text. */
function withoutCode(message) {
  return message.replace(
    /(?:async )?(?:function\b\s*\*?\s*[\w$]*\(|class\b[^{}]*\{|\([^()]*\)\s*=>).*/s,
    'code',
  );
}

function members(value, depth) {
  if (depth === 0) return '…';
  return Object.keys(value)
    .map((key) => {
      try {
        return `${key}: ${text(value[key], depth - 1)}`;
      } catch (error) {
        return `${key}! ${error?.name}`;
      }
    })
    .join(', ');
}
