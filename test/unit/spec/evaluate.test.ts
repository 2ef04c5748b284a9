/**
 * The prediction is what engines do, on random graphs: the same modules start in the same order, each after the same
 * ends, whatever waits, throws, goes round or is imported as they run. `GRAPHS` sets their number.
 */
import { expect } from 'chai';
import { createEvaluation, type Evaluation } from '../../../src/spec/evaluate.ts';
import { runInChromium } from './chromium.ts';
import { type Graph, kindsOf, marked, sampleOf } from './graph.ts';
import { nativeEnd, runNatively } from './node.ts';
import { outcomeOf, type Prediction, predict } from './predict.ts';
import { runInQuickJS } from './quickjs.ts';

const COUNT = Number(process.env.GRAPHS ?? 1000);
/** A page takes longer. */
const PAGES = Number(process.env.GRAPHS ?? 200);

/** Why Node cannot be held to a prediction; undefined where it can. */
function isOtherInV8({ isReset, hasOtherError }: Prediction): string | undefined {
  if (isReset) return 'V8 resets its count too early (test262#4600)';
  if (hasOtherError) return "V8 prefers a module's own error to its cycle root's";
  return undefined;
}

function compare(graph: Graph, log: readonly string[], { starts, imports }: Prediction): void {
  expect(outcomeOf(log), JSON.stringify({ graph, log })).to.deep.equal({ starts, imports });
}

/** Says in a test's title what its graphs have, which has to be of every kind. */
function tell(
  test: Mocha.Runnable | undefined,
  sample: readonly Graph[],
  leftOut: readonly string[] = [],
): void {
  const { waiting, importing, throwing } = kindsOf(sample);
  expect(Math.min(waiting, importing, throwing)).to.be.above(sample.length / 4);
  expect(leftOut.length, leftOut.join()).to.be.below(1 + sample.length / 200);
  const reasons = [...new Set(leftOut)].map(
    (reason) => `; without ${leftOut.filter((each) => each === reason).length}: ${reason}`,
  );
  if (test) test.title += ` (await ${waiting}, import() ${importing}, throw ${throwing}${reasons.join('')})`;
}

describe('ECMA-262 over a graph is what engines do', function () {
  this.timeout(60_000 + 100 * COUNT);

  it(`${COUNT} random graphs in Node, with the status of each module`, function () {
    const sample = sampleOf(COUNT);
    const leftOut: string[] = [];
    for (const [index, run] of runNatively(sample).entries()) {
      const graph = sample[index] as Graph;
      if (!run) {
        leftOut.push('V8 crashes');
        continue;
      }
      const prediction = predict(graph, run.log);
      const reason = isOtherInV8(prediction);
      if (reason) {
        leftOut.push(reason);
        continue;
      }
      compare(graph, run.log, prediction);
      expect(prediction.modules.map(nativeEnd), JSON.stringify({ graph, run })).to.deep.equal(run.ends);
    }
    tell(this.test, sample, leftOut);
  });

  for (const [engine, count, run] of [
    ['Chromium', PAGES, runInChromium],
    ['QuickJS', COUNT, runInQuickJS],
  ] as const) {
    it(`${count} random graphs in ${engine}`, async function () {
      const sample = sampleOf(count).map(marked);
      const logs = await run(sample);
      expect(logs).to.have.length(count);
      for (const [index, log] of logs.entries()) {
        const graph = sample[index] as Graph;
        compare(graph, log, predict(graph, log));
      }
      tell(this.test, sample);
    });
  }
});

describe('where V8 is known to part from ECMA-262', () => {
  /** By module, what it requests; `waits`: those with a top-level await. */
  function evaluationOf(requests: number[][], waits: number[]): Evaluation & { starts: number[] } {
    const starts: number[] = [];
    const evaluation = createEvaluation(
      requests.map((each, index) => ({ requests: each, hasTLA: waits.includes(index) })),
      { execute: (module) => starts.push(module) > 0, start: (module) => void starts.push(module) },
    );
    return { ...evaluation, starts };
  }

  it('modules that wait keep their order when all that came later is done (test262#4600)', () => {
    const { evaluate, fulfilled, starts } = evaluationOf([[], [0], [0], [], [1]], [0, 3]);
    evaluate(1);
    evaluate(3);
    fulfilled(3);
    evaluate(2);
    evaluate(4);
    fulfilled(0);
    expect(starts).to.deep.equal([0, 3, 1, 2, 4]);
  });

  it("an import of a member of a failed cycle has the promise of the cycle's root, whatever it threw itself", () => {
    const { evaluate, rejected, modules } = evaluationOf([[1, 2], [0], [0]], [1, 2]);
    evaluate(0);
    rejected(1);
    rejected(2);
    evaluate(2);
    expect(modules.map(({ evaluationError }) => evaluationError)).to.deep.equal([1, 1, 2]);
    expect(modules.map(({ topLevelCapability }) => topLevelCapability)).to.deep.equal([
      'rejected',
      'empty',
      'empty',
    ]);
  });
});
