/**
 * Generated parts of the documents: what stands between `<!-- kind: story format -->` and `<!-- end -->`. The format may be
 * a variant of Rolldown's, and then a finding's code may follow it: else it is the first one. Beside stories there is the
 * app that hosts build: `<!-- page: Vite 8 -->`, `<!-- app: path -->`; and calls of the command: `<!-- command: run -->`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { inspect } from 'node:util';
import type { Finding, FindingCode } from '../../src/protocol/finding.ts';
import { findingBlock, pageOf } from '../../src/report/text/finding.ts';
import { lineText } from '../../src/report/text/line.ts';
import { bundle, type Format, write } from './bundle.ts';
import { commandExample } from './command-examples.ts';
import { pageConsole, VITES, type ViteName } from './hosts.ts';
import { repository } from './package.ts';
import { projectFrom } from './project.ts';
import { runInTurn } from './run.ts';
import type { Log } from './same-bundle.ts';
import {
  entriesIn,
  outputOf,
  pluginsOf,
  type RolldownVariant,
  type Story,
  stories,
  textOf as storyText,
  VARIANTS,
} from './story.ts';

/** The smallest program that shows a code, and its format. */
type Example = readonly [story: string, format: Format];

/** By code: what its page shows where a marker names no story. A code without an example does not compile. */
export const EXAMPLES: Readonly<Record<FindingCode, Example>> = {
  EARLY_READ: ['findings/barrel', 'es'],
  MASKED_TDZ: ['cycles/default-expression', 'es'],
  ORDER: ['field/vendor-chunk-before-the-first-import', 'es'],
  UNREQUESTED: ['field/manual-chunk-starts-lazy-code', 'es'],
  AWAIT_SERIALIZED: ['findings/await-serialized', 'es'],
  CYCLE: ['cycles/entered-from-the-special', 'es'],
  CHUNK_CYCLE: ['field/manual-chunks-import-each-other', 'es'],
  SNAPSHOT_LOST: ['findings/snapshot-lost', 'es'],
  SNAPSHOT: ['findings/snapshot-stale', 'es'],
  PARTIAL_EXPORTS: ['commonjs/partial-throws', 'es'],
  DEADLOCK: ['findings/deadlock', 'es'],
};

/** By the path of a page: its example. */
const EXAMPLE_OF: ReadonlyMap<string, Example> = new Map(
  Object.entries(EXAMPLES).map(([code, example]) => [pageOf(code as FindingCode), example]),
);

/** A story, built with the plugin and run. */
export interface Shown {
  story: Story;
  format: Format;
  /** What the tracer printed, without times. */
  console: string;
  /** The lines of its trace file. */
  file: string;
  /** What the build said. */
  logs: readonly Log[];
  /** The folder of the sources, as Rollup names it in a log. */
  folder: string;
  findings: readonly Finding[];
}

const shown = new Map<string, Promise<Shown>>();

/** Builds and runs each example once. */
export function show([name, format]: Example): Promise<Shown> {
  const key = `${name} ${format}`;
  const known = shown.get(key) ?? tell(name, format);
  shown.set(key, known);
  return known;
}

async function tell(name: string, format: Format): Promise<Shown> {
  const story = stories().find((other) => other.name === name);
  if (!story?.formats.includes(format)) throw new Error(`There is no story ${name} in ${format}`);
  const { config } = story;
  const { input = ['main.js'], external = [], treeshake = true, options } = config;
  const source = await projectFrom(story.dir, `docs/${name}/${format}`);
  const output = outputOf(config, source);
  const trace = { ...options, console: true };
  const built = await bundle({
    source,
    input,
    external,
    treeshake,
    output,
    format,
    plugins: pluginsOf(config, source),
    trace,
  });
  const folder = dirname(write(built, format, 'traced'));
  const file = join(folder, 'trace.ndjson');
  const run = await runInTurn(entriesIn(config, folder), file);
  const lines = run.stderr.split('\n').filter((line) => line.startsWith('│ '));
  return {
    story,
    format,
    console: lines.map(timeless).join('\n'),
    file: readFileSync(file, 'utf8'),
    logs: built.logs.filter(({ plugin }) => plugin === 'module-phases'),
    folder: relative('.', source),
    findings: run.findings ?? [],
  };
}

const timeless = (line: string): string => line.replace(/ +in \d+(?:\.\d+)? ms/, '').trimEnd();

/** What each kind of marker makes of a story; `body` is what stands there. */
const KINDS: Readonly<Record<string, (told: Shown, body: string) => string>> = {
  program: ({ story, format }) => programOf(story, format),
  prints: ({ story, format }) => printsOf(story, format),
  console: (told) => block(told.console),
  build: ({ logs, folder }) =>
    logs.length === 0
      ? 'The build itself says nothing.'
      : `The build itself says:\n\n${block(logs.map((log) => logText(log, folder)).join('\n\n'))}`,
  finding: ({ findings: [finding] }) => block(finding ? findingBlock(finding).map(lineText).join('\n') : ''),
  excerpt: (told, body) => excerptOf(told, body),
  lines: ({ file }) => block(placed(file), 'json'),
};

/** With the numbers that are others in each run as those of one. */
const placed = (lines: string): string =>
  lines
    .replace(/"began":\d+,"process":\d+/, '"began":1795332173979,"process":4711')
    .replace(/"seq":(\d+),"time":[\d.]+/g, (_, seq) => `"seq":${seq},"time":${20 + Number(seq) / 10}`)
    .replace(/"duration":[\d.]+/g, '"duration":0.2');

const block = (text: string, language = ''): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

/** The files that a reader would write. */
function programOf({ dir, config }: Story, format: Format): string {
  const { input = ['main.js'], output, commonjs } = config;
  const own = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.c?js$/.test(file) && !/^(?:_|rollup\.config)|(?:^|\/)dist\//.test(file))
    .sort();
  const files = [...input, ...own.filter((file) => !input.includes(file))];
  const blocks = files.map((file) => `\`${file}\`\n\n${block(readFileSync(join(dir, file), 'utf8'), 'js')}`);
  if (output || commonjs || input.length > 1) {
    const options = inspect({ input, output: { dir: 'dist', format, ...output } }, { depth: 9 })
      .replaceAll('[ ', '[')
      .replaceAll(' ]', ']');
    const plugins = `plugins: [${commonjs ? 'commonjs(), ' : ''}modulePhases()]`;
    const text = `export default ${options.replace(/\n?\s*\}$/, `,\n  ${plugins},\n};`)}`;
    blocks.push(`\`rollup.config.js\`, without its imports\n\n${block(text, 'js')}`);
  }
  if (config.run) blocks.push(`Node runs ${config.run.map((file) => `\`${file}\``).join(', then ')}.`);
  return blocks.join('\n\n');
}

/** From the expectations of the story, which its own test holds. */
function printsOf({ dir, formats }: Story, format: Format): string {
  const textOf = (...variants: string[]): string => {
    const paths = [...variants.map((variant) => `expected.${variant}.txt`), 'expected.txt'];
    const path = paths.map((file) => join(dir, file)).find(existsSync);
    return block(path ? readFileSync(path, 'utf8') : '');
  };
  const bundled = textOf(...(format === formats[0] ? [] : [format, ...(format === 'iife' ? ['cjs'] : [])]));
  const native = textOf('native');
  if (native === bundled) return `Node prints the same for the modules and for the bundle:\n\n${bundled}`;
  return `Node, with the modules as they are:\n\n${native}\n\nNode, with the bundle:\n\n${bundled}`;
}

/** As Rollup's command prints it: a warning has a sign, and its place is relative. */
function logText({ level, message, frame }: Log, folder: string): string {
  const text = message.replace(`${folder}/`, '');
  return [level === 'warn' ? `(!) ${text}` : text, ...(frame ? [frame] : [])].join('\n');
}

/** Written by hand, `⋮` for lines left out; every other line is one of the console's, in order. Times may differ. */
function excerptOf({ console, story }: Shown, body: string): string {
  const lines = console.split('\n');
  let from = 0;
  for (const line of body.split('\n')) {
    if (line === '' || line === '⋮' || line.startsWith('```')) continue;
    const at = lines.indexOf(timeless(line), from);
    if (at < 0) throw new Error(`The console of ${story.name} does not print here: ${line}`);
    from = at + 1;
  }
  return body;
}

/** What markers of Rolldown's bundles show, from the expectations of the story, which its own test holds. */
const ROLLDOWN_KINDS: Readonly<
  Record<string, (story: Story, variant: RolldownVariant, code: string) => string | undefined>
> = {
  prints: (story, variant) =>
    [
      'Node, with the modules as they are:',
      block(storyText(story, 'expected.native', 'expected')),
      "Node, with Rolldown's bundle:",
      block(storyText(story, `expected.${variant}`, 'expected.rolldown', 'expected')),
    ].join('\n\n'),
  finding(story, variant, code) {
    const text = storyText(story, `findings.${variant}`, 'findings.rolldown', 'findings');
    const found = text.split('\n\n').find((finding) => finding.startsWith(code));
    // The first line is of the finding's fields.
    return found && block(found.slice(found.indexOf('\n') + 1));
  },
};

const isRolldown = (format: string | undefined): format is RolldownVariant =>
  format !== undefined && format in VARIANTS;

/** What markers show of a page of the app, by the host that built it. */
const PAGE_KINDS: Readonly<Record<string, (console: string) => string | undefined>> = {
  page: (console) => block(withoutPackages(console)),
  explained(console) {
    const [found] = /^module-phases: src\/.*(?:\n {2}.*)*/m.exec(console) ?? [];
    return found && block(found);
  },
};

/** Lines about modules of packages and of Vite itself are left out, with a sign. */
const withoutPackages = (console: string): string =>
  console.replace(/^[a-z-]+ +(?:node_modules\/|virtual:).*$/gm, '⋮').replace(/^⋮(?:\n⋮)+$/gm, '⋮');

const visited = new Map<string, Promise<string>>();

/** Builds and visits the page of each host once. */
function consoleOf(host: string): Promise<string> {
  if (!(host in VITES)) throw new Error(`There is no host ${host}`);
  const known = visited.get(host) ?? pageConsole(host as ViteName);
  visited.set(host, known);
  return known;
}

/** A file of the app. */
const appFile = (path: string): string =>
  `\`${path}\`\n\n${block(readFileSync(join(repository, 'test/hosts/app', path), 'utf8'), 'js')}`;

const MARKER =
  /(<!-- (?<kind>\w+)(?:: (?<name>\S+)(?: (?<format>[\w-]+))?(?: (?<code>[A-Z_]+))?)? -->\n)(?<body>[\s\S]*?)(<!-- end -->)/g;

/** The text of a document as its programs make it. */
export async function filled(path: string, text: string): Promise<string> {
  let made = '';
  let from = 0;
  for (const match of text.matchAll(MARKER)) {
    const { kind = '', name, format, code = '', body = '' } = match.groups ?? {};
    const [story, variant] = name ? [name, format] : (EXAMPLE_OF.get(path) ?? []);
    const part = story && (await partOf({ kind, name: story, format: variant, code }, body.trim()));
    if (!part) throw new Error(`${path}: nobody knows what ${match[1]} stands for`);
    made += `${text.slice(from, match.index)}${match[1]}\n${part}\n\n<!-- end -->`;
    from = match.index + match[0].length;
  }
  return made + text.slice(from);
}

/** Undefined where there is no such kind, story or finding. */
async function partOf(
  { kind, name, format, code }: { kind: string; name: string; format: string | undefined; code: string },
  body: string,
): Promise<string | undefined> {
  if (kind === 'app') return appFile(name);
  if (kind === 'command') {
    const text = await commandExample(name);
    return text && block(text, 'console');
  }
  const ofPage = PAGE_KINDS[kind];
  if (ofPage) return ofPage(await consoleOf(`${name} ${format}`));
  if (isRolldown(format)) {
    const story = stories().find((other) => other.name === name);
    return story && ROLLDOWN_KINDS[kind]?.(story, format, code);
  }
  return KINDS[kind]?.(await show([name, (format ?? 'es') as Format]), body);
}

/** Paths of all documents of the package. */
export const documents = (): string[] => [
  'README.md',
  ...readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
    .sort(),
];
