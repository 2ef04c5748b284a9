/** Every story in Rolldown: what its bundle does beside Node with the modules, and the traced bundle beside the plain one. */
import { dirname, relative, sep } from 'node:path';
import { expect } from 'chai';
import { parseAst } from 'rolldown/parseAst';
import type { TraceEvent } from '../../src/protocol/events.ts';
import { ahead, once } from '../support/ahead.ts';
import { filesOf, type PluginOptions, write } from '../support/bundle.ts';
import { projectFrom } from '../support/project.ts';
import { codeOf, expectSameRolldown, type RolldownBundle, rolldownBundle } from '../support/rolldown.ts';
import { outcome, type Run, runInTurn } from '../support/run.ts';
import { expectSameRun, verdictText } from '../support/same-bundle.ts';
import {
  entriesIn,
  expectText,
  inFormat,
  type RolldownVariant,
  rolldownOutputOf,
  type Story,
  stories,
  textOf,
  VARIANTS,
} from '../support/story.ts';
import { checkTrace, formatFindings } from '../support/trace.ts';

/** A story in one variant, as a plain and as a traced bundle. */
interface Told {
  plain: RolldownBundle;
  traced: RolldownBundle;
  /** Absent where the story is not run. */
  runs?: { plain: Run; traced: Run };
}

async function tell(story: Story, variant: RolldownVariant, dir: () => Promise<string>): Promise<Told> {
  const { config } = story;
  const source = await dir();
  const plain = await build(story, variant, source, false);
  const traced = await build(story, variant, source, config.options ?? {});
  if (config.notRun) return { plain, traced };
  const runOf = (built: RolldownBundle, name: string) =>
    runInTurn(entriesIn(config, dirname(write(built, VARIANTS[variant].format, `${variant}-${name}`))));
  const [plainRun, tracedRun] = await Promise.all([runOf(plain, 'plain'), runOf(traced, 'traced')]);
  return { plain, traced, runs: { plain: plainRun, traced: tracedRun } };
}

function build(
  { config }: Story,
  variant: RolldownVariant,
  source: string,
  trace: PluginOptions | false,
): Promise<RolldownBundle> {
  const { input = ['main.js'], external = [], treeshake = true } = config;
  const output = { ...rolldownOutputOf(config, source), ...VARIANTS[variant] };
  return rolldownBundle({ source, input, external, treeshake, output, trace });
}

const queue = ahead<Told>();

for (const story of stories()) {
  const { name, config, variants } = story;
  const { notBuilt, notRun } = config.rolldown ?? {};
  describe(`${name}: ${config.description}`, () => {
    const dir = once(() => projectFrom(story.dir, `rolldown/${name}`));
    for (const variant of variants.filter((variant) => !inFormat(notRun, variant))) {
      const reason = inFormat(notBuilt, variant);
      if (reason) {
        it(`${variant}: not built: ${reason}`, async () => {
          const source = await dir();
          const said = await build(story, variant, source, false).then(
            () => 'built',
            (error: Error) => error.message,
          );
          expect(said).to.match(/^Build failed/);
        });
        continue;
      }
      const told = queue.add(() => tell(story, variant, dir));
      it(`${variant}: the bundle with the plugin is the plain one, and its findings are as expected`, async () => {
        const { plain, traced, runs } = await told();
        expectSameBuild(story, variant, plain, traced);
        if (!runs) return;
        expectSameRun(runs.traced, runs.plain);
        expectNative(story, variant, runs.plain);
        expectTrace(story, variant, traced, runs.traced);
      });
    }
  });
}

function expectSameBuild(
  { config }: Story,
  variant: RolldownVariant,
  plain: RolldownBundle,
  traced: RolldownBundle,
): void {
  const { format } = VARIANTS[variant];
  const { warnings, pluginWarnings } = config.rolldown ?? {};
  const warned = new Set(plain.warnings.map(codeOf));
  expect([...warned], 'warnings of the plain build').to.have.members(inFormat(warnings, variant) ?? []);
  const ours = inFormat(pluginWarnings, variant) ?? inFormat(config.pluginWarnings, format) ?? [];
  expectSameRolldown(traced, plain, ours);
  if (whyUntraced(config, variant)) expect(filesOf(traced.output)).to.deep.equal(filesOf(plain.output));
}

function whyUntraced({ untraced, rolldown }: Story['config'], variant: RolldownVariant): string | undefined {
  return inFormat(rolldown?.untraced, variant) ?? inFormat(untraced, VARIANTS[variant].format);
}

function expectNative(story: Story, variant: RolldownVariant, plain: Run): void {
  const reason = inFormat(story.config.rolldown?.nativeDiffers, variant);
  const text = outcome(plain);
  // What Node prints of the modules stands there: `fixtures.test.ts` holds it.
  const native = textOf(story, 'expected.native', 'expected');
  expectText(story, 'expected', variant, text);
  if (reason) expect(text, `nativeDiffers (${reason})`).not.to.equal(native);
  else expect(text).to.equal(native);
}

function expectTrace(story: Story, variant: RolldownVariant, traced: RolldownBundle, run: Run): void {
  const { events, findings = [] } = run;
  if (whyUntraced(story.config, variant)) {
    expect(events, 'trace of an untraced bundle').to.equal(undefined);
    return;
  }
  if (!events?.length) expect.fail('the program has no trace');
  checkTrace(events, story.config.external);
  expectStarts(story, traced, run, events);
  expectText(story, 'build', variant, verdictText(traced));
  expectText(story, 'findings', variant, formatFindings(findings));
}

/** Where Rolldown's bundle does what Rollup's does, the modules start that start there, if they have anything to run. */
function expectStarts(
  story: Story,
  { dir, output }: RolldownBundle,
  run: Run,
  events: readonly TraceEvent[],
): void {
  if (outcome(run) !== textOf(story, 'expected')) return;
  const runs = new Set<string>();
  for (const file of output) {
    if (file.type !== 'chunk') continue;
    for (const [id, { code }] of Object.entries(file.modules)) {
      if (code && canRun(code)) runs.add(relative(dir, id).split(sep).join('/'));
    }
  }
  const expected = Array.from(textOf(story, 'trace').matchAll(/^(?:start|\d+ evaluate-start) (\S+)/gm))
    .map(([, module = '']) => module)
    .filter((module) => runs.has(module));
  const started = events.flatMap((event) => (event.type === 'evaluate-start' ? event.module : []));
  expect(started, 'modules that start').to.include.members(expected);
}

/** Functions alone have no place where they would run. Nor has a function around the module that only runs imports. */
const canRun = (code: string): boolean => {
  const unwrapped = code.replace(IDLE_WRAPPER, '');
  return (
    /__esmMin\b/.test(unwrapped) ||
    parseAst(unwrapped, { sourceType: 'module' }).body.some(({ type }) => type !== 'FunctionDeclaration')
  );
};

const IDLE_WRAPPER =
  /(?:var (?:\w+, )*\w+;\s*)?(?:function init_\w+\(\) \{\s*return \(init_\w+ = |var init_\w+ = )__esmMin\(\((?:async )?\(\) => \{\s*(?:(?:await )?init_\w+\(\);\s*)*\}\)\)(?:\)\(\);\s*\}|;)/g;
