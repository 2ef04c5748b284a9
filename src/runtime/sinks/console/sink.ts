/**
 * Decides what the console shows: a small trace line by line, a large one as a summary, a wrong read at once as a
 * block.
 */

import type { EarlyRead } from '../../../findings/early-read.ts';
import type { TraceEvent } from '../../../protocol/events.ts';
import type { ConsoleSettings } from '../../../protocol/tables.ts';
import { earlyRead } from '../../../report/text/early-read.ts';
import { eventLine, STATE_TONES } from '../../../report/text/event.ts';
import { add, emptySummary, SMALL, summary, TRACE, type Wait } from '../../../report/text/summary.ts';
import type { Print } from './printer.ts';

export interface ConsoleSink {
  /** Called with each event as it happens; `finding` explains an early read. */
  event(event: TraceEvent, finding?: EarlyRead): void;
  /** Called when an entry has ended and when the program exits. `dropped` counts from the start of the trace. */
  finish(dropped: number, waiting?: readonly Wait[]): void;
}

/** With `detail: 'auto'`, lines of events before only early reads that went wrong and the summary are printed. */
const LINES_SHOWN = 500;

/** @param modules how many modules of the build show their start and end */
export function createConsole(
  print: Print,
  settings: ConsoleSettings,
  modules: number,
  tracesReads = true,
): ConsoleSink {
  const mayFold = settings.detail === 'auto';
  const full = settings.detail === 'full' || (settings.detail === 'auto' && modules <= SMALL);
  const explained: Record<string, true> = Object.create(null);
  let totals = emptySummary(tracesReads);
  let shown = 0;
  let dropped = 0;
  let title: string | undefined;

  return {
    event(event, finding) {
      add(totals, event);
      if (finding && explain(finding)) return;
      if (!full || (mayFold && shown > LINES_SHOWN)) return;
      const rest = `… all further events are in ${TRACE}.events`;
      print([mayFold && shown === LINES_SHOWN ? [[rest, 'dim']] : eventLine(event)]);
      shown++;
    },
    finish(droppedNow, waiting = []) {
      totals.dropped = droppedNow - dropped;
      totals.waiting = waiting;
      const lines = summary(totals, title);
      if (lines[0]) print(lines);
      totals = emptySummary(tracesReads);
      dropped = droppedNow;
      title = 'module-phases, since then';
    },
  };

  /** Prints the block of an early read that went wrong, once per headline, which names the place. */
  function explain(finding: EarlyRead): boolean {
    const { state } = finding.read;
    if (state === 'initialized') return false;
    const lines = earlyRead(finding);
    const headline = `${lines[0]}`;
    if (explained[headline]) return false;
    explained[headline] = true;
    print(lines, STATE_TONES[state]);
    return true;
  }
}
