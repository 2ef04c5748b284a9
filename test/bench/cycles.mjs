// Cycles of packages by rank, beside what Rollup and madge count: `npm run bench:cycles -- [PACKAGE…] [options]`.
//   --write  puts the table into docs/cycles.md
//   --enter  imports each module of each cycle natively, and exits with 1 where that refutes the cycle's rank
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import nodeResolve from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import madge from 'madge';
import { rollup, VERSION } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import { verdictOf } from '../../src/findings/verdict.ts';
import { RANKS } from '../../src/protocol/finding.ts';

/** What is imported of each package. */
const PACKAGES = [
  'antd',
  'rxjs',
  'three',
  // What its package has as two modules.
  'three/src/Three.js',
  'd3',
  'effect',
  '@mui/material',
  'mathjs',
  'pixi.js',
  // Those above have hardly a cycle left. These have.
  'svelte',
  'zod',
  'chevrotain',
  '@babel/core',
];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, enter: { type: 'boolean' } },
});
if (options.write && positionals.length) throw new Error('--write takes no packages: it writes all of them.');

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const modules = realpathSync(pathOf('../../node_modules'));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'module-phases-cycles-')));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
symlinkSync(modules, join(folder, 'node_modules'));

const rows = [];
for (const name of positionals.length ? positionals : PACKAGES) {
  process.stderr.write(`${name}\n`);
  const { files, warnings, cycles } = await build(name);
  rows.push({ name, modules: files.length, warnings, madge: await countByMadge(name, files), cycles });
  if (options.enter) enter(cycles);
}
const text = `${conditions()}\n\n${table(rows)}\n`;
console.log(text);
if (options.write) write(text);

/** Of a program that uses all that the package exports: the files, how often Rollup warns, and the findings. */
async function build(name) {
  const entry = join(folder, 'main.js');
  writeFileSync(entry, `import * as all from '${name}';\nconsole.log(all);\n`);
  let warnings = 0;
  const bundle = await rollup({
    input: entry,
    onLog(_level, { code }) {
      if (code === 'CIRCULAR_DEPENDENCY') warnings++;
    },
    plugins: [
      replace({ preventAssignment: true, 'process.env.NODE_ENV': '"production"' }),
      nodeResolve({ browser: true, preferBuiltins: true, exportConditions: ['es2015', 'browser'] }),
      commonjs(),
      json(),
      modulePhases({ include: /./, console: false, root: dirname(modules), manifest: 'manifest.json' }),
    ],
  });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  const manifest = output.find(({ fileName }) => fileName === 'manifest.json');
  return {
    files: bundle.watchFiles.filter((file) => file.startsWith(modules)),
    warnings,
    cycles: verdictOf(JSON.parse(manifest.source)).findings.filter(({ code }) => code === 'CYCLE'),
  };
}

/**
 * `madge --circular --extensions js,mjs,cjs FOLDER`. It does not follow an import into a folder `node_modules`, so it
 * gets a copy of the files elsewhere. There it finds those of the same package, which is where cycles are.
 */
async function countByMadge(name, files) {
  const copy = join(folder, 'packages', name);
  for (const file of files) cpSync(file, join(copy, relative(modules, file)));
  return (await madge(copy, { fileExtensions: ['js', 'mjs', 'cjs'] })).circular().length;
}

/** Each module of a cycle as the first one of a Node process: one of a latent cycle throws, none of a harmless one. */
function enter(cycles) {
  const errors = new Map();
  for (const { rank, modules: path } of cycles) {
    for (const module of path) if (!errors.has(module)) errors.set(module, errorOf(module));
    const thrown = path.filter((module) => errors.get(module) !== undefined);
    const isRefuted = rank === 'latent' ? !thrown.length : rank !== 'unknown' && thrown.length > 0;
    if (isRefuted) process.exitCode = 1;
    console.log(`${rank}${isRefuted ? ', which is wrong' : ''}: ${path.join(' → ')}`);
    for (const module of thrown) console.log(`  ${module}: ${errors.get(module)}`);
  }
}

function errorOf(module) {
  const url = pathToFileURL(join(dirname(modules), module)).href;
  const program = `import(${JSON.stringify(url)}).catch((error) => console.log(String(error)))`;
  return execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }).trim() || undefined;
}

function conditions() {
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, Node ${process.versions.node}, Rollup ${VERSION}, madge ${versionOf('madge')}`;
}

function table(rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const head = ['package', 'modules', 'warnings of Rollup', 'cycles of madge', ...RANKS];
  return [
    line(head),
    line(head.map((_, i) => (i ? '--:' : '---'))),
    ...rows.map(({ name, modules, warnings, madge, cycles }) =>
      line([
        `${name} ${versionOf(name)}`,
        modules,
        warnings,
        madge,
        ...RANKS.map((rank) => cycles.filter((cycle) => cycle.rank === rank).length),
      ]),
    ),
  ].join('\n');
}

/** @param name with or without a path in the package */
function versionOf(name) {
  const [packageName] = /^(@[^/]+\/)?[^/]+/.exec(name);
  return JSON.parse(readFileSync(join(modules, packageName, 'package.json'), 'utf8')).version;
}

function write(text) {
  const file = pathOf('../../docs/cycles.md');
  const between = /(?<=<!-- cycles -->\n).*(?=<!-- \/cycles -->)/s;
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(between, () => `\n${text}\n`),
  );
}
