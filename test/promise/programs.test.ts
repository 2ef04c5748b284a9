/**
 * Random programs of statements and expressions of every kind. Each runs natively, as a plain and as a traced bundle;
 * and natively once more with calls of a recorder in it, which the generator put there: what the trace tells has to be
 * what the recorder heard, event by event, at the same places. `PROGRAMS` sets their number, `SEED` the first of them.
 *
 * Where Rollup's own output behaves otherwise than the modules do (a default export is printed as a `var`, an exported
 * `let` as a property), there is nothing that the trace could be held against: then plain and traced are compared alone.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { config, expect } from 'chai';
import fc from 'fast-check';
import { sameBehaviour, sameEvents, sameOfIncluded } from '../support/programs/compare.ts';
import { type Plan, plans, smaller, write } from '../support/programs/program.ts';
import {
  byRollup,
  type Case,
  FORMATS,
  type Format,
  type Runs,
  runAll,
  type Setting,
} from '../support/programs/run.ts';

const COUNT = Number(process.env.PROGRAMS ?? 200);
const SEED = Number(process.env.SEED ?? 20261121);
const BATCH = 50;
/** Milliseconds for which a smaller program that fails is looked for. */
const SHRINKING = 60_000;

interface Planned {
  format: Format;
  plan: Plan;
}

const planned = (...formats: readonly Format[]): fc.Arbitrary<Planned> =>
  fc
    .constantFrom(...formats)
    .chain((format) => plans(format === 'es' || format === 'system').map((plan) => ({ format, plan })));

const caseOf = ({ format, plan }: Planned): Case => ({ format, program: write(plan) });

/** Throws where the runs are not as they should be; returns whether there was anything to compare. */
type Check = (one: Case, runs: Runs) => boolean;

// A failure is shown by what the runs show, in full.
config.truncateThreshold = 0;

describe(`generated programs (${COUNT} from seed ${SEED})`, function () {
  this.timeout(0);
  const folder = mkdtempSync(join(tmpdir(), 'module-phases-programs-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Each test has programs of its own. */
  let seed = SEED;
  const everything: Setting = { treeshake: false, options: { reads: 'all', writes: 'all' } };

  it('are traced event by event as they tell of themselves', async () => {
    await each(planned('es', 'es', 'cjs', 'system'), COUNT, { ...everything, native: true }, sameEvents);
  });

  it('behave in every format as without the plugin', async () => {
    await each(planned(...FORMATS), COUNT / 2, everything, sameBehaviour);
  });

  it('behave as without the plugin with the options as they are', async () => {
    await each(planned(...FORMATS), COUNT / 2, { treeshake: true, options: {} }, sameBehaviour);
  });

  it('behave as without the plugin when a minifier went before it', async () => {
    await each(planned('es', 'cjs', 'system'), COUNT / 2, { ...everything, minified: true }, sameBehaviour);
  });

  it('tell of the modules that are included what they tell where all are', async () => {
    const all = fc
      .sample(planned('es', 'cjs', 'iife', 'system'), { seed: seed++, numRuns: COUNT / 2 })
      .map(caseOf);
    const exclude = /m[13]\.js$/;
    let compared = 0;
    for (let first = 0; first < all.length; first += BATCH) {
      const batch = all.slice(first, first + BATCH);
      const whole = await runAll(folder, batch, everything, byRollup);
      const some = await runAll(
        folder,
        batch,
        {
          ...everything,
          options: { ...everything.options, exclude },
        },
        byRollup,
      );
      for (const [index, one] of batch.entries()) {
        const [runs, others] = [whole[index], some[index]];
        if (!runs || !others) throw new Error('A case has no runs');
        if (sameOfIncluded(one, runs, others, (module) => exclude.test(module))) compared++;
      }
    }
    expect(compared, 'programs with events that were left out').to.be.above(all.length / 3);
  });

  async function each(
    arbitrary: fc.Arbitrary<Planned>,
    count: number,
    setting: Setting,
    check: Check,
  ): Promise<void> {
    const all = fc.sample(arbitrary, { seed: seed++, numRuns: Math.ceil(count) });
    const compared: Format[] = [];
    for (let first = 0; first < all.length; first += BATCH) {
      const batch = all.slice(first, first + BATCH);
      const runs = await runAll(folder, batch.map(caseOf), setting, byRollup);
      for (const [index, one] of batch.entries()) {
        const error = failureOf(one, runs[index], check, () => compared.push(one.format));
        if (error) throw await shrunk(one, error, setting, check);
      }
    }
    for (const format of new Set(all.map((one) => one.format))) {
      const of = (formats: readonly Format[]): number => formats.filter((other) => other === format).length;
      // Else most of the comparison would be gone unseen.
      expect(of(compared), `${format} programs that were compared`).to.be.above(
        of(all.map((one) => one.format)) / 3,
      );
    }
  }

  /** The error of the smallest program that is found to fail too. */
  async function shrunk(
    { format, plan }: Planned,
    error: Error,
    setting: Setting,
    check: Check,
  ): Promise<Error> {
    const until = Date.now() + SHRINKING;
    let best = { plan, error };
    let candidates = smaller(plan);
    while (Date.now() < until) {
      const batch = take(candidates, BATCH).map((one) => ({ format, plan: one }));
      if (batch.length === 0) break;
      const runs = await runAll(folder, batch.map(caseOf), setting, byRollup);
      for (const [index, one] of batch.entries()) {
        const failure = failureOf(one, runs[index], check);
        if (!failure) continue;
        best = { plan: one.plan, error: failure };
        candidates = smaller(one.plan);
        break;
      }
    }
    return best.error;
  }
});

function failureOf(
  one: Planned,
  runs: Runs | undefined,
  check: Check,
  compared = (): unknown => undefined,
): Error | undefined {
  if (!runs) throw new Error('A case has no runs');
  try {
    if (check(caseOf(one), runs)) compared();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function take<T>(items: Iterator<T>, count: number): T[] {
  const taken: T[] = [];
  while (taken.length < count) {
    const { done, value } = items.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}
