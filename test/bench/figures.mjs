// From samples to ratios, limits and tables. `samples[row][mode]` lists what each round gave.
import { isGraph } from './apps.mjs';

/** `rounds` rounds of each row; each round runs the modes one after the other. */
const rows = (group, rounds, apps) =>
  Object.entries(apps).map(([app, modes]) => ({ name: `${group} ${app}`, group, app, modes, rounds }));
const BOTH = ['plain', 'traced'];
const AND_ISTANBUL = [...BOTH, 'istanbul'];

export const ROWS = [
  ...rows('build', 5, { three: BOTH, 'lodash-es': AND_ISTANBUL, d3: AND_ISTANBUL, rxjs: BOTH }),
  ...rows('build', 5, {
    effect: BOTH,
    'date-fns': BOTH,
    antd: BOTH,
    '1000-modules': BOTH,
    '5000-modules': BOTH,
  }),
  ...rows('build', 3, { '20000-modules': BOTH }),
  ...rows('load', 11, { three: BOTH, antd: BOTH }),
  ...rows('loop', 11, { read: [...BOTH, 'vite'], write: BOTH }),
  ...rows('work', 11, { three: BOTH, 'lodash-es': BOTH, rxjs: BOTH }),
];

const PACKAGES = ROWS.filter(({ group, app }) => group === 'build' && !isGraph(app));
/** What a row's program is timed by. */
const FIELD = { build: 'ms', load: 'load', loop: 'work', work: 'work' };

/** Median and quartiles. */
export function statistics(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (q) => {
    const at = (sorted.length - 1) * q;
    const below = sorted[Math.floor(at)];
    return below + (sorted[Math.ceil(at)] - below) * (at % 1);
  };
  return { low: quantile(0.25), median: quantile(0.5), high: quantile(0.75) };
}

/** Within each round: what slows down the machine for a while slows down both. */
export function ratio(samples, field, mode = 'traced') {
  return statistics(samples[mode].map((sample, round) => sample[field] / samples.plain[round][field]));
}

const medianOf = (samples, field, mode) => statistics(samples[mode].map((sample) => sample[field])).median;

const ofRow = (row, field) => ({ needs: [row], of: (samples) => ratio(samples[row], field).median });
const ofPackages = (field) => ({
  needs: PACKAGES.map(({ name }) => name),
  of: (samples) => statistics(PACKAGES.map(({ name }) => ratio(samples[name], field).median)).median,
});
const perModule = (samples, count) => medianOf(samples[`build ${count}-modules`], 'ms', 'traced') / count;

export const LIMITS = [
  { name: 'build time, median of the packages', limit: 1.3, ...ofPackages('ms') },
  { name: 'build time, 20,000 modules', limit: 1.3, ...ofRow('build 20000-modules', 'ms') },
  {
    name: 'traced build time a module, 20,000 modules against 1,000',
    limit: 1,
    needs: ['build 1000-modules', 'build 20000-modules'],
    of: (samples) => perModule(samples, 20000) / perModule(samples, 1000),
  },
  { name: 'peak memory, median of the packages', limit: 1.4, ...ofPackages('mb') },
  { name: 'peak memory, 20,000 modules', limit: 1.4, ...ofRow('build 20000-modules', 'mb') },
  { name: 'load time, antd', limit: 1.5, ...ofRow('load antd', 'load') },
  { name: 'hot loop that reads', limit: 2, ...ofRow('loop read', 'work') },
  { name: 'hot loop that writes', limit: 5, ...ofRow('loop write', 'work') },
  { name: 'work of three', limit: 1.1, ...ofRow('work three', 'work') },
  { name: 'work of lodash-es', limit: 1.1, ...ofRow('work lodash-es', 'work') },
  { name: 'work of rxjs', limit: 1.1, ...ofRow('work rxjs', 'work') },
  { name: 'runtime, kB gzipped', limit: 5, needs: ['runtime'], of: ({ runtime }) => runtime.gzip / 1000 },
];

/** A machine is never quite alone: a figure may be this much above its limit. */
export const TOLERANCE = 0.1;

/** Figures of the limits whose rows were measured. */
export function checked(samples) {
  return LIMITS.filter(({ needs }) => needs.every((row) => row in samples)).map(({ name, limit, of }) => {
    const figure = of(samples);
    return { name, limit, figure, isPast: figure > limit * (1 + TOLERANCE) };
  });
}

const two = (number) => number.toFixed(2);
const kB = (bytes) => `${(bytes / 1000).toFixed(bytes < 1e5 ? 1 : 0)} kB`;
const time = (ms) => (ms < 1000 ? `${ms.toPrecision(3)} ms` : `${two(ms / 1000)} s`);
const spread = ({ low, median, high }) => `**${two(median)}** (${two(low)}–${two(high)})`;

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return rows.length ? [line(head), line(head.map(() => '---')), ...rows.map(line), ''] : [];
}

const appName = (row) =>
  isGraph(row.app) ? `${Number.parseInt(row.app, 10).toLocaleString('en')} modules` : row.app;
const peerModes = ({ modes }) => modes.slice(1);
const PEERS = {
  traced: (name) => name,
  istanbul: (name) => `${name}, by rollup-plugin-istanbul`,
  vite: (name) => `${name}, by Vite's SSR transform`,
};
const RUN_NAMES = {
  'load three': 'load three',
  'load antd': 'load antd, and render a page',
  'loop read': 'hot loop that reads an import',
  'loop write': 'hot loop that writes an export',
  'work three': 'matrices in three',
  'work lodash-es': 'a pipeline of lodash-es',
  'work rxjs': 'a chain of rxjs',
};

/** Markdown. */
export function tablesOf(samples) {
  const measured = ROWS.filter(({ name }) => name in samples);
  const builds = measured.filter(({ group }) => group === 'build');
  const runs = measured.filter(({ group }) => group !== 'build');
  const { runtime } = samples;
  return [
    ...table(
      ['build, traced / plain', 'time', 'peak memory', 'bundle', 'gzipped', 'plain', 'rounds'],
      builds.flatMap((row) =>
        peerModes(row).map((mode) => {
          const of = samples[row.name];
          const plain = (field) => medianOf(of, field, 'plain');
          return [
            PEERS[mode](appName(row)),
            spread(ratio(of, 'ms', mode)),
            spread(ratio(of, 'mb', mode)),
            two(ratio(of, 'bytes', mode).median),
            two(ratio(of, 'gzip', mode).median),
            `${time(plain('ms'))}, ${plain('mb').toFixed(0)} MB, ${kB(plain('bytes'))}`,
            of.plain.length,
          ];
        }),
      ),
    ),
    ...table(
      ['run, traced / plain', 'time', 'plain', 'rounds'],
      runs.flatMap((row) =>
        peerModes(row).map((mode) => {
          const of = samples[row.name];
          const field = FIELD[row.group];
          return [
            PEERS[mode](RUN_NAMES[row.name]),
            spread(ratio(of, field, mode)),
            time(medianOf(of, field, 'plain')),
            of.plain.length,
          ];
        }),
      ),
    ),
    ...table(
      ['limit', 'at most', 'measured'],
      checked(samples).map(({ name, limit, figure, isPast }) => [
        name,
        two(limit),
        `${two(figure)}${isPast ? ' **past it**' : figure > limit ? ', within the tolerance' : ''}`,
      ]),
    ),
    runtime && `The runtime: ${kB(runtime.bytes)}, ${kB(runtime.gzip)} gzipped.`,
  ]
    .filter((line) => line !== undefined)
    .join('\n');
}
