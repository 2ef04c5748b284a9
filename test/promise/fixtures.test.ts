import { join, relative, sep } from 'node:path';
import { expect } from 'chai';
import type { RollupLog } from 'rollup';
import { MARK_PATTERN } from '../../src/protocol.ts';
import { type Bundle, bundle, type Format, write } from '../support/bundle.ts';
import { projectFrom } from '../support/project.ts';
import { outcome, type Run, run } from '../support/run.ts';
import { expectText, inFormat, pluginsOf, type Story, stories } from '../support/story.ts';
import { isRuntime } from '../support/summary.ts';
import { checkTrace, countTrace, formatTrace } from '../support/trace.ts';

/** A story in one format: its modules run by Node, as a plain and as a traced bundle. */
interface Told {
  plain: Bundle;
  traced: Bundle;
  /** Absent where the story is not run. */
  runs?: { native: Run; plain: Run; traced: Run };
}

function told(story: Story): Map<Format, () => Promise<Told>> {
  const dir = once(() => projectFrom(story.dir, story.name));
  const native = once(async () => run(join(await dir(), story.config.input ?? 'main.js')));
  return new Map(story.formats.map((format) => [format, once(() => tell(story, format, dir, native))]));
}

async function tell(
  { config }: Story,
  format: Format,
  dir: () => Promise<string>,
  native: () => Promise<Run>,
) {
  const { input = 'main.js', external = [], treeshake = true, output = {}, options = {} } = config;
  const source = await dir();
  const common = { source, input, external, treeshake, output, format };
  const plain = await bundle({ ...common, plugins: pluginsOf(config, source), trace: false });
  const traced = await bundle({ ...common, plugins: pluginsOf(config, source), trace: options });
  if (config.notRun) return { plain, traced };
  const [plainRun, tracedRun] = await Promise.all([
    run(write(plain, format, `${format}-plain`)),
    run(write(traced, format, `${format}-traced`)),
  ]);
  return { plain, traced, runs: { native: await native(), plain: plainRun, traced: tracedRun } };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Runs the next ones while one is looked at. */
const AHEAD = 3;
const queue: (() => Promise<Told>)[] = [];

function take(index: number): Promise<Told> {
  const promises = queue.slice(index, index + 1 + AHEAD).map((start) => start());
  for (const promise of promises) promise.catch(() => {});
  return promises[0] as Promise<Told>;
}

for (const story of stories()) {
  describe(`${story.name}: ${story.config.description}`, () => {
    for (const [format, start] of told(story)) {
      const index = queue.push(start) - 1;
      it(`${format}: the bundle with the plugin is the plain one, and its trace is as expected`, async () => {
        const { plain, traced, runs } = await take(index);
        expectSameBuild(story, format, plain, traced);
        if (runs) expectSameRun(runs.plain, runs.traced);
        if (runs) expectNative(story, format, runs.native, runs.plain);
        if (runs) expectTrace(story, format, traced, runs.traced);
      });
    }
  });
}

function expectSameBuild({ config }: Story, format: Format, plain: Bundle, traced: Bundle): void {
  const warned = inFormat(config.warnings, format) ?? [];
  const added = inFormat(config.pluginWarnings, format) ?? [];
  expect([...new Set(plain.warnings.map(code))], 'warnings of the plain build').to.have.members(warned);
  const ofPlugin = (log: RollupLog): boolean => log.plugin !== undefined;
  const rollups = traced.warnings.filter((log) => !ofPlugin(log));
  expect(rollups.map(wording), 'warnings of the traced build').to.deep.equal(plain.warnings.map(wording));
  expect(traced.warnings.filter(ofPlugin).map(code), 'warnings of the plugin').to.deep.equal(added);

  const decided = traced.output.filter((file) => !isRuntime(file)).map(decision);
  expect(decided).to.deep.equal(plain.output.map(decision));
  expect([...marks(traced)], 'marks left in the output').to.have.members([...marks(plain)]);
  if (inFormat(config.untraced, format)) expect(traced.chunk.code).to.equal(plain.chunk.code);
}

type OutputFile = Bundle['output'][number];

/** All that Rollup decided. */
const decision = (file: OutputFile) =>
  file.type === 'asset'
    ? file.fileName
    : {
        fileName: file.fileName,
        imports: file.imports,
        dynamicImports: file.dynamicImports,
        exports: file.exports,
        moduleIds: file.moduleIds,
        modules: Object.entries(file.modules),
      };

const code = (log: RollupLog): string => String(log.pluginCode ?? log.code ?? log.message);
const wording = ({ message, loc, frame, ids }: RollupLog) => ({ message, loc, frame, ids });

/** Texts that look like marks: those in the user's own comments and literals. */
const marks = ({ output }: Bundle): Set<string> =>
  new Set(
    output.flatMap((file) =>
      file.type === 'chunk' ? (file.code.match(new RegExp(MARK_PATTERN, 'g')) ?? []) : [],
    ),
  );

function expectSameRun(plain: Run, traced: Run): void {
  const said = ({ stdout, stderr, code }: Run) => ({ stdout, stderr, code });
  expect(said(traced)).to.deep.equal(said(plain));
}

function expectNative(story: Story, format: Format, native: Run, plain: Run): void {
  const reason = inFormat(story.config.nativeDiffers, format);
  expectText(story, 'expected', format, outcome(plain));
  expectText(story, 'expected', 'native', outcome(native));
  if (reason) expect(outcome(plain), `nativeDiffers (${reason})`).not.to.equal(outcome(native));
  else expect(outcome(plain)).to.equal(outcome(native));
}

function expectTrace(story: Story, format: Format, { dir, output }: Bundle, { events }: Run): void {
  if (inFormat(story.config.untraced, format)) {
    expect(events, 'trace of an untraced bundle').to.equal(undefined);
    return;
  }
  if (!events?.length) expect.fail('the program has no trace');
  checkTrace(events, story.config.external);
  // A module that failed is started again where a loader tries again, as CommonJS does.
  const started = [
    ...new Set(events.flatMap((event) => (event.type === 'evaluate-start' ? event.module : []))),
  ];
  const required = new Set(events.flatMap((event) => (event.type === 'require-start' ? event.module : [])));
  for (const file of output) {
    if (file.type !== 'chunk') continue;
    const order = file.moduleIds
      .map((id) => relative(dir, id).split(sep).join('/'))
      .filter((module) => !required.has(module));
    expect(
      started.filter((module) => order.includes(module)),
      'modules start in the order of their chunk',
    ).to.deep.equal(order.filter((module) => started.includes(module)));
  }
  const text = story.config.trace === 'count' ? countTrace(events) : formatTrace(events);
  expectText(story, 'trace', format, text);
}
