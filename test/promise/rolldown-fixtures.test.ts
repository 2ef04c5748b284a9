/** Every story in Rolldown: what its bundle does beside Node with the modules, and the traced bundle beside the plain one. */
import { dirname } from 'node:path';
import { expect } from 'chai';
import { ahead, once } from '../support/ahead.ts';
import { write } from '../support/bundle.ts';
import { projectFrom } from '../support/project.ts';
import { codeOf, expectSameRolldown, type RolldownBundle, rolldownBundle } from '../support/rolldown.ts';
import { outcome, type Run, runInTurn } from '../support/run.ts';
import { expectSameRun, verdictText } from '../support/same-bundle.ts';
import {
  entriesIn,
  expectText,
  inFormat,
  nativeText,
  type RolldownVariant,
  rolldownOutputOf,
  type Story,
  stories,
  VARIANTS,
} from '../support/story.ts';
import { checkTrace, formatFindings } from '../support/trace.ts';

/**
 * Whether the plugin traces what Rolldown builds: then every story has a trace, but those that say why not. Until it does,
 * it steps aside with one warning, and none has.
 */
const TRACED: boolean = false;

/** A story in one variant, as a plain and as a traced bundle. */
interface Told {
  plain: RolldownBundle;
  traced: RolldownBundle;
  /** Absent where the story is not run. */
  runs?: { plain: Run; traced: Run };
}

async function tell({ config }: Story, variant: RolldownVariant, dir: () => Promise<string>): Promise<Told> {
  const { input = ['main.js'], external = [], treeshake = true, options = {} } = config;
  const source = await dir();
  const output = { ...rolldownOutputOf(config, source), ...VARIANTS[variant] };
  const common = { source, input, external, treeshake, output };
  const plain = await rolldownBundle({ ...common, trace: false });
  const traced = await rolldownBundle({ ...common, trace: options });
  if (config.notRun) return { plain, traced };
  const runOf = (built: RolldownBundle, name: string) =>
    runInTurn(entriesIn(config, dirname(write(built, VARIANTS[variant].format, `${variant}-${name}`))));
  const [plainRun, tracedRun] = await Promise.all([runOf(plain, 'plain'), runOf(traced, 'traced')]);
  return { plain, traced, runs: { plain: plainRun, traced: tracedRun } };
}

const queue = ahead<Told>();

for (const story of stories()) {
  const { name, config, variants } = story;
  const { notBuilt, notRun } = config.rolldown ?? {};
  describe(`${name}: ${config.description}`, () => {
    const dir = once(() => projectFrom(story.dir, `rolldown/${name}`));
    for (const variant of variants.filter((variant) => !inFormat(notRun, variant))) {
      const told = queue.add(() => tell(story, variant, dir));
      const reason = inFormat(notBuilt, variant);
      if (reason) {
        it(`${variant}: not built: ${reason}`, async () => {
          const built = await told().catch(() => 'not built');
          expect(built).to.equal('not built');
        });
        continue;
      }
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
  expectSameRolldown(traced, plain, TRACED ? ours : ['ROLLDOWN_UNTRACED']);
  if (whyUntraced(config, variant)) expect(traced.chunk.code).to.equal(plain.chunk.code);
}

function whyUntraced({ untraced, rolldown }: Story['config'], variant: RolldownVariant): string | undefined {
  if (!TRACED) return 'the plugin steps aside';
  return inFormat(rolldown?.untraced, variant) ?? inFormat(untraced, VARIANTS[variant].format);
}

function expectNative(story: Story, variant: RolldownVariant, plain: Run): void {
  const reason = inFormat(story.config.rolldown?.nativeDiffers, variant);
  const text = outcome(plain);
  expectText(story, 'expected', variant, text);
  if (reason) expect(text, `nativeDiffers (${reason})`).not.to.equal(nativeText(story));
  else expect(text).to.equal(nativeText(story));
}

function expectTrace(story: Story, variant: RolldownVariant, traced: RolldownBundle, run: Run): void {
  const { events, findings = [] } = run;
  if (whyUntraced(story.config, variant)) {
    expect(events, 'trace of an untraced bundle').to.equal(undefined);
    return;
  }
  if (!events?.length) expect.fail('the program has no trace');
  checkTrace(events, story.config.external);
  expectText(story, 'build', variant, verdictText(traced));
  expectText(story, 'findings', variant, formatFindings(findings));
}
