import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { expect } from 'chai';
import type { RollupLog } from 'rollup';
import { findingsOf } from '../../src/findings/recorded.ts';
import { readTraceFile } from '../../src/report/trace-file.ts';
import { ahead, once } from '../support/ahead.ts';
import { type Bundle, bundle, type Format, write } from '../support/bundle.ts';
import { projectFrom } from '../support/project.ts';
import { outcome, type Run, runInTurn } from '../support/run.ts';
import { expectSameBundle, expectSameRun, verdictText } from '../support/same-bundle.ts';
import { isValid } from '../support/schema.ts';
import {
  entriesIn,
  expectText,
  inFormat,
  outputOf,
  pluginsOf,
  type Story,
  stories,
} from '../support/story.ts';
import { checkTrace, countTrace, formatFindings, formatTrace } from '../support/trace.ts';

/** A story in one format: its modules run by Node, as a plain and as a traced bundle. */
interface Told {
  plain: Bundle;
  traced: Bundle;
  /** Absent where the story is not run. */
  runs?: { native: Run; plain: Run; traced: Run };
  /** The trace file of the traced run, where it writes one. */
  file: string | undefined;
}

function starts(story: Story): Map<Format, () => Promise<Told>> {
  const dir = once(() => projectFrom(story.dir, story.name));
  const native = once(async () => runInTurn(entriesIn(story.config, await dir())));
  return new Map(story.formats.map((format) => [format, () => tell(story, format, dir, native)]));
}

async function tell(
  { config }: Story,
  format: Format,
  dir: () => Promise<string>,
  native: () => Promise<Run>,
) {
  const { input = ['main.js'], external = [], treeshake = true, options = {} } = config;
  const source = await dir();
  const common = { source, input, external, treeshake, output: outputOf(config, source), format };
  const plain = await bundle({ ...common, plugins: pluginsOf(config, source), trace: false });
  const traced = await bundle({ ...common, plugins: pluginsOf(config, source), trace: options });
  // One format without a sink, which is to change nothing.
  const file = format === 'cjs' ? undefined : join(source, 'out', `${format}.ndjson`);
  if (config.notRun) return { plain, traced, file };
  const runOf = (built: Bundle, name: string, sink?: string) =>
    runInTurn(entriesIn(config, dirname(write(built, format, `${format}-${name}`))), sink);
  const [plainRun, tracedRun] = await Promise.all([runOf(plain, 'plain'), runOf(traced, 'traced', file)]);
  return { plain, traced, runs: { native: await native(), plain: plainRun, traced: tracedRun }, file };
}

const queue = ahead<Told>();

for (const story of stories()) {
  describe(`${story.name}: ${story.config.description}`, () => {
    for (const [format, start] of starts(story)) {
      const told = queue.add(start);
      it(`${format}: the bundle with the plugin is the plain one, and its trace is as expected`, async () => {
        const { plain, traced, runs, file } = await told();
        expectSameBuild(story, format, plain, traced);
        if (runs) expectText(story, 'build', format, verdictText(traced));
        if (runs) expectSameRun(runs.traced, runs.plain);
        if (runs) expectNative(story, format, runs.native, runs.plain);
        if (runs) expectTrace(story, format, traced, runs.traced);
        if (runs?.traced.events && file) expectRecorded(file, runs.traced);
      });
    }
  });
}

function expectSameBuild({ config }: Story, format: Format, plain: Bundle, traced: Bundle): void {
  const warned = inFormat(config.warnings, format) ?? [];
  expect([...new Set(plain.warnings.map(code))], 'warnings of the plain build').to.have.members(warned);
  expectSameBundle(traced, plain, { ours: inFormat(config.pluginWarnings, format) ?? [] });
  if (inFormat(config.untraced, format)) expect(traced.chunk.code).to.equal(plain.chunk.code);
}

const code = (log: RollupLog): string => String(log.pluginCode ?? log.code ?? log.message);

function expectNative(story: Story, format: Format, native: Run, plain: Run): void {
  const reason = inFormat(story.config.nativeDiffers, format);
  expectText(story, 'expected', format, outcome(plain));
  expectText(story, 'expected', 'native', outcome(native));
  if (reason) expect(outcome(plain), `nativeDiffers (${reason})`).not.to.equal(outcome(native));
  else expect(outcome(plain)).to.equal(outcome(native));
}

/** The file has the trace, and gives its findings. */
function expectRecorded(file: string, { events = [], dropped, failures, findings }: Run): void {
  const text = readFileSync(file, 'utf8');
  for (const line of text.trimEnd().split('\n')) expect(isValid(JSON.parse(line)), line).to.equal(true);
  const recorded = readTraceFile(text);
  expect(recorded).to.deep.include({ dropped, failures, isComplete: true, damage: [] });
  // The run told before the program's own listeners for the exit ran.
  const told = recorded.events.slice(0, events.length);
  expect(told).to.deep.equal(events);
  expect(findingsOf({ ...recorded, events: told })).to.deep.equal(findings);
}

function expectTrace(story: Story, format: Format, { dir, output }: Bundle, { events, findings }: Run): void {
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
  expectText(story, 'findings', format, formatFindings(findings ?? []));
}
