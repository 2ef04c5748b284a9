// What tracing costs, as ratios to the plain build: `npm run bench -- [ROW…] [options]`. A ROW is part of the name of a
// row in `figures.mjs`.
//   --check      exits with 1 past a limit
//   --write      puts the tables into docs/performance.md
//   --rounds N   instead of each row's own number
//   --json FILE  keeps the samples
//   --from FILE  takes kept samples instead of measuring
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { VERSION } from 'rollup';
import { writeModules } from './apps.mjs';
import { checked, ROWS, TOLERANCE, tablesOf } from './figures.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: 'boolean' },
    write: { type: 'boolean' },
    rounds: { type: 'string' },
    json: { type: 'string' },
    from: { type: 'string' },
  },
});
if (options.write && positionals.length) throw new Error('--write takes no rows: it writes all of them.');

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'module-phases-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const samples = options.from ? JSON.parse(readFileSync(options.from, 'utf8')) : measureAll();
if (options.json) writeFileSync(options.json, JSON.stringify(samples));
const text = `${conditions()}\n\n${tablesOf(samples)}`;
console.log(text);
if (options.write) write(text);
if (options.check) check();

function measureAll() {
  const rows = ROWS.filter(
    ({ name }) => !positionals.length || positionals.some((part) => name.includes(part)),
  );
  if (!rows.length) throw new Error(`No such row. There are: ${ROWS.map(({ name }) => name).join(', ')}.`);
  const runtime = readFileSync(pathOf('../../dist/runtime.js'));
  return {
    ...Object.fromEntries(rows.map((row) => [row.name, measure(row)])),
    runtime: { bytes: runtime.length, gzip: gzipSync(runtime).length },
  };
}

function measure({ name, group, app, modes, rounds }) {
  const program = group === 'loop' || group === 'work' ? `${group}-${app}` : app;
  const sampleOf = group === 'build' ? build : run;
  const samples = Object.fromEntries(modes.map((mode) => [mode, []]));
  const count = Number(options.rounds ?? rounds);
  // The first round reads files that no cache holds yet, and isn't counted.
  for (let round = 0; round <= count; round++) {
    process.stderr.write(`${name}: ${round} of ${count}\n`);
    const taken = modes.map((mode) => sampleOf(program, mode));
    assertSame(
      name,
      taken.map(({ printed }) => printed),
    );
    if (round > 0) for (const [at, mode] of modes.entries()) samples[mode].push(taken[at]);
  }
  return samples;
}

function build(app, mode) {
  return JSON.parse(node('build.mjs', app, mode, bundleFolder(app, mode)));
}

function run(app, mode) {
  const path = mode === 'vite' ? unbundled(app) : bundle(app, mode);
  const lines = node('run.mjs', path).trimEnd().split('\n');
  const { load, work, result } = JSON.parse(lines.pop());
  return { load, work, printed: JSON.stringify([...lines, result]) };
}

/** Built once. */
function bundle(app, mode) {
  const path = join(bundleFolder(app, mode), 'main.mjs');
  if (!existsSync(path)) build(app, mode);
  return path;
}

function unbundled(app) {
  const out = bundleFolder(app, 'unbundled');
  writeModules(app, out);
  return out;
}

function bundleFolder(app, mode) {
  return join(folder, app, mode);
}

/** A ratio means something only if both did the same. */
function assertSame(name, printed) {
  if (new Set(printed).size > 1) throw new Error(`${name}: prints\n${printed.join('\n')}`);
}

function node(script, ...args) {
  const options = { encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } };
  return execFileSync(process.execPath, [pathOf(script), ...args], options);
}

function conditions() {
  const { length, 0: cpu } = cpus();
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, Node ${process.versions.node}, Rollup ${VERSION}, ${process.platform} ${process.arch}, ${length} × ${cpu?.model.trim()}`;
}

function write(text) {
  const file = pathOf('../../docs/performance.md');
  const between = /(?<=<!-- bench -->\n).*(?=<!-- \/bench -->)/s;
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(between, () => `\n${text}\n\n`),
  );
}

function check() {
  const past = checked(samples).filter(({ isPast }) => isPast);
  for (const { name, limit, figure } of past) {
    console.error(
      `Past the limit: ${name} is ${figure.toFixed(2)}, at most ${limit} and ${TOLERANCE * 100} % are allowed.`,
    );
  }
  if (past.length) process.exitCode = 1;
}
