/** The app of test/hosts/app, as hosts of the plugin build it. */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import modulePhases from 'rollup-plugin-module-phases';
import * as vite7 from 'vite-7';
import type { PluginOptions } from './bundle.ts';
import { repository } from './package.ts';
import { openPages, type Visit } from './page.ts';
import { project } from './project.ts';

/** What of a Vite the tests use is the same in both; the types differ by those of the bundlers. */
export type Vite = typeof vite7;
export type ViteConfig = vite7.InlineConfig;

// Awaited, so that mocha has to import the tests: if it requires them, tsx compiles Vite too, which then fails.
const vite8: unknown = await import('vite');

export const VITES = { 'Vite 7': vite7, 'Vite 8': vite8 as Vite } as const;
export type ViteName = keyof typeof VITES;

/** Of what the app imports, with what these packages import. */
const PACKAGES = ['lodash-es', 'react', 'react-dom', 'scheduler'];

/** Makes a project of the app. Its packages are copies, as npm makes them: a link's modules have other paths. */
export function appProject(): string {
  const dir = project({});
  cpSync(join(repository, 'test/hosts/app'), dir, { recursive: true });
  for (const name of PACKAGES)
    cpSync(join(repository, 'node_modules', name), join(dir, 'node_modules', name), { recursive: true });
  return dir;
}

export interface HostBuild {
  /** Where it stands. */
  dir: string;
  /** By path. */
  files: Readonly<Record<string, string>>;
  /** Warnings and errors. */
  said: string[];
}

/** Options of the plugin, `false` for none of it; or how it stands in `plugins`. */
export type Traced = PluginOptions | false | ((root: string) => vite7.PluginOption);

/** The plugins of a config, for a build and for that of a worker. */
export const pluginsFor = (root: string, traced: Traced): vite7.PluginOption[] => {
  if (traced === false) return [];
  return [typeof traced === 'function' ? traced(root) : (modulePhases({ root, ...traced }) as vite7.Plugin)];
};

/** Builds with a Vite, into a folder of that name. */
export async function buildWith(
  vite: Vite,
  { root, name, traced, config }: { root: string; name: string; traced: Traced; config: ViteConfig },
): Promise<HostBuild> {
  const { said, customLogger } = listeningLogger();
  const dir = join(root, 'dist', name);
  await vite.build({
    ...baseConfig(root),
    customLogger,
    ...config,
    plugins: [...pluginsFor(root, traced), ...(config.plugins ?? [])],
    worker: { ...config.worker, plugins: () => pluginsFor(root, traced) },
    build: { outDir: dir, ...config.build },
  });
  return { dir, files: filesIn(dir), said };
}

/** Without a config file, and without a word of progress; pages are served below a path. */
export const baseConfig = (root: string): ViteConfig => ({
  root,
  configFile: false,
  base: './',
  logLevel: 'warn',
});

export const filesIn = (dir: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [relative(dir, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')])
      .sort(),
  );

/** Keeps what a Vite says. */
export function listeningLogger(): { said: string[]; customLogger: vite7.Logger } {
  const said: string[] = [];
  // Vite colours where `CI` is set.
  const say = (message: string): void => void said.push(stripVTControlCharacters(message));
  return {
    said,
    customLogger: {
      info: () => {},
      warn: say,
      warnOnce: say,
      error: say,
      clearScreen: () => {},
      hasErrorLogged: () => false,
      hasWarned: false,
    },
  };
}

/** The build of the whole app as most have it, in a browser. `last` is the last line that it prints. */
export const PAGE = { config: { build: { sourcemap: true, assetsInlineLimit: 0 } }, last: 'app: done' };

/**
 * What the console of a page shows for the app as a Vite built it, program and trace, without the worker's, whose lines
 * come when they come. The same in each run: without times, and without the address of the page.
 */
export async function pageConsole(name: ViteName, traced: PluginOptions = {}): Promise<string> {
  const root = appProject();
  const { files } = await buildWith(VITES[name], { root, name: 'page', traced, config: PAGE.config });
  const pages = await openPages();
  try {
    return consoleText(await pages.visit({ files }, PAGE.last));
  } finally {
    await pages.close();
  }
}

/** What {@link pageConsole} makes of a visit. */
export const consoleText = ({ pageMessages }: Visit): string =>
  pageMessages
    // A heading says how many lines came at once, which is the browser's doing.
    .map(({ text }) => lasting(text).replace(/^module-phases: \d+ events?(?:\n|$)/, ''))
    .filter((text) => text !== '')
    .join('\n');

const lasting = (text: string): string =>
  text
    .replace(/ +in \d+(?:\.\d+)? ms/g, '')
    .replace(/http:\/\/127\.0\.0\.1:\d+\/\d+\//g, 'http://localhost/')
    .replace(/ +$/gm, '');
