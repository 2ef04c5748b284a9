/** The app of test/hosts/app, built as people build theirs: by either Vite, and by Rolldown alone. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { expect } from 'chai';
import { type Plugin, rolldown } from 'rolldown';
import modulePhases from 'rollup-plugin-module-phases';
import type * as vite7 from 'vite-7';
import type { TraceEvent } from '../../src/protocol/events.ts';
import type { Finding, FindingCode } from '../../src/protocol/finding.ts';
import { TRACE_KEY } from '../../src/protocol/trace.ts';
import {
  appProject,
  baseConfig,
  buildWith,
  consoleText,
  filesIn,
  type HostBuild,
  listeningLogger,
  PAGE,
  type Traced,
  VITES,
  type ViteConfig,
  type ViteName,
} from '../support/hosts.ts';
import { eventsOf, type Message, openPages, type Pages, type Visit } from '../support/page.ts';
import { misplaced } from '../support/places.ts';
import { type Run, run } from '../support/run.ts';
import { checkTrace, type EventOf } from '../support/trace.ts';

/** What comes of the read that is too early: a bundler that prints `var` for `const` masks it. */
const EARLY: Record<Host, { code: FindingCode; prints: string }> = {
  'Vite 7': { code: 'EARLY_READ', prints: 'ReferenceError' },
  'Vite 8': { code: 'MASKED_TDZ', prints: 'TypeError' },
  Rolldown: { code: 'EARLY_READ', prints: 'ReferenceError' },
};

type Host = ViteName | 'Rolldown';

const RUNTIME = /(?:^|\/)module-phases(?:-[0-9a-f]{8})?\.js$/;
const OURS = /^(?:\[plugin module-phases\] )?rollup-plugin-module-phases /;

/** What a build calls a file, without the hash of what is in it. */
const nameOf = (file: string): string => file.replace(/-[\w-]{8}(?=\.\w)/g, '');

const namesOf = ({ files }: HostBuild): string[] => Object.keys(files).map(nameOf).sort();

const withoutHashes = (text: string): string => text.replace(/-[\w-]{8}(?=\.\w)/g, '');

/** What is the same in both builds. */
function expectSame(plain: HostBuild, traced: HostBuild): void {
  expect(traced.said.filter((text) => !OURS.test(text))).to.deep.equal(plain.said);
  const ours = traced.said.filter((text) => OURS.test(text));
  expect(ours).to.deep.equal([]);
  expect(namesOf(traced).filter((name) => !RUNTIME.test(name))).to.deep.equal(namesOf(plain));
  const others = ({ files }: HostBuild): string[] =>
    Object.entries(files).flatMap(([name, text]) =>
      /\.(?:c?js|map)$/.test(name) ? [] : `${nameOf(name)}: ${withoutHashes(text)}`,
    );
  expect(others(traced).sort()).to.deep.equal(others(plain).sort());
}

const eventsOfType = <T extends TraceEvent['type']>(
  events: readonly TraceEvent[] | undefined,
  type: T,
): EventOf<T>[] => (events ?? []).filter((event): event is EventOf<T> => event.type === type);

const starts = (events: readonly TraceEvent[] | undefined): string[] =>
  eventsOfType(events, 'evaluate-start').flatMap(({ module }) => (/^src\//.test(module) ? module : []));

/** The read that is too early, in the trace and in what is found of it. */
function expectEarlyRead(host: Host, events: readonly TraceEvent[], findings: readonly Finding[]): void {
  const early = eventsOfType(events, 'read').filter((event) => event.early);
  expect(early).to.have.length(1);
  expect(early[0]).to.deep.include({
    importer: 'src/store/cart.js',
    loc: { file: 'src/store/cart.js', line: 5, column: 10 },
    module: 'src/store/defaults.js',
    name: 'defaults',
    local: 'defaults',
  });
  const [finding, ...others] = findings.filter(({ code }) => code === EARLY[host].code);
  expect(others).to.deep.equal([]);
  expect(finding?.loc).to.deep.equal(early[0]?.loc);
  expect(finding?.message).to.match(/cart\.js:5:11 reads defaults of src\/store\/defaults\.js/);
  expect(finding?.modules).to.include.members(['src/store/cart.js', 'src/store/defaults.js']);
}

/** Members, whose names no minifier changes, each in one place of the sources. */
const MEMBERS: Readonly<Record<string, string>> = {
  toFixed: 'src/money.ts',
  reduce: 'src/work/sum.js',
  querySelector: 'src/app.tsx',
  onmessage: 'src/main.ts',
};

/** Where the maps of a build say that its members are. */
function mappedMembers(root: string, { files }: HostBuild): string[] {
  return Object.entries(files).flatMap(([file, code]) => {
    const map = mapOf(files, file);
    if (!map) return [];
    const lines = code.split('\n');
    return lines.flatMap((text, index) =>
      Array.from(text.matchAll(/\.(\w+)/g), ({ 1: name = '', index: at }) => {
        const { source, line } = originalPositionFor(map, { line: index + 1, column: at + 1 });
        const path = MEMBERS[name];
        return path && source?.endsWith(path) ? `${name} ${path}:${line}` : [];
      }).flat(),
    );
  });

  function mapOf(all: HostBuild['files'], file: string): TraceMap | undefined {
    if (!/\.c?js$/.test(file)) return undefined;
    const inline = /^\/\/# sourceMappingURL=data:[^,]*;base64,(.*)$/m.exec(all[file] ?? '')?.[1];
    const text = inline ? Buffer.from(inline, 'base64').toString() : all[`${file}.map`];
    return text === undefined ? undefined : new TraceMap(text, join(root, 'dist', file));
  }
}

const sourcePlaces = (root: string, names: readonly string[]): string[] =>
  names.map((name) => {
    const path = MEMBERS[name] ?? '';
    const lines = readFileSync(join(root, path), 'utf8').split('\n');
    const at = lines.flatMap((text, index) => (text.includes(`.${name}`) ? index + 1 : []));
    expect(at, `${name} stands in one place`).to.have.length(1);
    return `${name} ${path}:${at[0]}`;
  });

/** What starts in the program of src/node.ts, in order. */
const NODE_STARTS = [
  'src/money.ts',
  'src/store/cart.js',
  'src/store/defaults.js',
  'src/visits.js',
  'src/node.ts',
  'src/routes/home.js',
];
const nodePrints = (host: Host): string =>
  `app: keeps its limit (${EARLY[host].prints})\napp: 9.00 Pound, at most 5\napp: Home Of tea, visit 1\n`;

/** The one script of a build that is an entry: it stands first in the folder of its name. */
const entryIn = ({ dir, files }: HostBuild, name: string): string =>
  join(dir, Object.keys(files).find((file) => basename(nameOf(file)) === name) ?? name);

const isScript = (file: string): boolean => file.endsWith('.js');

const printed = (messages: readonly Message[]): string[] => messages.map(({ text }) => text);

/** The page's lines, then the worker's: no one knows which of two comes first. */
const inTurn = (messages: readonly Message[]): string[] => {
  const texts = printed(messages);
  const ofWorker = (text: string): boolean => text.startsWith('worker: ');
  return [...texts.filter((text) => !ofWorker(text)), ...texts.filter(ofWorker)];
};

describe('hosts', () => {
  let root: string;
  let pages: Pages;
  before(async () => {
    root = appProject();
    pages = await openPages();
  });
  after(() => pages.close());

  for (const [host, vite] of Object.entries(VITES) as [ViteName, (typeof VITES)[ViteName]][]) {
    describe(host, () => {
      let builds = 0;
      const build = (config: ViteConfig, traced: Traced = false): Promise<HostBuild> =>
        buildWith(vite, { root, name: `${host}/${builds++}`, traced, config });

      /** Builds without the plugin and with it. */
      async function both(config: ViteConfig, traced: Traced = {}) {
        const plain = await build(config);
        const built = await build(config, traced);
        expectSame(plain, built);
        return { plain, traced: built };
      }

      /** The program of src/node.ts, built for a browser: it needs none. */
      const node = (config: ViteConfig = {}): ViteConfig => ({
        ...config,
        build: { ...config.build, rollupOptions: { input: join(root, 'src/node.ts') } },
      });

      /** These minifiers run before the chunk has its map: one line says so, and the bundle is the plain one. */
      async function expectUntraced(config: ViteConfig): Promise<void> {
        const [plain, traced] = [await build(config), await build(config, {})];
        const textsOf = ({ files }: HostBuild): string[] =>
          Object.entries(files).map(([name, text]) => `${nameOf(name)} ${withoutHashes(text)}`);
        expect(textsOf(traced)).to.deep.equal(textsOf(plain));
        const ours = traced.said.filter((text) => OURS.test(text));
        expect(ours).to.have.length(1);
        expect(ours[0]).to.match(/leaves 2 chunks: .* untraced.*build\.minify: 'oxc'/);
      }

      /** Runs both builds of src/node.ts; the traced one's trace is as expected. */
      async function expectNodeRuns(built: { plain: HostBuild; traced: HostBuild }): Promise<Run> {
        const plain = await run(entryIn(built.plain, 'node.js'));
        const traced = await run(entryIn(built.traced, 'node.js'));
        expect(plain.stdout, plain.stderr).to.equal(nodePrints(host));
        expect(traced.stdout, traced.stderr).to.equal(plain.stdout);
        expectNodeTrace(host, traced);
        return traced;
      }

      describe('an app, as most build it', () => {
        let built: { plain: HostBuild; traced: HostBuild };
        let plain: Visit;
        let traced: Visit;
        /** Of the page: those of a visit are the worker's. */
        let events: TraceEvent[] | undefined;
        before(async () => {
          built = await both(PAGE.config);
          plain = await pages.visit({ files: built.plain.files }, PAGE.last);
          traced = await pages.visit({ files: built.traced.files }, PAGE.last);
          events = await eventsOf(traced.page);
        });

        it('prints and shows the same', async () => {
          expect(inTurn(plain.program)).to.deep.equal([
            `app: keeps its limit (${EARLY[host].prints})`,
            'app: 2 things, 9.00 Euro',
            'app: the worker says 6',
            'app: shows home-of-tea',
            'app: shows about-us-2',
            'app: done',
            'worker: worked out 6',
          ]);
          expect(plain.messages).to.deep.equal(plain.program);
          expect(inTurn(traced.program)).to.deep.equal(inTurn(plain.program));
          expect(traced.program.filter(({ type }) => type !== 'log')).to.deep.equal([]);
          const [shown, shownTraced] = await Promise.all([plain, traced].map(htmlOf));
          expect(shown).to.include('<h1>About Us 2</h1>').and.include('9.00 Euro');
          expect(shownTraced).to.equal(shown);
        });

        it('has a trace with places of the sources', () => {
          checkTrace(events ?? []);
          const text = printed(traced.trace).join('\n');
          expect(text).to.match(/read +src\/main\.ts:17:23 +cart of src\/store\/cart\.js → object/);
          expect(text).to.match(/read +src\/app\.tsx:18:10 +cart of src\/store\/cart\.js → object/);
          expect(text).to.match(/initialize +src\/money\.ts:5:13 +Currency → object/);
          expect(starts(events)).to.deep.equal([
            'src/logo.svg',
            'src/store/cart.js',
            'src/store/defaults.js',
            'src/app.tsx',
            'src/money.ts',
            'src/main.ts',
            'src/visits.js',
            'src/routes/home.js',
            'src/routes/about.js',
          ]);
          // Vite 7 writes `then(({ title, visits }) => …)` anew, with a map of the statement alone.
          const statement = { file: 'src/main.ts', line: 22, column: 2 };
          const rewritten = host === 'Vite 7' ? ['title', 'visits'] : [];
          expect(misplaced(root, ownPlaces(events))).to.deep.equal(
            rewritten.map((name) => ({ name, ...statement })),
          );
        });

        it('explains the read that is too early', async () => {
          const [warning, ...others] = traced.trace.filter(({ type }) => /warning|error/.test(type));
          expect(others).to.deep.equal([]);
          expect(warning?.text).to.match(
            /^module-phases: src\/store\/cart\.js:5:11 reads defaults of src\/store\/defaults\.js/,
          );
          expectEarlyRead(host, events ?? [], await findingsOf(traced.page));
        });

        it('traces the worker', async () => {
          const [worker] = traced.page.workers();
          const working = worker && (await eventsOf(worker));
          checkTrace(working ?? []);
          const order = ['src/work/add.js', 'src/work/sum.js', 'src/worker.js'];
          expect(starts(working)).to.deep.equal(order);
          expect(eventsOfType(working, 'read').map(({ local, loc }) => `${local} ${loc.line}`)).to.deep.equal(
            ['sum 4', 'add 3'],
          );
          const text = printed(traced.workerTrace).join('\n');
          for (const module of order) expect(text).to.match(new RegExp(`evaluate-end +${module}`));
          expect(starts(events)).not.to.include('src/worker.js');
        });

        it('traces the routes that it imports later', () => {
          for (const type of ['import-start', 'import-end'] as const) {
            const requests = eventsOfType(events, type);
            expect(
              requests.map(({ importer, loc, module }) => `${importer}:${loc.line} ${module}`),
              type,
            ).to.deep.equal(['src/main.ts:20 src/routes/home.js', 'src/main.ts:22 src/routes/about.js']);
          }
        });

        it('has a console that documents can show', () => {
          const text = consoleText(traced);
          expect(text).to.include('app: 2 things, 9.00 Euro\n');
          expect(text).not.to.match(/\d ms|127\.0|src\/worker\.js|%c| $/m);
          expect(text).to.match(/^evaluate-end +src\/store\/cart\.js$/m);
          expect(text).to.match(/^module-phases: \d+ modules evaluated, \d+ reads$/m);
        });

        it('has source maps that hold', () => {
          const places = sourcePlaces(root, Object.keys(MEMBERS)).sort();
          expect(mappedMembers(root, built.plain).sort()).to.deep.equal(places);
          expect(mappedMembers(root, built.traced).sort()).to.deep.equal(places);
        });
      });

      describe('what else a Vite makes modules of', () => {
        let plain: Visit;
        let traced: Visit;
        let events: TraceEvent[] | undefined;
        before(async () => {
          const built = await both({
            define: { __VERSION__: '"1.2"' },
            build: {
              // Without it Vite 8 has no map of what it makes of a glob: places there would be a line too late.
              sourcemap: true,
              rollupOptions: {
                input: join(root, 'extras.html'),
                output: { manualChunks: (id) => (id.includes('lodash-es') ? 'vendor' : undefined) },
              },
            },
          });
          const visit = ({ files }: HostBuild): Promise<Visit> =>
            pages.visit({ files: { ...files, 'index.html': files['extras.html'] ?? '' } }, PAGE.last);
          plain = await visit(built.plain);
          traced = await visit(built.traced);
          events = await eventsOf(traced.page);
        });

        it('prints the same', () => {
          expect(inTurn(plain.program)).to.deep.equal([
            'app: Tea House in Hamburg, Made by hand., 1.2 production ready',
            'app: cup,pot, function',
            'app: 12 false true',
            'app: the inlined worker says 10',
            'app: ./routes/about.js About Us',
            'app: ./routes/home.js Home Of tea',
            'app: again Home Of tea',
            'app: Unknown variable dynamic import: ./routes/missing.js',
            'app: done',
            'worker: worked out 10',
          ]);
          expect(inTurn(traced.program)).to.deep.equal(inTurn(plain.program));
        });

        it('is traced: globs, a top-level await, imports by a variable, an inlined worker', async () => {
          const [worker] = traced.page.workers();
          const working = worker && (await eventsOf(worker));
          checkTrace(events ?? []);
          expect(starts(events).filter((module) => /\.[jt]s$/.test(module))).to.deep.equal([
            'src/extras/words/cup.js',
            'src/extras/words/pot.js',
            'src/extras/later.js',
            'src/extras.ts',
            'src/visits.js',
            'src/routes/about.js',
            'src/store/defaults.js',
            'src/store/cart.js',
            'src/routes/home.js',
          ]);
          const requests = eventsOfType(events, 'import-start');
          expect(
            requests.map(
              ({ importer, loc, module, status }) => `${importer}:${loc.line} ${module} ${status}`,
            ),
          ).to.deep.equal([
            'src/extras.ts:12 src/routes/about.js linked',
            'src/extras.ts:12 src/routes/home.js linked',
            'src/extras.ts:24 src/routes/home.js evaluated',
          ]);
          const waits = eventsOfType(events, 'evaluate-suspend').map(
            ({ module, loc }) => `${module}:${loc.line}`,
          );
          expect(waits).to.deep.equal([
            'src/extras/later.js:1',
            'src/extras/later.js:3',
            'src/extras.ts:31',
            'src/extras.ts:32',
            'src/extras.ts:32',
            'src/extras.ts:33',
            'src/extras.ts:34',
          ]);
          expect(starts(working)).to.deep.equal(['src/work/add.js', 'src/work/sum.js', 'src/worker.js']);
        });

        it('a chunk of its own that runs first is told', async () => {
          const order = (await findingsOf(traced.page)).filter(({ code }) => code === 'ORDER');
          expect(order).to.have.length(1);
          expect(order[0]?.native).to.equal('differs');
          expect(order[0]?.modules[0]).to.match(/^node_modules\/lodash-es\//);
        });
      });

      describe('source maps', () => {
        for (const sourcemap of [false, 'hidden', 'inline', true] as const) {
          it(`sourcemap: ${sourcemap}, of a worker as well`, async () => {
            const input = ['node.ts', 'background.ts'].map((file) => join(root, 'src', file));
            const built = await both({ build: { sourcemap, rollupOptions: { input } } });
            for (const { files } of Object.values(built)) {
              const scripts = Object.keys(files).filter((file) => isScript(file) && !RUNTIME.test(file));
              const maps = Object.keys(files).filter((file) => file.endsWith('.map'));
              expect(scripts.map(nameOf)).to.deep.equal(
                ['background', 'home', 'node', 'worker'].map((name) => `assets/${name}.js`),
              );
              expect(maps).to.deep.equal(
                sourcemap === true || sourcemap === 'hidden' ? scripts.map((file) => `${file}.map`) : [],
              );
              for (const file of scripts) {
                const comments = files[file]?.match(/sourceMappingURL=.{0,5}/g) ?? [];
                if (sourcemap === 'inline') expect(comments, file).to.deep.equal(['sourceMappingURL=data:']);
                else if (sourcemap === true)
                  expect(comments, file).to.deep.equal([`sourceMappingURL=${basename(file).slice(0, 5)}`]);
                else expect(comments, file).to.deep.equal([]);
              }
            }
            const places = sourcemap === false ? [] : sourcePlaces(root, ['toFixed', 'reduce']);
            expect(mappedMembers(root, built.plain)).to.deep.equal(places);
            expect(mappedMembers(root, built.traced)).to.deep.equal(places);
            await expectNodeRuns(built);
          });
        }
      });

      describe('minifiers', () => {
        for (const minify of ['terser', 'esbuild', false] as const) {
          it(`minify: ${minify}`, async () => {
            const config = node({ build: { minify } });
            if (host === 'Vite 7' || minify === false) await expectNodeRuns(await both(config));
            else await expectUntraced(config);
          });
        }
      });

      describe('the place of the plugin', () => {
        for (const enforce of ['pre', 'post'] as const) {
          it(`enforce: '${enforce}'`, async () => {
            const plugin = (dir: string): vite7.Plugin => ({
              ...(modulePhases({ root: dir }) as vite7.Plugin),
              enforce,
            });
            await expectNodeRuns(await both(node(), plugin));
          });
        }

        it('a plugin after it that changes chunks in generateBundle: both changes are there', async () => {
          const changes: vite7.Plugin = {
            name: 'changes',
            generateBundle(_options, bundle) {
              for (const file of Object.values(bundle)) {
                if (file.type === 'chunk')
                  file.code = `/*! ours */\n${file.code.replaceAll('app: ', 'shop: ')}`;
              }
            },
          };
          const built = await both(node({ plugins: [changes] }));
          const [plain, traced] = await Promise.all(
            [built.plain, built.traced].map((of) => run(entryIn(of, 'node.js'))),
          );
          expect(plain?.stdout, plain?.stderr).to.equal(nodePrints(host).replaceAll('app: ', 'shop: '));
          expect(traced?.stdout, traced?.stderr).to.equal(plain?.stdout);
          for (const [file, code] of Object.entries(built.traced.files))
            if (isScript(file) && !RUNTIME.test(file)) expect(code, file).to.match(/^\/\*! ours \*\//);
          if (traced) expectNodeTrace(host, traced);
        });
      });

      describe('build.lib', () => {
        const formats = host === 'Vite 7' ? (['es', 'cjs', 'umd'] as const) : (['es', 'cjs'] as const);
        it(`${formats.join(', ')}: each is traced`, async () => {
          const built = await both({
            build: {
              lib: { entry: join(root, 'src/lib.ts'), name: 'tea', formats: [...formats], fileName: 'tea' },
              rollupOptions: { external: ['react'], output: { globals: { react: 'React' } } },
            },
          });
          const files = Object.keys(built.plain.files);
          expect(files).to.have.length(formats.length);
          for (const file of files) {
            const [plain, traced] = await Promise.all(
              [built.plain, built.traced].map(({ dir }) => run(join(dir, file))),
            );
            expect(plain?.stdout, plain?.stderr).to.match(
              /^app: keeps its limit \(\w+\)\napp: a library for React \d+\napp: 9\.00 Euro\n$/,
            );
            expect(traced?.stdout, traced?.stderr).to.equal(plain?.stdout);
            expect(starts(traced?.events), file).to.deep.equal([
              'src/money.ts',
              'src/store/cart.js',
              'src/store/defaults.js',
              'src/lib.ts',
            ]);
            expectEarlyRead(host, traced?.events ?? [], traced?.findings ?? []);
          }
        });
      });

      it('build.ssr: a dependency that is left to Node is read, and the rest is traced', async () => {
        const built = await both({ build: { ssr: join(root, 'src/server.tsx') } });
        const [plain, traced] = await Promise.all(
          [built.plain, built.traced].map((of) => run(entryIn(of, 'server.js'))),
        );
        expect(plain?.stdout, plain?.stderr).to.match(/\napp: <p>9\.00 Euro<\/p>\n$/);
        expect(traced?.stdout, traced?.stderr).to.equal(plain?.stdout);
        expectEarlyRead(host, traced?.events ?? [], traced?.findings ?? []);
        expect(starts(traced?.events).at(-1)).to.equal('src/server.tsx');
        const external = eventsOfType(traced?.events, 'read').filter(
          ({ module }) => module === 'react-dom/server',
        );
        expect(external.map(({ name, loc }) => `${name} ${loc.line}`)).to.deep.equal(['renderToString 7']);
      });

      it('environments that are built at once: each has its own trace', async () => {
        const { said, customLogger } = listeningLogger();
        const dir = join(root, 'dist', host, 'environments');
        const builder = await vite.createBuilder({
          ...baseConfig(root),
          customLogger,
          plugins: [modulePhases({ root }) as vite7.Plugin],
          environments: {
            client: {
              build: { outDir: join(dir, 'client'), rollupOptions: { input: join(root, 'src/node.ts') } },
            },
            ssr: { build: { outDir: join(dir, 'ssr'), ssr: join(root, 'src/server.tsx') } },
          },
          builder: {
            sharedConfigBuild: true,
            buildApp: async ({ build: buildOne, environments }) => {
              await Promise.all(Object.values(environments).map((environment) => buildOne(environment)));
            },
          },
        });
        await builder.buildApp();
        expect(said).to.deep.equal([]);
        const outputOf = (name: string): HostBuild => ({
          dir: join(dir, name),
          files: filesIn(join(dir, name)),
          said,
        });
        const client = await run(entryIn(outputOf('client'), 'node.js'));
        expect(client.stdout, client.stderr).to.equal(nodePrints(host));
        expectNodeTrace(host, client);
        const server = await run(entryIn(outputOf('ssr'), 'server.js'));
        expect(server.stdout, server.stderr).to.match(/<p>9\.00 Euro<\/p>/);
        expect(starts(server.events).at(-1)).to.equal('src/server.tsx');
      });

      it('build.watch: the second build has the trace of what changed', async () => {
        const dir = join(root, 'dist', host, 'watch');
        const { customLogger } = listeningLogger();
        const edited = join(root, 'src/visits.js');
        const text = readFileSync(edited, 'utf8');
        const watcher = (await vite.build({
          ...baseConfig(root),
          customLogger,
          plugins: [modulePhases({ root }) as vite7.Plugin],
          ...node({ build: { outDir: dir, watch: { buildDelay: 10 } } }),
        })) as unknown as Watcher;
        const built = (): Promise<void> =>
          new Promise((resolve, reject) => {
            watcher.on('event', (event) => {
              if (event.code === 'ERROR') reject(new Error(String(event.error)));
              if (event.code === 'END') resolve();
            });
          });
        const runs = (): Promise<Run> => run(entryIn({ dir, files: filesIn(dir), said: [] }, 'node.js'));
        const visitOf = ({ events }: Run): string[] =>
          eventsOfType(events, 'initialize').flatMap(({ name, value, loc }) =>
            name === 'visits' ? `${value} ${loc.line}` : [],
          );
        try {
          await built();
          const first = await runs();
          expect(first.stdout, first.stderr).to.equal(nodePrints(host));
          expect(visitOf(first)).to.deep.equal(['0 1']);
          const again = built();
          const change = (): void => writeFileSync(edited, `// Changed.\n${text.replace('= 0', '= 40')}`);
          change();
          // The watcher may look away for a moment after the first build.
          const retry = setInterval(change, 500);
          await again.finally(() => clearInterval(retry));
          const second = await runs();
          expect(second.stdout, second.stderr).to.equal(nodePrints(host).replace('visit 1', 'visit 41'));
          expect(visitOf(second)).to.deep.equal(['40 2']);
        } finally {
          await watcher.close();
          writeFileSync(edited, text);
        }
      });
    });
  }

  it('Rolldown alone: minified, run by Node', async () => {
    const built = async (traced: boolean): Promise<HostBuild> => {
      const said: string[] = [];
      const dir = join(root, 'dist/rolldown', `${traced}`);
      const bundle = await rolldown({
        input: join(root, 'src/node.ts'),
        cwd: root,
        // The types of its plugins are its own.
        plugins: traced ? [modulePhases({ root }) as unknown as Plugin] : [],
        onLog: (level, log) => void (level === 'warn' && said.push(log.message)),
      });
      await bundle.write({ dir, format: 'es', minify: true, sourcemap: true });
      await bundle.close();
      return { dir, files: filesIn(dir), said };
    };
    const [plain, traced] = [await built(false), await built(true)];
    expectSame(plain, traced);
    const [plainRun, tracedRun] = [
      await run(entryIn(plain, 'node.js')),
      await run(entryIn(traced, 'node.js')),
    ];
    expect(plainRun.stdout, plainRun.stderr).to.equal(nodePrints('Rolldown'));
    expect(tracedRun.stdout, tracedRun.stderr).to.equal(plainRun.stdout);
    expectNodeTrace('Rolldown', tracedRun);
    const places = sourcePlaces(root, ['toFixed']);
    expect(mappedMembers(root, plain)).to.deep.equal(places);
    expect(mappedMembers(root, traced)).to.deep.equal(places);
  });
});

/** Of either bundler. */
interface Watcher {
  on(name: 'event', listener: (event: { code: string; error?: unknown }) => void): void;
  close(): Promise<void>;
}

/** The trace of src/node.ts; none where the host does not trace. */
function expectNodeTrace(host: Host, { events, findings }: Run): void {
  checkTrace(events ?? []);
  expect(starts(events)).to.deep.equal(NODE_STARTS);
  expectEarlyRead(host, events ?? [], findings ?? []);
}

/** What the page shows, without its address. */
const htmlOf = async ({ page }: Visit): Promise<string> =>
  (await page.innerHTML('body')).replaceAll(page.url(), '');

const findingsOf = (page: Visit['page']): Promise<Finding[]> =>
  page.evaluate(
    (key) =>
      (globalThis as { [key: symbol]: { explain(): Finding[] } | undefined })[Symbol.for(key)]?.explain() ??
      [],
    TRACE_KEY,
  );

/** What stands at a place under the name that the event has: Vite's and the compiler's own additions do not. */
const ownPlaces = (events: readonly TraceEvent[] | undefined): TraceEvent[] =>
  (events ?? []).filter(
    (event) =>
      'loc' in event &&
      /^src\//.test(event.loc.file) &&
      !(event.type === 'read' && /^(?:__vitePreload|_?jsxs?)$/.test(event.local)),
  );
