/** What a trace comes to: up to three lines for a small program, at most a screen for a large one. */
import {
  type BindingState,
  type EvaluateErrorEvent,
  REALM_KEY,
  type ReadEvent,
  type TraceEvent,
} from '../../protocol.ts';
import { STATE_TONES } from './event.ts';
import { count, type Line, milliseconds, place, row } from './line.ts';

/** Where a person finds the trace, in the console of the page or process. */
export const TRACE = `globalThis[Symbol.for('${REALM_KEY}')]`;

/** A build of at most this many modules is small: shown event by event, and summed up without tables. */
export const SMALL = 50;

/** Totals of a trace. Grows with the number of modules, and of pairs of them, not with that of events. */
export interface Summary {
  /** Of events by type, and of early reads by state. */
  counts: Counts<TraceEvent['type'] | BindingState>;
  /** Reads and writes that `limit` left out. */
  dropped: number;
  /** When a module last ended, in milliseconds. */
  time: number;
  /** Milliseconds of each module's own. */
  durations: Counts;
  /** Modules that have started and not ended. */
  open: Record<string, true>;
  /** The first one; its text may come later than the event. */
  failure?: EvaluateErrorEvent;
  /** Early reads that threw or got undefined, by state, importer and exporter. */
  pairs: Record<string, Pair>;
}

type Counts<K extends string = string> = { [key in K]?: number };

interface Pair {
  /** The first of them. */
  read: ReadEvent;
  count: number;
}

const PAIRS_SHOWN = 5;
const FOLDERS_SHOWN = 12;
const MODULES_SHOWN = 5;

const dictionary = <T>(): Record<string, T> => Object.create(null);

export const emptySummary = (): Summary => ({
  counts: dictionary(),
  dropped: 0,
  time: 0,
  durations: dictionary(),
  open: dictionary(),
  pairs: dictionary(),
});

function increase<K extends string>(counts: Counts<K>, key: K, by: number): void {
  counts[key] = (counts[key] ?? 0) + by;
}

/** Adds an event to the totals. */
export function add(totals: Summary, event: TraceEvent): void {
  const { counts, open, pairs } = totals;
  const { type, module } = event;
  increase(counts, type, 1);
  if (type === 'evaluate-start') open[module] = true;
  if (type === 'evaluate-end') {
    delete open[module];
    increase(totals.durations, module, event.duration);
    totals.time = event.time;
  }
  if (type === 'evaluate-error') {
    delete open[module];
    totals.failure ??= event;
  }
  if (type === 'read' && event.early) {
    const { state } = event;
    increase(counts, state, 1);
    if (state !== 'initialized') {
      const key = `${state} ${event.importer} ${module}`;
      pairs[key] ??= { read: event, count: 0 };
      pairs[key].count++;
    }
  }
}

/** `later`: of what happened since a summary was printed; no line if that is nothing to tell. */
export function summary(
  { counts, durations, open, failure, dropped, time, pairs }: Summary,
  later = false,
): Line[] {
  const { uninitialized, undefined: unset, initialized, read, write, instantiate = 0 } = counts;
  const { 'evaluate-start': started = 0, 'evaluate-end': ended = 0 } = counts;
  const running = Object.keys(open);
  const head = list([
    (ended || !later) && `${count(ended, 'module')} evaluated${later ? '' : ` in ${milliseconds(time)}`}`,
    read && count(read, 'read'),
    write && count(write, 'write'),
    dropped && `${dropped} more dropped (limit)`,
  ]);
  const early = list([
    uninitialized && `${uninitialized} threw a ReferenceError`,
    unset && `${unset} got undefined`,
    initialized && `${initialized} safe`,
  ]);
  const unfinished = list([
    failure && `${failure.module} failed${failure.error ? `: ${failure.error}` : ''}`,
    running[0] && `${running[0]}${running[1] ? ` and ${running.length - 1} more` : ''} not finished`,
    instantiate > started && `${count(instantiate - started, 'module')} not started`,
  ]);
  const lines: Line[] = [];
  if (head || unfinished)
    lines.push([
      [`module-phases${later ? ', since then' : ''}: `, 'strong'],
      [head, 'plain'],
    ]);
  if (early) lines.push(row('early reads', early, uninitialized ? 'bad' : unset ? 'warn' : 'plain'));
  if (unfinished) lines.push(row('unfinished', unfinished, 'bad'));
  return later || ended <= SMALL ? lines : lines.concat(worst(pairs), tables(durations));
}

/** The texts that there are. */
const list = (texts: readonly (string | 0 | false | undefined)[]): string =>
  texts.filter((text) => text).join(', ');

/** The pairs with most early reads, those that threw first. */
function worst(pairs: Record<string, Pair>): Line[] {
  const rank = (key: string): number => {
    const pair = pairs[key] as Pair;
    return pair.count + (pair.read.state === 'uninitialized' ? 1e9 : 0);
  };
  return Object.keys(pairs)
    .sort((a, b) => rank(b) - rank(a))
    .slice(0, PAIRS_SHOWN)
    .map((key) => {
      const { read, count } = pairs[key] as Pair;
      return row(
        '',
        `${count} × ${read.importer} reads ${read.module}, first ${read.name} at ${place(read.loc)}`,
        STATE_TONES[read.state],
      );
    });
}

function tables(durations: Counts): Line[] {
  const times: Counts = dictionary();
  const sizes: Counts = dictionary();
  for (const module in durations) {
    const name = owner(module);
    increase(times, name, durations[module] ?? 0);
    increase(sizes, name, 1);
  }
  return slowest(times, FOLDERS_SHOWN, sizes).concat(slowest(durations, MODULES_SHOWN), [
    row('all of it', TRACE, 'dim'),
  ]);
}

function slowest(times: Counts, shown: number, sizes?: Counts): Line[] {
  const names = Object.keys(times).sort((a, b) => (times[b] ?? 0) - (times[a] ?? 0));
  const lines = names
    .slice(0, shown)
    .map((name) =>
      row(
        milliseconds(times[name] ?? 0).padStart(11),
        sizes ? `${name} (${count(sizes[name] ?? 0, 'module')})` : name,
      ),
    );
  if (names.length > shown) lines.push(row('', `${names.length - shown} more`));
  return lines;
}

/** `lodash-es`, `@scope/name`, `src/components/` */
const owner = (path: string): string =>
  /.*\bnode_modules\/((@[^/]*\/)?[^/]*)/.exec(path)?.[1] ?? (/^([^/]*\/){0,2}/.exec(path)?.[0] || './');
