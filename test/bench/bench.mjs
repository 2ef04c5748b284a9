// What tracing costs, as ratios to the plain build: `npm run bench -- [ROW…] [options]`. A ROW is part of the name of a
// row in `figures.mjs`.
//   --check      exits with 1 past a limit, and where a package is not installed
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
import { RUNTIME_PARTS, runtimeText } from '../../src/runtime-text.ts';
import { writeModules } from './apps.mjs';
import { checked, packageOf, ROWS, tablesOf } from './figures.mjs';

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
  const isAbsent = (row) => packageOf(row) !== undefined && !existsSync(packageFolder(packageOf(row)));
  const measured = rows.filter((row) => !isAbsent(row));
  return {
    ...Object.fromEntries(measured.map((row) => [row.name, measure(row)])),
    runtime: {
      core: runtimeSize(['core']),
      findings: gzipSync(textOf('findings')).length,
      others: runtimeSize(RUNTIME_PARTS.filter((part) => part !== 'findings')),
    },
    absent: rows.filter(isAbsent).map(({ name }) => name),
  };
}

function packageFolder(name) {
  return pathOf(`../../node_modules/${name}`);
}

/** Gzipped, of these parts. */
function runtimeSize(parts) {
  const texts = parts.map((part) => [part, textOf(part)]);
  return gzipSync(runtimeText(Object.fromEntries(texts), parts)).length;
}

function textOf(part) {
  return readFileSync(pathOf(`../../dist/runtime/${part}.js`), 'utf8');
}

function measure(row) {
  const { name, modes, rounds } = row;
  const samples = Object.fromEntries(modes.map((mode) => [mode, []]));
  const count = Number(options.rounds ?? rounds);
  // The first round reads files that no cache holds yet, and isn't counted.
  for (let round = 0; round <= count; round++) {
    process.stderr.write(`${name}: ${round} of ${count}\n`);
    // Whoever comes first in one round comes last in the next.
    const order = round % 2 === 0 ? modes : modes.toReversed();
    const taken = Object.fromEntries(order.map((mode) => [mode, sample(row, mode)]));
    assertSame(
      name,
      modes.map((mode) => taken[mode].printed),
    );
    if (round > 0) for (const mode of modes) samples[mode].push(taken[mode]);
  }
  return samples;
}

function sample({ group, app }, mode) {
  if (group === 'build') return build(app, mode);
  if (group === 'default') return build(`app-${app}`, mode);
  if (group.startsWith('rolldown')) return byRolldown(app, mode);
  if (group === 'disabled') return build(app, mode, 'modules');
  if (group.startsWith('command-')) return byCommand(group.slice('command-'.length), app, mode);
  if (group === 'explain') return explain(mode === 'plain' ? 'parse' : 'explain');
  if (group === 'predict') return mode === 'plain' ? build(app, mode) : ofManifest('predict', app);
  if (group === 'verdict') return mode === 'plain' ? build(app, mode) : ofManifest('verdict', app);
  if (group === 'file') return run(app, 'traced', mode === 'written');
  return run(group === 'load' ? app : `${group}-${app}`, mode);
}

function byCommand(what, app, mode) {
  return { ...JSON.parse(node('command.mjs', what, app, mode)), printed: undefined };
}

function explain(...args) {
  return JSON.parse(node('explain.mjs', ...args));
}

/** Of the graph that the build's manifest has. */
function ofManifest(what, app) {
  const file = join(bundleFolder(app, 'manifest'), 'manifest.json');
  if (!existsSync(file)) build(app, 'manifest');
  return { ...explain(what, file), printed: undefined };
}

function build(app, mode, ...shape) {
  return JSON.parse(node('build.mjs', app, mode, bundleFolder(app, mode), ...shape));
}

function byRolldown(app, mode) {
  return JSON.parse(node('build-rolldown.mjs', app, mode, bundleFolder(`rolldown-${app}`, mode)));
}

function run(app, mode, hasFile = false) {
  const path = mode === 'vite' ? unbundled(app) : bundle(app, mode);
  if (hasFile) process.env.MODULE_PHASES_SINK = join(folder, 'trace.ndjson');
  const lines = node('run.mjs', path).trimEnd().split('\n');
  delete process.env.MODULE_PHASES_SINK;
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
  // Only what is explained by the sources needs a loader, whose time would count.
  const loader = script === 'explain.mjs' ? ['--import=tsx'] : [];
  const options = { encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } };
  return execFileSync(process.execPath, [...loader, pathOf(script), ...args], options);
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
  for (const { name, limit, figure, low, high } of past) {
    const [measured, from, to] = [figure, low, high].map((number) => number.toFixed(2));
    console.error(`Past the limit: ${name} is ${measured} (${from} to ${to}), at most ${limit} is allowed.`);
  }
  for (const name of samples.absent) console.error(`Not measured: ${name}. Its package is not installed.`);
  if (past.length || samples.absent.length) process.exitCode = 1;
}
