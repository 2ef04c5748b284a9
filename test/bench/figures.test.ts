import { expect } from 'chai';
import { checked, ROWS, ratio, statistics, TOLERANCE, tablesOf } from './figures.mjs';

/** Samples where tracing costs nothing, so that no limit is passed. */
const free = (): Record<string, object> => ({
  ...Object.fromEntries(
    ROWS.map(({ name, modes }) => {
      const sample = { ms: 100, mb: 100, bytes: 1000, gzip: 500, load: 10, work: 10 };
      return [name, Object.fromEntries(modes.map((mode: string) => [mode, [sample, sample, sample]]))];
    }),
  ),
  runtime: { bytes: 9000, gzip: 4000 },
});

const past = (samples: object): string[] =>
  checked(samples).flatMap(({ name, isPast }) => (isPast ? [name] : []));

describe('figures of the bench', () => {
  it('are medians and quartiles', () => {
    expect(statistics([5, 1, 4, 2, 3])).to.deep.equal({ low: 2, median: 3, high: 4 });
    expect(statistics([1, 2]).median).to.equal(1.5);
  });

  it('compare within a round, so that a slow one is slow for both', () => {
    const samples = { plain: [{ ms: 1 }, { ms: 9 }, { ms: 1 }], traced: [{ ms: 2 }, { ms: 18 }, { ms: 2 }] };
    expect(ratio(samples, 'ms')).to.deep.equal({ low: 2, median: 2, high: 2 });
  });

  it('are within their limits, or past one by more than the tolerance', () => {
    expect(past(free())).to.deep.equal([]);
    const loop = (work: number) => ({ ...free(), 'loop read': { plain: [{ work: 1 }], traced: [{ work }] } });
    expect(past(loop(2 * (1 + TOLERANCE) - 0.01))).to.deep.equal([]);
    expect(past(loop(2 * (1 + TOLERANCE) + 0.01))).to.deep.equal(['hot loop that reads']);
    expect(past({ ...free(), runtime: { bytes: 9000, gzip: 6000 } })).to.deep.equal(['runtime, kB gzipped']);
  });

  it('are shown and checked where their rows were measured', () => {
    const { 'loop read': samples } = free();
    expect(checked({ 'loop read': samples }).map(({ name }) => name)).to.deep.equal(['hot loop that reads']);
    expect(tablesOf({ 'loop read': samples })).to.include('| hot loop that reads an import | **1.00**');
  });
});
