/** Sink for the console: prints events as they happen, explains reads that came too early, and ends with a summary. */
import type { ReadEvent, TraceEvent } from '../../protocol/events.ts';
import type { Finding } from '../../protocol/finding.ts';
import type { ConsoleSettings, ModuleRow } from '../../protocol/tables.ts';
import { bare } from '../bare.ts';
import { attempt } from '../globals.ts';
import type { BuildState, Part } from '../state.ts';
import { createPrinter, isPage } from './console/printer.ts';
import { createConsole, EXPLAINED } from './console/sink.ts';
import { waitsOf } from './console/waits.ts';

export default function createConsolePart(state: BuildState): Part {
  const { shared, host, table } = state;
  const { reads, console } = table.settings;
  const settings = console as ConsoleSettings;
  const isGrouped = isPage();
  const sink = createConsole({
    print: createPrinter(settings.color),
    settings,
    modules: countPhases(table.modules),
    tracesReads: reads !== false,
    isGrouped,
  });
  /** Length of the trace when its findings were last asked for. */
  let known = 0;
  /** The modules whose reads were explained, each with the one that it read: other reads mostly have the same cause. */
  const explained: string[] = [];
  let isFlushQueued = false;
  /** A page shows what happened until it failed: nothing may come after. */
  const failed = state.safely(() => host.microtask(state.safely(() => finish(false))));
  return {
    event(event) {
      sink.event(event, () => attempt(() => explain(event)));
      if (!isGrouped || isFlushQueued) return;
      isFlushQueued = true;
      host.microtask(
        state.safely(() => {
          isFlushQueued = false;
          sink.flush();
        }),
      );
    },
    found: sink.found,
    finish,
    ...(isGrouped && { failed, unowned: failed }),
  };

  function finish(isOver: boolean): void {
    sink.finish(shared.trace.dropped, findings(isOver), isOver ? waitsOf(state) : []);
  }

  function explain(event: TraceEvent): Finding | undefined {
    if (!isWrong(event) || explained.length >= EXPLAINED) return undefined;
    const modules = `${event.importer} ${event.module}`;
    if (explained.includes(modules)) return undefined;
    explained.push(modules);
    return state.findings?.ofRead(event.seq);
  }

  /** Each of many entries ends: the whole trace is looked through again once it is twice as long. */
  function findings(isOver: boolean): readonly Finding[] | null {
    const { length } = state.events;
    if (!isOver && length < 2 * known) return null;
    known = length;
    return attempt(() => state.findings?.all()) ?? null;
  }
}

/** Own properties only: a page may have added some to `Object.prototype`. */
const isWrong = (event: TraceEvent): event is ReadEvent =>
  event.type === 'read' && bare(event).state !== 'initialized';

/** Number of modules whose start and end the bundle shows. */
function countPhases(rows: readonly ModuleRow[]): number {
  let count = 0;
  for (let i = 0; i < rows.length; i++) if (rows[i]?.phases) count++;
  return count;
}
