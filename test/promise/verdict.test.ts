/**
 * Findings of random programs against what the programs themselves log: in Node as they are, and bundled. Each checked
 * remedy is applied to the sources, and these run again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Case,
  type Counts,
  casesOf,
  countsText,
  describeProgram,
  isAmbiguous,
  type Problem,
  problemsOf,
} from '../support/verdict/check.ts';
import { type Program, programs } from '../support/verdict/generate.ts';

const COUNT = Number(process.env.VERDICTS ?? 300);
const SEED = Number(process.env.SEED ?? 20261121);
/** How often a program that failed runs again. */
const TRIES = 2;
/** Programs that run in one process. */
const BATCH = 50;

/** What findings are known to miss: by rule, why. At most three programs in a hundred may show one of these. */
const KNOWN: Readonly<Record<string, string>> = {
  'c: unknown only where Node never comes to the read':
    'reads of a name share what they are prepared for, so a `try` around one leaves another unknown; and the trace may not tell which entry was asked for',
  'b: each read that went wrong has a finding':
    'the trace has no member of a namespace object that is itself an export; and a `var` of a module that threw counts as initialized',
  'd: a checked remedy mends the read natively': 'nobody knows a read in a branch that was not taken before',
  'd: a checked remedy mends the read in the bundle': 'the same',
  'd: a checked remedy breaks no read': 'the same',
  'c: what Node never reads is not the same there':
    'natively an await before it never ends: a deadlock of which this build knows nothing',
  'a: UNREQUESTED names what Node starts later, if at all': 'natively the program stalls in a deadlock',
};
/** The same for programs of several entries, where the trace may not tell which one was asked for. */
const KNOWN_OF_ENTRIES: Readonly<Record<string, string>> = {
  ...KNOWN,
  'a: a finding where the order differs': 'another sequence of entries explains the same trace',
  'a: no finding where it does not': 'the same',
  'a: ORDER names what Node runs first': 'the same',
  'c: as Node says': 'the same',
};

interface Failed {
  program: Program;
  problem: Problem;
}

describe(`findings of random programs (seed ${SEED})`, function () {
  this.timeout(0);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'verdict-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  check('one entry', COUNT, (program) => program.entries.length === 1, KNOWN, 0.03);
  check(
    'several entries',
    Math.ceil(COUNT / 3),
    (program) => program.entries.length > 1,
    KNOWN_OF_ENTRIES,
    0.04,
  );

  function check(
    what: string,
    count: number,
    isWanted: (program: Program) => boolean,
    known: Readonly<Record<string, string>>,
    share: number,
  ): void {
    it(`${count} of ${what} are as the programs log`, async () => {
      const counts: Counts = new Map();
      const sample = fc.sample(programs.filter(isWanted), { seed: SEED, numRuns: count });
      const failed: Failed[] = [];
      for (let first = 0; first < count; first += BATCH) {
        for (const found of await casesOf(folder, sample.slice(first, first + BATCH))) {
          failed.push(...(await failuresOf(found, counts)));
        }
      }
      const worst = failed.filter(({ problem }) => !(problem.rule in known));
      const [smallest] = worst.sort((a, b) => textOf(a).length - textOf(b).length);
      expect(worst.length, smallest && textOf(smallest)).to.equal(0);
      const excused = new Set(failed.map(({ program }) => program));
      expect(excused.size, rulesText(failed)).to.be.at.most(Math.ceil(count * share));
      if (count < 100) return;
      for (const code of ['EARLY_READ same', 'MASKED_TDZ differs', 'CYCLE same']) {
        expect(counts.get(code), `${code} in ${countsText(counts)}`).to.be.above(0);
      }
    });
  }

  /** Timers of a program may come in another order on a busy machine: what fails has to fail again, alone. */
  async function failuresOf(found: Case, counts: Counts): Promise<Failed[]> {
    let problems = problemsOf(found, counts);
    for (let tries = 0; problems.length > 0 && tries < TRIES; tries++) {
      const [again] = await casesOf(folder, [found.program]);
      problems = again && !(await isAmbiguous(folder, again)) ? problemsOf(again, new Map()) : [];
    }
    return problems.map((problem) => ({ program: found.program, problem }));
  }
});

/** How often each rule failed, with the smallest program. */
const rulesText = (failed: readonly Failed[]): string =>
  [...new Set(failed.map(({ problem }) => problem.rule))]
    .map((rule) => {
      const [smallest, ...others] = failed
        .filter(({ problem }) => problem.rule === rule)
        .sort((a, b) => textOf(a).length - textOf(b).length);
      return smallest ? `${others.length + 1} × ${textOf(smallest)}` : '';
    })
    .join('\n');

const textOf = ({ program, problem }: Failed): string =>
  `${problem.rule}\n${problem.text}\n${describeProgram(program)}`;
