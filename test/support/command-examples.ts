/** What `docs/command.md` shows: calls of the command in one project, one after another. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.ts';
import { repository } from './package.ts';
import { projectFrom } from './project.ts';

/** The arguments of each call, by the name of its example. */
const CALLS: Readonly<Record<string, string>> = {
  run: 'run rollup.config.js --out before.ndjson --detail summary',
  check: 'check page.js --bundler rollup',
  github: 'check before.ndjson --format github',
  baseline: 'check page.js --bundler rollup --update-baseline',
  known: 'check page.js --bundler rollup',
  explain: 'explain before.ndjson',
  order: 'order before.ndjson',
  convert: 'convert before.ndjson --to chrome --out chrome.json',
  mended: 'run rollup.config.js --out after.ndjson --detail summary',
  why: 'why after.ndjson panel.js dialog.js',
  diff: 'diff before.ndjson after.ndjson',
  help: 'check --help',
};

const CONFIG = "export default { input: 'main.js', output: { dir: 'dist', format: 'es' } };\n";

/** What the user changes before a call. */
const CHANGES: Readonly<Record<string, (dir: string) => void>> = {
  run: (dir) => writeFileSync(join(dir, 'rollup.config.js'), CONFIG),
  mended: (dir) => {
    const path = join(dir, 'ui/dialog.js');
    writeFileSync(path, readFileSync(path, 'utf8').replace('./index.js', './panel.js'));
  },
};

let told: Promise<ReadonlyMap<string, string>> | undefined;

/** The call and what it printed; undefined where there is no such example. */
export async function commandExample(name: string): Promise<string | undefined> {
  told ??= callAll();
  return (await told).get(name);
}

async function callAll(): Promise<Map<string, string>> {
  const dir = await projectFrom(join(repository, 'fixtures/demo/barrel'), 'docs/command');
  const texts = new Map<string, string>();
  for (const [name, call] of Object.entries(CALLS)) {
    CHANGES[name]?.(dir);
    const { code, stdout, stderr } = await command(dir, call.split(' '), { env: { NO_COLOR: '1' } });
    const printed = `${stdout}${stderr}`
      .trimEnd()
      .replace(/ +\d+\.\d ms/g, ' … ms')
      .replace(/ +$/gm, '');
    texts.set(name, `$ npx module-phases ${call}\n${printed}${code === 0 ? '' : `\n(exit code ${code})`}`);
  }
  return texts;
}
