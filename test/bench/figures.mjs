// From samples to ratios, limits and tables. `samples[row][mode]` lists what each round gave.

/** `rounds` rounds of each row; each round runs the modes one after the other. */
const rows = (group, rounds, apps, mode = 'traced') =>
  Object.entries(apps).map(([app, others]) => ({
    name: `${group} ${app}`,
    group,
    app,
    modes: ['plain', mode, ...others],
    rounds,
  }));

/** Built by Rolldown; beside that by a plugin that does nothing but what ours can't do without. */
const byRolldown = (mode) => ({
  antd: [mode],
  three: [mode],
  'lodash-es': [mode],
  'app-@mui/material': [mode],
});

export const ROWS = [
  ...rows('default', 15, { antd: [], '@mui/material': [], mathjs: [], playcanvas: [] }, 'default'),
  ...rows('build', 15, {
    three: [],
    'lodash-es': ['istanbul'],
    d3: ['istanbul'],
    rxjs: [],
    effect: [],
    'date-fns': [],
    antd: [],
    '1000-modules': [],
    '2000-modules-ts': [],
    '5000-modules': [],
  }),
  ...rows('build', 5, { '20000-modules': [] }),
  ...rows('disabled', 15, { '6000-modules': [] }, 'disabled'),
  ...rows('rolldown-default', 15, byRolldown('hooks'), 'default'),
  ...rows('rolldown', 15, byRolldown('parsing')),
  ...rows('load', 15, { three: [], antd: [], '2000-modules-300-entries': [] }),
  ...rows('loop', 15, { read: ['vite'], write: [] }),
  ...rows('work', 15, { three: [], 'lodash-es': [], rxjs: [] }),
  // Plain: traced, without a file.
  ...rows('file', 15, { '13000-modules': [], 'loop-events': [] }, 'written'),
  ...rows('explain', 15, { events: [] }, 'explained'),
  ...rows('predict', 5, { '1000-modules': [], '20000-modules': [] }, 'predicted'),
  ...rows('verdict', 5, { '20000-modules': [] }, 'told'),
  // Plain: by hand.
  ...rows('command-run', 15, { '1-modules': [] }, 'command'),
  ...rows('command-check', 3, { '20000-modules': [] }, 'command'),
];

/** Groups that are no bundle's: what the words of `plain` and of the other mode are. */
const ALONE = ['explain', 'predict', 'verdict', 'command-run', 'command-check'];
const isBuild = ({ group }) =>
  ['default', 'build', 'disabled', 'rolldown-default', 'rolldown'].includes(group);
/** Packages a row needs beyond those of its mode. */
export const packageOf = ({ group, app }) => (group === 'default' ? app : undefined);

const DEFAULTS_OF_ROLLDOWN = ROWS.filter(({ group }) => group === 'rolldown-default');
const TRACED_BY_ROLLDOWN = ROWS.filter(({ group }) => group === 'rolldown');
const PACKAGES = ROWS.filter(({ group, app }) => group === 'build' && !app.includes('-modules'));
const DEFAULTS = ROWS.filter(({ group }) => group === 'default');
/** What a row's program is timed by. */
const fieldOf = (row) =>
  isBuild(row) || ALONE.includes(row.group) ? 'cpu' : ['load', 'file'].includes(row.group) ? 'load' : 'work';

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32), so that the same samples give the same interval. */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let n = Math.imul(state ^ (state >>> 15), state | 1);
    n ^= n + Math.imul(n ^ (n >>> 7), n | 61);
    return ((n ^ (n >>> 14)) >>> 0) / 2 ** 32;
  };
}

const RESAMPLES = 2000;

/**
 * The bootstrap's interval of 95 %: rounds are drawn anew, with replacement, as often as there were rounds. A round is
 * drawn with all its modes, so that pairs stay pairs.
 *
 * @param of samples of `names` → figure
 */
export function interval(samples, names, of, random = randomFrom(1)) {
  const figures = Array.from({ length: RESAMPLES }, () =>
    of(Object.fromEntries(names.map((name) => [name, drawn(samples[name], random)]))),
  ).sort((a, b) => a - b);
  return { low: figures[Math.floor(RESAMPLES * 0.025)], high: figures[Math.ceil(RESAMPLES * 0.975) - 1] };
}

function drawn(modes, random) {
  const count = modes.plain.length;
  const rounds = Array.from({ length: count }, () => Math.floor(random() * count));
  return Object.fromEntries(
    Object.entries(modes).map(([mode, list]) => [mode, rounds.map((round) => list[round])]),
  );
}

/** Within each round: what slows down the machine for a while slows down both. */
export const ratio = (modes, field, mode) =>
  median(modes[mode].map((sample, round) => sample[field] / modes.plain[round][field]));

const medianOf = (modes, field, mode) => median(modes[mode].map((sample) => sample[field]));

const tracedMode = ({ modes }) => modes[1];
const ofRow = (name, field) => ({
  needs: [name],
  of: (samples) => ratio(samples[name], field, tracedMode(ROWS.find((row) => row.name === name))),
});
const ofMedian = (list, field) => ({
  needs: list.map(({ name }) => name),
  of: (samples) => median(list.map((row) => ratio(samples[row.name], field, tracedMode(row)))),
});
const perModule = (samples, count) => medianOf(samples[`build ${count}-modules`], 'cpu', 'traced') / count;
const predictedPer = (samples, count) =>
  medianOf(samples[`predict ${count}-modules`], 'cpu', 'predicted') / count;
const sizeOf = (part) => ({ of: ({ runtime }) => runtime[part] / 1000 });

export const LIMITS = [
  { name: 'default options, build time, median', limit: 1.08, ...ofMedian(DEFAULTS, 'cpu') },
  { name: 'default options, peak memory, median', limit: 1.1, ...ofMedian(DEFAULTS, 'mb') },
  { name: 'everything traced, build time, median of the packages', limit: 1.2, ...ofMedian(PACKAGES, 'cpu') },
  {
    name: 'everything traced, 2,000 modules of TypeScript, build time',
    limit: 1.4,
    ...ofRow('build 2000-modules-ts', 'cpu'),
  },
  {
    name: 'everything traced, 2,000 modules of TypeScript, peak memory',
    limit: 1.3,
    ...ofRow('build 2000-modules-ts', 'mb'),
  },
  {
    name: 'everything traced, 20,000 modules, build time',
    limit: 1.35,
    ...ofRow('build 20000-modules', 'cpu'),
  },
  {
    name: 'everything traced, 20,000 modules, peak memory',
    limit: 1.25,
    ...ofRow('build 20000-modules', 'mb'),
  },
  {
    name: 'traced build time a module, 20,000 modules against 1,000',
    limit: 1.05,
    needs: ['build 1000-modules', 'build 20000-modules'],
    of: (samples) => perModule(samples, 20000) / perModule(samples, 1000),
  },
  {
    name: '`enabled: false`, 6,000 modules, `preserveModules`',
    limit: 1.02,
    ...ofRow('disabled 6000-modules', 'cpu'),
  },
  {
    name: 'load 300 entries of 2,000 modules',
    limit: 1.5,
    ...ofRow('load 2000-modules-300-entries', 'load'),
  },
  {
    name: 'Rolldown, default options, build time, median',
    limit: 1.5,
    ...ofMedian(DEFAULTS_OF_ROLLDOWN, 'cpu'),
  },
  {
    name: 'Rolldown, everything traced, build time, median',
    limit: 2.5,
    ...ofMedian(TRACED_BY_ROLLDOWN, 'cpu'),
  },
  { name: 'hot loop that reads', limit: 2, ...ofRow('loop read', 'work') },
  { name: 'hot loop that writes', limit: 2, ...ofRow('loop write', 'work') },
  { name: 'work of three', limit: 1.05, ...ofRow('work three', 'work') },
  { name: 'work of lodash-es', limit: 1.05, ...ofRow('work lodash-es', 'work') },
  { name: 'work of rxjs', limit: 1.05, ...ofRow('work rxjs', 'work') },
  {
    name: 'trace file of 100,000 events, against none',
    limit: 1.3,
    ...ofRow('file 13000-modules', 'load'),
  },
  {
    name: 'findings of 100,000 events, against `JSON.parse` of the same',
    limit: 2,
    ...ofRow('explain events', 'cpu'),
  },
  {
    name: 'prediction of 20,000 modules, against the plain build',
    limit: 0.05,
    ...ofRow('predict 20000-modules', 'cpu'),
  },
  {
    name: 'prediction a module, 20,000 modules against 1,000',
    limit: 1.1,
    needs: ['predict 1000-modules', 'predict 20000-modules'],
    of: (samples) => predictedPer(samples, 20000) / predictedPer(samples, 1000),
  },
  {
    name: 'verdict of the build over 20,000 modules, against the plain build',
    limit: 0.08,
    ...ofRow('verdict 20000-modules', 'cpu'),
  },
  {
    name: '`module-phases run` of one file, against building and running by hand',
    limit: 1.5,
    ...ofRow('command-run 1-modules', 'cpu'),
  },
  {
    name: '`module-phases check` of 20,000 modules, against their build with the plugin',
    limit: 1.2,
    ...ofRow('command-check 20000-modules', 'cpu'),
  },
  { name: 'runtime, what explains, kB gzipped', limit: 12, ...sizeOf('findings') },
  { name: 'runtime, core alone, kB gzipped', limit: 7.5, ...sizeOf('core') },
  { name: 'runtime, all other parts, kB gzipped', limit: 10, ...sizeOf('others') },
];

/** What each limit's rows say of it; nothing of a limit of which a row was not measured. */
export function checked(samples) {
  return LIMITS.filter(({ needs = ['runtime'] }) => needs.every((name) => name in samples)).map(
    ({ name, limit, needs, of }) => {
      const figure = of(samples);
      const { low, high } = needs ? interval(samples, needs, of) : { low: figure, high: figure };
      return { name, limit, figure, low, high, isPast: low > limit };
    },
  );
}

const two = (number) => number.toFixed(2);
const kB = (bytes) => `${(bytes / 1000).toFixed(bytes < 1e5 ? 1 : 0)} kB`;
const time = (ms) => (ms < 1000 ? `${ms.toPrecision(3)} ms` : `${two(ms / 1000)} s`);
const range = ({ low, high }) => (low === high ? '' : ` (${two(low)}–${two(high)})`);

/** Ratio, and the interval of its median. */
function spread(modes, field, mode) {
  const of = ({ row }) => ratio(row, field, mode);
  return `**${two(of({ row: modes }))}**${range(interval({ row: modes }, ['row'], of))}`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return rows.length ? [line(head), line(head.map(() => '---')), ...rows.map(line), ''] : [];
}

function buildName({ group, app }) {
  const [, count, kind] = /^(\d+)-modules(-ts)?/.exec(app) ?? [];
  const name = count ? `${Number(count).toLocaleString('en')} modules${kind ? ' of TypeScript' : ''}` : app;
  if (group === 'rolldown-default') return `${name}, by Rolldown, default options`;
  if (group === 'rolldown') return `${name}, by Rolldown`;
  if (group === 'default') return `an app with ${name}, default options`;
  return group === 'disabled' ? `${name}, \`preserveModules\`, \`enabled: false\`` : name;
}

const peerModes = ({ modes }) => modes.slice(1);
const BY = {
  istanbul: ', by rollup-plugin-istanbul',
  vite: ", by Vite's SSR transform",
  hooks: ', by a plugin with our hooks that does nothing in them',
  parsing: ', by a plugin that only parses what ours parses',
};
const RUN_NAMES = {
  'load three': 'load three',
  'load antd': 'load antd, and render a page',
  'load 2000-modules-300-entries': 'load 300 entries of 2,000 modules, one after another',
  'loop read': 'hot loop that reads an import',
  'loop write': 'hot loop that writes an export',
  'work three': 'matrices in three',
  'work lodash-es': 'a pipeline of lodash-es',
  'work rxjs': 'a chain of rxjs',
  'file 13000-modules': 'load 13,000 modules, 100,000 events, with a trace file, against none',
  'file loop-events': 'hot loop of 100,000 events, with a trace file, against none',
  'explain events': 'findings of 100,000 events, against `JSON.parse`',
  'predict 1000-modules': 'prediction of 1,000 modules, against their plain build',
  'predict 20000-modules': 'prediction of 20,000 modules, against their plain build',
  'command-run 1-modules': '`module-phases run` of one file, against by hand',
  'command-check 20000-modules':
    '`module-phases check` of 20,000 modules, against their build with the plugin',
  'verdict 20000-modules': 'verdict of the build over 20,000 modules, against their plain build',
};

/** Markdown. */
export function tablesOf(samples) {
  const measured = ROWS.filter(({ name }) => name in samples);
  const { runtime, absent = [] } = samples;
  return [
    ...table(
      ['build, traced / plain', 'time', 'peak memory', 'bundle', 'gzipped', 'plain', 'rounds'],
      measured.filter(isBuild).flatMap((row) =>
        peerModes(row).map((mode) => {
          const of = samples[row.name];
          const plain = (field) => medianOf(of, field, 'plain');
          return [
            buildName(row) + (BY[mode] ?? ''),
            spread(of, 'cpu', mode),
            spread(of, 'mb', mode),
            two(ratio(of, 'bytes', mode)),
            two(ratio(of, 'gzip', mode)),
            `${time(plain('cpu'))}, ${plain('mb').toFixed(0)} MB, ${kB(plain('bytes'))}`,
            of.plain.length,
          ];
        }),
      ),
    ),
    ...table(
      ['run, traced / plain', 'time', 'plain', 'rounds'],
      measured
        .filter((row) => !isBuild(row))
        .flatMap((row) =>
          peerModes(row).map((mode) => {
            const of = samples[row.name];
            const field = fieldOf(row);
            return [
              RUN_NAMES[row.name] + (BY[mode] ?? ''),
              spread(of, field, mode),
              time(medianOf(of, field, 'plain')),
              of.plain.length,
            ];
          }),
        ),
    ),
    ...table(
      ['limit', 'at most', 'measured'],
      checked(samples).map(({ name, limit, figure, isPast, ...ends }) => [
        name,
        two(limit),
        `${two(figure)}${range(ends)}${isPast ? ' **past it**' : ''}`,
      ]),
    ),
    runtime &&
      `The runtime, gzipped: ${kB(runtime.core)} the core alone, ${kB(runtime.findings)} what explains, ${kB(runtime.others)} all but that.`,
    ...absent.map((name) => `**Not measured: ${name}.** Its package is not installed.`),
  ]
    .filter((line) => line !== undefined)
    .join('\n');
}
