/** The modules of a trace in the order in which they started: when, for how long, what they waited for, and how they ended. */
import type { ModuleStatus, TraceEvent } from '../protocol/events.ts';
import { type Line, milliseconds, positionText } from './text/line.ts';

export interface StartedModule {
  module: string;
  /** From 2, where it ran again. */
  instance: number;
  /** Milliseconds of the trace. */
  time: number;
  status: Exclude<ModuleStatus, 'linked'>;
  /** Milliseconds, without waits. */
  duration?: number;
  /** Its top-level awaits, and milliseconds that each took; absent for one that never went on. */
  waits: { at: string; took?: number }[];
  error?: string;
  /** The entries that were reached before it, since the module before. */
  entries: string[];
}

export function startedModules(events: readonly TraceEvent[]): StartedModule[] {
  const started: StartedModule[] = [];
  const last = new Map<string, StartedModule>();
  /** By module: when it began to wait. */
  const since = new Map<string, number>();
  let entries: string[] = [];
  for (const event of events) {
    if (event.type === 'entry') entries.push(event.module);
    if (!('module' in event) || event.module === undefined) continue;
    const module = last.get(event.module);
    switch (event.type) {
      case 'evaluate-start': {
        const { time } = event;
        const instance = (module?.instance ?? 0) + 1;
        const row: StartedModule = {
          module: event.module,
          instance,
          time,
          status: 'evaluating',
          waits: [],
          entries,
        };
        entries = [];
        last.set(event.module, row);
        started.push(row);
        break;
      }
      case 'evaluate-suspend':
        since.set(event.module, event.time);
        module?.waits.push({ at: positionText(event.loc) });
        if (module) module.status = 'evaluating-async';
        break;
      case 'evaluate-resume': {
        const wait = module?.waits.at(-1);
        if (wait) wait.took = event.time - (since.get(event.module) ?? event.time);
        if (module) module.status = 'evaluating';
        break;
      }
      case 'evaluate-end':
        if (module) Object.assign(module, { status: 'evaluated', duration: event.duration });
        break;
      case 'evaluate-error':
        if (module) Object.assign(module, { status: 'errored', error: event.error });
    }
  }
  return started;
}

/** Entries that were reached when all modules of theirs had started before. */
function entriesAfterStarts(events: readonly TraceEvent[]): string[] {
  const last = events.findLastIndex(({ type }) => type === 'evaluate-start');
  return events.slice(last + 1).flatMap((event) => (event.type === 'entry' ? [event.module] : []));
}

/** Waits of one module that are listed. */
const WAITS_SHOWN = 3;

export function orderLines(events: readonly TraceEvent[]): Line[] {
  const started = startedModules(events);
  const width = started.reduce((most, { module }) => Math.max(most, module.length), 0);
  const reached = (entry: string): Line => [[`                    entry ${entry} reached`, 'dim']];
  const rows = started.flatMap((row, i): Line[] => {
    const { module, instance, time, status, duration, waits, error, entries } = row;
    const left = waits.length - WAITS_SHOWN;
    return [
      ...entries.map(reached),
      [
        [`${i + 1}`.padStart(5), 'dim'],
        [`${milliseconds(time).padStart(13)}  `, 'dim'],
        [module.padEnd(width), 'plain'],
        [duration === undefined ? '' : `  ${milliseconds(duration)}`, 'dim'],
        [
          status === 'evaluated' ? '' : `  ${STATUS[status]}${error === undefined ? '' : `: ${error}`}`,
          'bad',
        ],
        [instance > 1 ? `  run ${instance}` : '', 'warn'],
      ],
      ...waits
        .slice(0, WAITS_SHOWN)
        .map(
          ({ at, took }): Line => [
            [
              `                    waited at ${at}, ${took === undefined ? 'and has not gone on' : milliseconds(took)}`,
              'warn',
            ],
          ],
        ),
      ...(left > 0 ? [[[`                    … ${left} more waits`, 'dim']] as Line] : []),
    ];
  });
  return [...rows, ...entriesAfterStarts(events).map(reached)];
}

const STATUS: Readonly<Record<Exclude<ModuleStatus, 'linked'>, string>> = {
  evaluating: 'has not ended',
  'evaluating-async': 'still waits',
  evaluated: '',
  errored: 'threw',
};
