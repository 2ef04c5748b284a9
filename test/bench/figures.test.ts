import { expect } from 'chai';
import { checked, interval, median, ROWS, randomFrom, ratio, tablesOf } from './figures.mjs';

type Samples = Record<string, Record<string, object[]>>;

/** Samples where tracing costs nothing, so that no limit is passed. */
const free = (): Record<string, object> => ({
  ...Object.fromEntries(
    ROWS.map(({ name, modes }) => {
      const sample = { cpu: 100, mb: 100, bytes: 1000, gzip: 500, load: 10, work: 10 };
      const modules = Number.parseInt(name.replace(/\D+/, ''), 10);
      const samples: Record<string, object> = { predicted: { cpu: modules / 10_000 }, told: { cpu: 5 } };
      return [
        name,
        Object.fromEntries(modes.map((mode: string) => [mode, Array(3).fill(samples[mode] ?? sample)])),
      ];
    }),
  ),
  runtime: { core: 7500, findings: 12_000, others: 10_000 },
  absent: [],
});

const past = (samples: object): string[] =>
  checked(samples).flatMap(({ name, isPast }) => (isPast ? [name] : []));

/** A loop that takes so many times its plain time in each round. */
const loop = (...times: number[]): Samples => ({
  'loop read': { plain: times.map(() => ({ work: 1 })), traced: times.map((work) => ({ work })) },
});
const readRatio = (samples: Samples): number => ratio(samples['loop read'], 'work', 'traced');
const intervalOf = (samples: Samples, seed?: number): { low: number; high: number } =>
  interval(samples, ['loop read'], readRatio, seed === undefined ? undefined : randomFrom(seed));

describe('figures of the bench', () => {
  it('are medians', () => {
    expect(median([5, 1, 10])).to.equal(5);
    expect(median([4, 1, 2, 10])).to.equal(3);
  });

  it('compare within a round, so that a slow one is slow for both', () => {
    const samples = {
      plain: [{ cpu: 1 }, { cpu: 9 }, { cpu: 1 }],
      traced: [{ cpu: 2 }, { cpu: 18 }, { cpu: 2 }],
    };
    expect(ratio(samples, 'cpu', 'traced')).to.equal(2);
    const slow = Object.fromEntries(
      Object.entries(samples).map(([mode, list]) => [mode, list.map(({ cpu }) => ({ work: cpu }))]),
    );
    expect(intervalOf({ 'loop read': slow })).to.deep.equal({ low: 2, high: 2 });
  });

  it('have an interval that holds the median, within what was measured, and follows from the seed', () => {
    const samples = loop(1.1, 1.5, 1.2, 1.3, 1.9, 1.25, 1.4);
    const { low, high } = intervalOf(samples);
    expect(low).to.be.at.least(1.1).and.below(1.3);
    expect(high).to.be.above(1.3).and.at.most(1.9);
    expect(intervalOf(samples, 7)).to.deep.equal(intervalOf(samples, 7));
    expect(intervalOf(loop(1.3, 1.3, 1.3))).to.deep.equal({ low: 1.3, high: 1.3 });
  });

  it('have an interval that most often holds the true median, and is narrower the more rounds there are', () => {
    const random = randomFrom(42);
    // Symmetric around 1.5.
    const noisy = (rounds: number): Samples => loop(...Array.from({ length: rounds }, () => 1 + random()));
    const trials = Array.from({ length: 60 }, (_, seed) => intervalOf(noisy(15), seed));
    const holding = trials.filter(({ low, high }) => low <= 1.5 && 1.5 <= high);
    expect(holding.length).to.be.within(52, 60);
    const width = (rounds: number): number =>
      median(
        Array.from({ length: 20 }, (_, seed) => intervalOf(noisy(rounds), seed)).map(
          ({ low, high }) => high - low,
        ),
      );
    expect(width(60)).to.be.below(width(15));
  });

  it('are drawn from a generator that gives the same numbers for a seed, evenly', () => {
    const [one, same, other] = [randomFrom(1), randomFrom(1), randomFrom(2)].map((random) =>
      Array.from({ length: 1000 }, () => random()),
    ) as [number[], number[], number[]];
    expect(one).to.deep.equal(same).and.not.to.deep.equal(other);
    expect(Math.min(...one))
      .to.be.at.least(0)
      .and.below(0.01);
    expect(Math.max(...one))
      .to.be.above(0.99)
      .and.below(1);
    expect(one.reduce((sum, n) => sum + n) / one.length).to.be.closeTo(0.5, 0.03);
  });

  it('are past a limit only if the whole interval is', () => {
    expect(past(free())).to.deep.equal([]);
    expect(past({ ...free(), ...loop(2.01, 2.02, 2.03) })).to.deep.equal(['hot loop that reads']);
    expect(past({ ...free(), ...loop(1.99, 2.5, 2.6) })).to.deep.equal([]);
    expect(past({ ...free(), runtime: { core: 7501, findings: 12_001, others: 10_001 } })).to.deep.equal([
      'runtime, what explains, kB gzipped',
      'runtime, core alone, kB gzipped',
      'runtime, all other parts, kB gzipped',
    ]);
  });

  it('of several rows are the median of theirs', () => {
    const cpu = (traced: number) => ({ plain: [{ cpu: 1, mb: 1 }], default: [{ cpu: traced, mb: 1 }] });
    const names = ['antd', '@mui/material', 'mathjs', 'playcanvas'].map((app) => `default ${app}`);
    const samples = Object.fromEntries([1, 1.2, 1.3, 9].map((traced, at) => [names[at], cpu(traced)]));
    const [found] = checked({ ...samples });
    expect(found).to.include({ name: 'default options, build time, median', figure: 1.25, isPast: true });
  });

  it('are shown and checked where their rows were measured', () => {
    const { 'loop read': samples } = free();
    expect(checked({ 'loop read': samples }).map(({ name }) => name)).to.deep.equal(['hot loop that reads']);
    expect(tablesOf({ 'loop read': samples })).to.include('| hot loop that reads an import | **1.00**');
  });

  it('say which packages are not installed', () => {
    expect(tablesOf({ absent: ['default mathjs'] })).to.equal(
      '**Not measured: default mathjs.** Its package is not installed.',
    );
  });

  it('have a name for each row, and a row for each limit', () => {
    expect(checked(free()).map(({ figure }) => Number.isFinite(figure))).to.not.include(false);
    expect(tablesOf(free())).to.not.include('undefined').and.not.to.include('NaN');
    expect(tablesOf(free()))
      .to.include('| 2,000 modules of TypeScript |')
      .and.include('an app with antd, default options');
  });
});
