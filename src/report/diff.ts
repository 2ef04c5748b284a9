/** Two traces of one program, compared by the paths of modules: where and why they part. */
import { whyOf } from '../findings/recorded.ts';
import type { ReadEvent } from '../protocol/events.ts';
import { startedModules } from './order.ts';
import { type Line, list, milliseconds, positionText, row } from './text/line.ts';
import type { RecordedTrace } from './trace-file.ts';

/** A module slower than that is more than noise: see {@link slowerModules}. */
const RATIO = 1.5;
/** Milliseconds. */
const LEAST = 5;
/** Modules whose times say how fast a host is. */
const ENOUGH = 5;

export interface TraceDiff {
  /** Modules that started in both. */
  common: number;
  /** The first place where the orders of these part; null where they are the same. */
  parting: Parting | null;
  /** Reads that came too early in the second trace alone. */
  newlyEarly: EarlyRead[];
  /** Those of the first trace alone. */
  noLongerEarly: EarlyRead[];
  /** Modules that started in the first trace alone. */
  dropped: string[];
  /** Modules that started in the second trace alone. */
  added: string[];
  /** Exported bindings that only the first bundle has, of modules that started in both: `module name`. */
  droppedBindings: { module: string; name: string }[];
  slower: SlowerModule[];
}

export interface Parting {
  /** The last modules that started in the same order, at most three. */
  after: string[];
  /** What starts next in each. */
  first: string;
  second: string;
  /** Why the first trace has `first` before `second`, and why the second one has it the other way round. */
  whyFirst: string[];
  whySecond: string[];
}

export interface EarlyRead {
  at: string;
  importer: string;
  module: string;
  name: string;
  state: ReadEvent['state'];
}

export interface SlowerModule {
  module: string;
  /** Milliseconds. */
  before: number;
  after: number;
}

export function diffTraces(a: RecordedTrace, b: RecordedTrace): TraceDiff {
  const [orderA, orderB] = [firstStarts(a), firstStarts(b)];
  const started = new Set(orderB);
  const common = orderA.filter((module) => started.has(module));
  const commons = new Set(common);
  const [readsA, readsB] = [earlyReads(a), earlyReads(b)];
  return {
    common: common.length,
    parting: partingOf(
      a,
      b,
      common,
      orderB.filter((module) => commons.has(module)),
    ),
    newlyEarly: without(readsB, readsA),
    noLongerEarly: without(readsA, readsB),
    dropped: orderA.filter((module) => !commons.has(module)),
    added: orderB.filter((module) => !commons.has(module)),
    droppedBindings: droppedBindings(a, b, commons),
    slower: slowerModules(a, b),
  };
}

const firstStarts = ({ events }: RecordedTrace): string[] => [
  ...new Set(startedModules(events).map(({ module }) => module)),
];

function partingOf(
  a: RecordedTrace,
  b: RecordedTrace,
  orderA: readonly string[],
  orderB: readonly string[],
): Parting | null {
  const at = orderA.findIndex((module, i) => module !== orderB[i]);
  const [first, second] = [orderA[at], orderB[at]];
  if (first === undefined || second === undefined) return null;
  return {
    after: orderA.slice(Math.max(0, at - 3), at),
    first,
    second,
    whyFirst: whyOf(a, first, second).split('\n'),
    whySecond: whyOf(b, second, first).split('\n'),
  };
}

/** By importer, module and name: the place may have moved. */
function earlyReads({ events }: RecordedTrace): Map<string, EarlyRead> {
  const reads = new Map<string, EarlyRead>();
  for (const event of events) {
    if (event.type !== 'read' || event.state === 'initialized') continue;
    const { importer, module, name, state, loc } = event;
    const key = JSON.stringify([importer, module, name]);
    if (!reads.has(key)) reads.set(key, { at: positionText(loc), importer, module, name, state });
  }
  return reads;
}

const without = <V>(reads: ReadonlyMap<string, V>, others: ReadonlyMap<string, V>): V[] =>
  [...reads].flatMap(([key, read]) => (others.has(key) ? [] : [read]));

function droppedBindings(
  a: RecordedTrace,
  b: RecordedTrace,
  common: ReadonlySet<string>,
): TraceDiff['droppedBindings'] {
  const [bindingsA, bindingsB] = [bindingsOf(a), bindingsOf(b)];
  return [...bindingsA].flatMap(([module, names]) =>
    common.has(module)
      ? [...names].filter((name) => !bindingsB.get(module)?.has(name)).map((name) => ({ module, name }))
      : [],
  );
}

/** By module: the exported bindings that a bundle has. */
function bindingsOf({ builds }: RecordedTrace): Map<string, Set<string>> {
  const byModule = new Map<string, Set<string>>();
  for (const { modules } of builds) {
    for (const { path, bindings } of modules) {
      const names = byModule.get(path) ?? new Set();
      byModule.set(path, names);
      for (const { name, state } of bindings) if (state !== undefined) names.add(name);
    }
  }
  return byModule;
}

/**
 * Modules that took at least 1.5 times as long as before, and 5 ms longer, once the speed of the host is taken out: the
 * median of what other modules took, against before, unless only a few took long enough to tell.
 */
function slowerModules(a: RecordedTrace, b: RecordedTrace): SlowerModule[] {
  const [before, after] = [durations(a), durations(b)];
  const both = [...before].flatMap(([module, ms]): SlowerModule[] => {
    const other = after.get(module);
    return other === undefined ? [] : [{ module, before: ms, after: other }];
  });
  const ratios = both
    .filter(({ before, after }) => before >= 1 && after >= 1)
    .map(({ before, after }) => after / before)
    .sort((x, y) => x - y);
  const speed = ratios.length >= ENOUGH ? (ratios[ratios.length >> 1] ?? 1) : 1;
  return both
    .filter(({ before, after }) => after >= RATIO * speed * before && after - speed * before >= LEAST)
    .sort((x, y) => y.after - y.before - (x.after - x.before));
}

/** Of the first run of each module. */
function durations({ events }: RecordedTrace): Map<string, number> {
  const byModule = new Map<string, number>();
  for (const event of events)
    if (event.type === 'evaluate-end' && !byModule.has(event.module))
      byModule.set(event.module, event.duration);
  return byModule;
}

/** Lines of a list. */
const SHOWN = 20;

/** @param names of the traces */
export function diffLines(diff: TraceDiff, [a, b]: readonly [string, string]): Line[] {
  const { common, parting, newlyEarly, noLongerEarly, dropped, added, droppedBindings, slower } = diff;
  const readText = ({ at, module, name, state }: EarlyRead): string =>
    `${at} reads ${name} of ${module}: ${state}`;
  return [
    [
      ['order  ', 'strong'],
      [
        parting
          ? `parts among the ${common} modules that run in both`
          : `is the same for the ${common} modules that run in both`,
        'plain',
      ],
    ],
    ...(parting ? partingLines(parting, a, b) : []),
    ...section(`newly early, in ${b}`, newlyEarly, readText),
    ...section('no longer early', noLongerEarly, readText),
    ...section(`only in ${a}`, dropped, (module) => module),
    ...section(`only in ${b}`, added, (module) => module),
    ...section(`bindings that ${b} lacks`, droppedBindings, ({ module, name }) => `${name} of ${module}`),
    ...section(
      `slower: ${RATIO} times and ${LEAST} ms more, against the median of all`,
      slower,
      ({ module, before, after }) => `${module}: ${milliseconds(before)}, now ${milliseconds(after)}`,
    ),
  ];
}

const partingLines = (
  { after, first, second, whyFirst, whySecond }: Parting,
  a: string,
  b: string,
): Line[] => [
  row('after', list(after) || 'the start'),
  row('in', `${a}: ${first}`, 'strong'),
  ...whyFirst.map((text, i) => row(i ? '' : 'because', text)),
  row('in', `${b}: ${second}`, 'strong'),
  ...whySecond.map((text, i) => row(i ? '' : 'because', text)),
];

function section<E>(title: string, entries: readonly E[], textOf: (entry: E) => string): Line[] {
  if (entries.length === 0) return [];
  const left = entries.length - SHOWN;
  return [
    [],
    [[`${title} (${entries.length})`, 'strong']],
    ...entries.slice(0, SHOWN).map((entry): Line => [[`  ${textOf(entry)}`, 'plain']]),
    ...(left > 0 ? [[[`  … ${left} more`, 'dim']] as Line] : []),
  ];
}
