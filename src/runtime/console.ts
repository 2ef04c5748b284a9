/** The sink that a person reads: a small trace line by line, a large one as a summary, a bug at once as a block. */
import type { ConsoleSettings, TraceEvent } from '../protocol.ts';
import { type EarlyRead, earlyRead } from '../report/text/early-read.ts';
import { eventLine, STATE_TONES } from '../report/text/event.ts';
import { count, type Line } from '../report/text/line.ts';
import { add, emptySummary, SMALL, summary, TRACE } from '../report/text/summary.ts';
import type { Print } from './host.ts';

export interface ConsoleSink {
  /** An event, as it happens; `finding` explains an early read. */
  event(event: TraceEvent, finding?: EarlyRead): void;
  /** The entry has ended, or the program exits. `dropped` counts from the start of the trace. */
  finish(dropped: number): void;
}

/** Lines of a trace in full; after them, only early reads that went wrong are printed, and the summary. */
const LINES_SHOWN = 500;

/** `modules`: how many the build has. */
export function createConsole(print: Print, settings: ConsoleSettings, modules: number): ConsoleSink {
  const full = settings.detail === 'auto' ? modules <= SMALL : settings.detail === 'full';
  const explained: Record<string, true> = Object.create(null);
  let totals = emptySummary();
  let shown = 0;
  let reported = 0;
  let title: string | undefined;

  const note = (text: string): unknown => print([[[text, 'dim']]]);

  function show(line: Line): void {
    shown++;
    if (shown === 1) note(`module-phases: ${count(modules, 'module')}, as they run`);
    if (shown <= LINES_SHOWN) print([line]);
    if (shown === LINES_SHOWN + 1) note(`… all further events are in ${TRACE}.events`);
  }

  return {
    event(event, finding) {
      add(totals, event);
      const lines = finding ? earlyRead(finding) : [eventLine(event)];
      const tone = finding && STATE_TONES[finding.read.state];
      const headline = `${lines[0]}`;
      if (tone && tone !== 'plain' && !explained[headline]) {
        explained[headline] = true;
        print(lines, tone);
      } else if (full) show(eventLine(event));
    },
    finish(dropped) {
      totals.dropped = dropped - reported;
      const lines = summary(totals, title);
      if (lines.length) print(lines);
      title = 'module-phases, since then';
      reported = dropped;
      totals = emptySummary();
    },
  };
}
