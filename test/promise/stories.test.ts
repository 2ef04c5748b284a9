/** Every story in the formats that have no trace of their own beside it, and split into chunks: as without the plugin. */
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModuleFormat, OutputOptions } from 'rollup';
import { type Bundle, bundle, type Format, write } from '../support/bundle.ts';
import { projectFrom } from '../support/project.ts';
import { type Run, run, runInTurn } from '../support/run.ts';
import { expectSameBundle, expectSameRun } from '../support/same-bundle.ts';
import { entriesIn, inFormat, outputOf, pluginsOf, type Story, stories } from '../support/story.ts';
import { checkTrace } from '../support/trace.ts';

const loader = fileURLToPath(new URL('../support/load.mjs', import.meta.url));

interface Shape {
  title: string;
  format: ModuleFormat;
  /** The format of stories that this one is like: what the plugin says there, it says here. */
  like: Format;
  output?: OutputOptions;
  /** The format's own loader, where Node is not one. */
  needsLoader?: boolean;
  publishesLate?: boolean;
  fits(story: Story): boolean;
}

const isAnywhere = ({ formats }: Story): boolean => formats.includes('cjs');
const isOneChunk = ({ formats }: Story): boolean => formats.includes('iife');
const canBeSplit = ({ config }: Story): boolean =>
  !config.output?.inlineDynamicImports && !config.output?.preserveModules;
/** The same chunks in each run, and cycles of chunks among them. */
const split: OutputOptions = {
  manualChunks: (id) => `chunk${[...basename(id)].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 3}`,
  chunkFileNames: '[name].js',
};

const SHAPES: Shape[] = [
  { title: 'es, in chunks', format: 'es', like: 'es', output: split, fits: canBeSplit },
  {
    title: 'cjs, in chunks',
    format: 'cjs',
    like: 'cjs',
    output: split,
    publishesLate: true,
    fits: (story) => isAnywhere(story) && canBeSplit(story),
  },
  { title: 'umd', format: 'umd', like: 'iife', fits: isOneChunk },
  { title: 'amd', format: 'amd', like: 'cjs', needsLoader: true, fits: isAnywhere },
  {
    title: 'system, in chunks',
    format: 'system',
    like: 'es',
    output: { ...split, name: '' },
    needsLoader: true,
    publishesLate: true,
    fits: (story) => !story.config.external && canBeSplit(story),
  },
];

describe('stories in other shapes', () => {
  for (const story of stories()) {
    for (const shape of SHAPES.filter(({ fits }) => fits(story))) {
      it(`${story.name} (${shape.title}): the same chunks, the same run`, async () => {
        const plain = await build(story, shape, false);
        const traced = await build(story, shape, true);
        const ours = inFormat(story.config.pluginWarnings, shape.like) ?? [];
        expectSameBundle(traced, plain, { ours });
        if (story.config.notRun) return;
        const [one, other] = await Promise.all([
          start(story, plain, shape, 'plain'),
          start(story, traced, shape, 'traced'),
        ]);
        expectSameRun(other, one);
        // Where a chunk publishes what it exports when it ends, a reader gets undefined of what has its value.
        if (other.events?.length && !shape.publishesLate) checkTrace(other.events, story.config.external);
      });
    }
  }
});

const projects = new Map<string, Promise<string>>();

function projectOf(dir: string, name: string): Promise<string> {
  const made = projects.get(name) ?? projectFrom(dir, `shapes/${name}`);
  projects.set(name, made);
  return made;
}

async function build(
  { dir, name, config }: Story,
  { format, output }: Shape,
  isTraced: boolean,
): Promise<Bundle> {
  const { input = ['main.js'], external = [], treeshake = true, options = {} } = config;
  const source = await projectOf(dir, name);
  return bundle({
    source,
    input,
    external,
    treeshake,
    plugins: pluginsOf(config, source),
    format,
    trace: isTraced ? options : false,
    output: { ...outputOf(config, source), ...output },
  });
}

function start(
  { config }: Story,
  built: Bundle,
  { title, format, needsLoader }: Shape,
  name: string,
): Promise<Run> {
  const dir = dirname(write(built, format, `${title.replace(/\W+/g, '-')}-${name}`));
  const files = entriesIn(config, dir);
  const entries = files.map((file) => basename(file, '.js'));
  return needsLoader ? run(files[0], [loader, format, dir, ...entries]) : runInTurn(files);
}
