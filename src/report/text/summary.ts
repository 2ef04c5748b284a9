/** Sums up a trace: a few lines for a small program, at most a screen (24 lines) for a large one. */
import type { BindingState, Loc, TraceEvent } from '../../protocol/events.ts';
import type { Finding } from '../../protocol/finding.ts';
import { TRACE_KEY } from '../../protocol/trace.ts';
import { cyclesText } from './cycles.ts';
import { STATE_TONES } from './event.ts';
import { causeText, remedyRows, SEVERITY_TONES } from './finding.ts';
import { count, type Line, list, milliseconds, positionText, row } from './line.ts';

/** The expression by which users find the trace. */
export const TRACE = `globalThis[Symbol.for('${TRACE_KEY}')]`;

/** A build of at most this many modules is small: printed event by event, and summed up without tables of times. */
export const SMALL = 50;

/** Totals of a trace. Its size grows with the number of modules, not of events. */
export interface Summary {
  /** Number of events by type, and of early reads by state. */
  counts: Counts;
  /** By module: the type of its last phase event. */
  phases: Record<string, TraceEvent['type']>;
  /** By module: `duration` of its evaluation, in milliseconds. */
  durations: Counts;
  /** Time of the first event, in milliseconds of the trace. */
  start?: number;
  /** Time of the last `evaluate-end`. */
  end: number;
  /** Number of events that `limit` left out. */
  dropped: number;
  /** False with `reads: false`: early reads are then unknown. */
  tracesReads: boolean;
  /** Modules that still wait when the program exits. */
  waiting: readonly Wait[];
  /** What went wrong, the worst first; null where nobody has looked. */
  findings: readonly Finding[] | null;
  /** Nothing has gone wrong since the trace began, for all that was looked into. */
  isSound: boolean;
}

/** A module that waits, the position of its await, and the modules that cannot start before it ends. */
export interface Wait {
  module: string;
  loc: Loc;
  importers: readonly string[];
}

type Counts = Record<string, number>;

// Together they fill a screen of 24 lines.
const FINDINGS_SHOWN = 3;
export const WAITS_SHOWN = 2;
const FOLDERS_SHOWN = 3;
const MODULES_SHOWN = 2;

/** Words for the results of early reads. */
const RESULTS: Readonly<Record<BindingState, string>> = {
  uninitialized: 'threw a ReferenceError',
  undefined: 'got undefined',
  initialized: 'got a value',
};

const STATES = Object.keys(RESULTS) as readonly BindingState[];

const dictionary = <T>(): Record<string, T> => Object.create(null);

export const emptySummary = (tracesReads = true): Summary => ({
  counts: dictionary(),
  phases: dictionary(),
  durations: dictionary(),
  end: 0,
  dropped: 0,
  tracesReads,
  waiting: [],
  findings: null,
  isSound: false,
});

function increase(counts: Counts, key: string, by = 1): void {
  counts[key] = (counts[key] ?? 0) + by;
}

/** Adds an event to the totals. */
export function add(totals: Summary, event: TraceEvent): void {
  const { type } = event;
  totals.start ??= event.time;
  increase(totals.counts, type);
  if (
    type === 'instantiate' ||
    type === 'evaluate-start' ||
    type === 'evaluate-end' ||
    type === 'evaluate-error'
  ) {
    totals.phases[event.module] = type;
  }
  if (type === 'evaluate-end') {
    totals.end = event.time;
    totals.durations[event.module] = event.duration;
  }
  if (type === 'read' && event.early) increase(totals.counts, event.state);
}

/** No line for an empty trace. Problems come last, at the end of a terminal's output, the worst of them first. */
export function summary(totals: Summary, title = 'module-phases'): Line[] {
  const { counts, waiting } = totals;
  if (totals.start === undefined && !totals.dropped && !waiting.length) return [];
  const { 'evaluate-end': ended = 0 } = counts;
  return [
    [
      [`${title}: `, 'strong'],
      [headline(totals), 'plain'],
    ] as Line,
  ].concat(
    ended > SMALL ? times(totals) : [],
    cycles(totals),
    unfinished(totals),
    waits(waiting),
    earlyReads(totals),
    wrong(totals),
  );
}

function headline({
  counts,
  phases,
  start = 0,
  end,
  dropped,
  tracesReads,
  waiting,
  isSound,
}: Summary): string {
  const { read, write, 'evaluate-end': ended } = counts;
  const modules = Object.keys(phases).length;
  const hasRun = modules || read || write || dropped;
  return list([
    ended && `${count(ended, 'module')} evaluated in ${milliseconds(end - start)}`,
    !ended && modules && 'no module evaluated to its end',
    read && count(read, 'read'),
    write && count(write, 'write'),
    dropped && `${dropped} more dropped (limit)`,
    hasRun && !tracesReads && 'reads not traced',
    hasRun && tracesReads && !STATES.some((state) => counts[state]) && soundness(dropped),
    ended && isSound && 'started in the order that ECMA-262 prescribes',
    !hasRun && `${count(waiting.length, 'module')} did not end`,
  ]);
}

/** `limit` never drops the first wrong read of a place, so the statement holds with dropped events too. */
const soundness = (dropped: number): string => (dropped ? 'no early read went wrong' : 'no early reads');

/** Tables of the slowest folders and modules. */
function times({ durations }: Summary): Line[] {
  const folders: Counts = dictionary();
  for (const module in durations) increase(folders, owner(module), durations[module]);
  return [
    heading('slowest folders and packages'),
    ...top(folders, FOLDERS_SHOWN),
    heading('slowest modules'),
    ...top(durations, MODULES_SHOWN),
    row('all of it', TRACE),
  ];
}

const heading = (text: string): Line => [[`  ${text}, without what they waited for`, 'dim']];

function unfinished({ phases }: Summary): Line[] {
  const modules = Object.keys(phases);
  const left = (word: string, last: TraceEvent['type']): string => {
    const names = modules.filter((module) => last === phases[module]);
    return names.length ? `${names.length} ${word} (${names[0]}${names.length > 1 ? ', …' : ''})` : '';
  };
  const text = list([
    left('failed', 'evaluate-error'),
    left('not finished', 'evaluate-start'),
    left('not started', 'instantiate'),
  ]);
  return text ? [row('modules', text, 'bad')] : [];
}

function waits(waiting: readonly Wait[]): Line[] {
  const lines = waiting.slice(0, WAITS_SHOWN).map(({ module, loc, importers }) => {
    const held = importers[0]
      ? `; ${importers[0]}${importers[1] ? `, … (${importers.length})` : ''} waits for it`
      : '';
    return row('waits', `${module} at ${positionText(loc)}${held}`, 'bad');
  });
  return lines.concat(more(waiting.length - WAITS_SHOWN));
}

function earlyReads({ counts }: Summary): Line[] {
  const states = STATES.filter((state) => counts[state]);
  if (!states[0]) return [];
  const results = list(states.map((state) => `${counts[state]} ${RESULTS[state]}`));
  return [row('early reads', results, STATE_TONES[states[0]])];
}

const isWrong = ({ severity }: Finding): boolean => severity !== 'info';

/** The worst findings, the first for each cause, with the first of what mends it. */
function wrong({ findings }: Summary): Line[] {
  const list = (findings ?? []).filter(isWrong);
  const shown = new Map<string, Finding[]>();
  let left = 0;
  for (const finding of list) {
    const cause = causeText(finding);
    const others = shown.get(cause);
    if (others) others.push(finding);
    else if (shown.size < FINDINGS_SHOWN) shown.set(cause, [finding]);
    else left++;
  }
  const lines = [...shown.values()].flatMap(([first, ...others]): Line[] => {
    if (!first) return [];
    const { severity, message, remedies } = first;
    const rest = others[0] ? ` (and ${count(others.length, 'more read')} for the same reason)` : '';
    return [row(severity, message + rest, SEVERITY_TONES[severity]), ...remedyRows(remedies.slice(0, 1))];
  });
  return left > 0 ? [...lines, row('', `${left} more: ${TRACE}.explain()`)] : lines;
}

/** Cycles that broke nothing, in one line. */
function cycles({ findings }: Summary): Line[] {
  const text = cyclesText(findings ?? []);
  return text ? [row('cycles', text)] : [];
}

const more = (n: number): Line[] => (n > 0 ? [row('', `${n} more`)] : []);

/** Rows of the names with the greatest numbers of milliseconds. */
function top(counts: Counts, shown: number): Line[] {
  const number = (name: string): number => counts[name] ?? 0;
  const names = Object.keys(counts).sort((a, b) => number(b) - number(a));
  const lines = names.slice(0, shown).map((name) => row(milliseconds(number(name)).padStart(11), name));
  return lines.concat(more(names.length - shown));
}

/** `node_modules/@scope/name`, `src/components/` */
function owner(path: string): string {
  const parts = path.split('/');
  const at = parts.lastIndexOf('node_modules') + 1;
  if (at) return parts.slice(0, at + (parts[at]?.[0] === '@' ? 2 : 1)).join('/');
  const folders = parts.slice(0, -1).slice(0, 2);
  return folders.map((folder) => `${folder}/`).join('') || './';
}
