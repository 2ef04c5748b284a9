/** What a trace comes to: a few lines for a small program, at most a screen for a large one. */
import { type BindingState, type Loc, REALM_KEY, type TraceEvent } from '../../protocol.ts';
import { STATE_TONES } from './event.ts';
import { count, type Line, list, milliseconds, place, row } from './line.ts';

/** Where a person finds the trace, in the console of the page or process. */
export const TRACE = `globalThis[Symbol.for('${REALM_KEY}')]`;

/** A build of at most this many modules is small: shown event by event, and summed up without tables. */
export const SMALL = 50;

/** Totals of a trace. Grows with the number of modules, and of pairs of them, not with that of events. */
export interface Summary {
  /** Of events by type, and of early reads by state. */
  counts: Counts;
  /** Early reads by importer and exporter, of each state. */
  early: Readonly<Record<BindingState, Counts>>;
  /** The last phase of each module. */
  phases: Record<string, TraceEvent['type']>;
  /** Milliseconds of each module's own. */
  durations: Counts;
  /** When the first event happened, and when a module last ended. */
  start?: number;
  end: number;
  /** What `limit` left out. */
  dropped: number;
  /** Modules that wait, when the program exits. */
  waiting: readonly Wait[];
}

/** A module that waits, where, and the modules that cannot start before it ends. */
export interface Wait {
  module: string;
  loc: Loc;
  importers: readonly string[];
}

type Counts = Record<string, number>;

const PAIRS_SHOWN = 3;
const FOLDERS_SHOWN = 10;
const MODULES_SHOWN = 5;

/** What became of early reads. */
const RESULTS: Readonly<Record<BindingState, string>> = {
  uninitialized: 'threw a ReferenceError',
  undefined: 'got undefined',
  initialized: 'safe',
};

const dictionary = <T>(): Record<string, T> => Object.create(null);

export const emptySummary = (): Summary => ({
  counts: dictionary(),
  early: { uninitialized: dictionary(), undefined: dictionary(), initialized: dictionary() },
  phases: dictionary(),
  durations: dictionary(),
  end: 0,
  dropped: 0,
  waiting: [],
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
  if (type === 'read' && event.early) {
    increase(totals.counts, event.state);
    increase(totals.early[event.state], `${event.importer} reads ${event.module}`);
  }
}

/** No line if there is nothing to tell. */
export function summary(totals: Summary, title = 'module-phases'): Line[] {
  const { counts, early, phases, durations, dropped } = totals;
  const { read, write, 'evaluate-end': ended = 0 } = counts;
  const states = (Object.keys(RESULTS) as BindingState[]).filter((state) => counts[state]);
  const modules = Object.keys(phases);
  const left = (word: string, ...last: TraceEvent['type'][]): string => {
    const names = modules.filter((module) => last.some((phase) => phase === phases[module]));
    return names.length ? `${names.length} ${word} (${names[0]}${names.length > 1 ? ', …' : ''})` : '';
  };
  const head = list([
    ended && `${count(ended, 'module')} evaluated in ${milliseconds(totals.end - (totals.start ?? 0))}`,
    read && count(read, 'read'),
    write && count(write, 'write'),
    dropped && `${dropped} more dropped (limit)`,
  ]);
  const unfinished = list([
    left('failed', 'evaluate-error'),
    left('not finished', 'evaluate-start'),
    left('not started', 'instantiate'),
  ]);
  const lines: Line[] = [];
  if (head || unfinished)
    lines.push([
      [`${title}: `, 'strong'],
      [head, 'plain'],
    ]);
  if (states[0])
    lines.push(
      row(
        'early reads',
        list(states.map((state) => `${counts[state]} ${RESULTS[state]}`)),
        STATE_TONES[states[0]],
      ),
    );
  if (unfinished) lines.push(row('modules', unfinished, 'bad'));
  totals.waiting.forEach(({ module, loc, importers }) => {
    const held = importers[0]
      ? `; ${importers[0]}${importers[1] ? `, … (${importers.length})` : ''} waits for it`
      : '';
    lines.push(row('waits', `${module} at ${place(loc)}${held}`, 'bad'));
  });
  if (ended <= SMALL) return lines;
  const folders: Counts = dictionary();
  for (const module in durations) increase(folders, owner(module), durations[module]);
  return lines.concat(
    top(early.uninitialized, PAIRS_SHOWN, (n) => `${n} threw`),
    top(early.undefined, PAIRS_SHOWN, (n) => `${n} undefined`),
    top(folders, FOLDERS_SHOWN, milliseconds),
    top(durations, MODULES_SHOWN, milliseconds),
    [row('all of it', TRACE)],
  );
}

/** The greatest numbers and what they belong to. */
function top(counts: Counts, shown: number, text: (n: number) => string): Line[] {
  const number = (name: string): number => counts[name] ?? 0;
  const names = Object.keys(counts).sort((a, b) => number(b) - number(a));
  const lines = names.slice(0, shown).map((name) => row(text(number(name)).padStart(11), name));
  return names[shown] ? lines.concat([row('', `${names.length - shown} more`)]) : lines;
}

/** `node_modules/@scope/name`, `src/components/` */
function owner(path: string): string {
  const parts = path.split('/');
  const at = parts.lastIndexOf('node_modules') + 1;
  if (at) return parts.slice(0, at + (parts[at]?.[0] === '@' ? 2 : 1)).join('/');
  const folders = parts.slice(0, -1).slice(0, 2);
  return folders.map((folder) => `${folder}/`).join('') || './';
}
