/** Sink for the console: prints events as they happen, explains reads that came too early, and ends with a summary. */

import { cycleOf, type EarlyRead } from '../../findings/early-read.ts';
import type { ReadEvent } from '../../protocol/events.ts';
import type { ConsoleSettings, ModuleRow } from '../../protocol/tables.ts';
import { locIn } from '../modules.ts';
import type { BuildState, Part, SeenEarly } from '../state.ts';
import { createPrinter } from './console/printer.ts';
import { createConsole } from './console/sink.ts';
import { waitsOf } from './console/waits.ts';

export default function createConsolePart(state: BuildState): Part {
  const { shared, table, requests, modules } = state;
  const { reads, console } = table.settings;
  const settings = console as ConsoleSettings;
  const print = createPrinter(settings.color);
  const sink = createConsole(print, settings, countPhases(table.modules), reads !== false);
  return {
    event: (event, early) => sink.event(event, early && explain(event as ReadEvent, early)),
    finish: (isOver) => sink.finish(shared.trace.dropped, isOver ? waitsOf(state) : []),
  };

  function explain(read: ReadEvent, { importer, exporter, slot }: SeenEarly): EarlyRead {
    const number = typeof exporter === 'number' ? exporter : -1;
    const finding = {
      read,
      status: modules[number]?.status ?? 'linked',
      cycle: cycleOf(table.modules, requests, importer, number),
    };
    if (!slot) return finding;
    const { row, module } = slot;
    return { ...finding, kind: row[1], declared: locIn(module.row, row[2], row[3]) };
  }
}

/** Number of modules whose start and end the bundle shows. */
function countPhases(rows: readonly ModuleRow[]): number {
  let count = 0;
  for (let i = 0; i < rows.length; i++) if (rows[i]?.phases) count++;
  return count;
}
