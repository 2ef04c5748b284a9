/**
 * Decides what the console shows: a small trace line by line, a large one as a summary, a wrong read at once as a
 * block.
 */
import type { TraceEvent } from '../../../protocol/events.ts';
import type { Finding, FindingCode } from '../../../protocol/finding.ts';
import type { ConsoleSettings } from '../../../protocol/tables.ts';
import { eventLine } from '../../../report/text/event.ts';
import { causeText, findingBlock, SEVERITY_TONES } from '../../../report/text/finding.ts';
import { count, type Line } from '../../../report/text/line.ts';
import { createOrder } from '../../../report/text/order.ts';
import { add, emptySummary, SMALL, summary, TRACE, type Wait } from '../../../report/text/summary.ts';
import type { Print } from './printer.ts';

export interface ConsoleInput {
  print: Print;
  settings: ConsoleSettings;
  /** How many modules of the build show their start and end. */
  modules: number;
  tracesReads?: boolean;
  /** Lines of events wait for `flush`, and are printed as one message. */
  isGrouped?: boolean;
}

export interface ConsoleSink {
  /** Called with each event as it happens; `explain` gives the finding of a read that gave no value. */
  event(event: TraceEvent, explain?: () => Finding | undefined): void;
  /** Called with what a part has found before anybody asked. */
  found(finding: Finding): void;
  /** Prints the lines that wait. */
  flush(): void;
  /**
   * Called when an entry has ended and when the program exits. `dropped` counts from the start of the trace; `findings`
   * are null where nobody has looked for any.
   */
  finish(dropped: number, findings?: readonly Finding[] | null, waiting?: readonly Wait[]): void;
}

/** Codes that say nothing of the order in which modules started, nor of a read that came too early. */
const HARMLESS: readonly FindingCode[] = ['CYCLE', 'PARTIAL_EXPORTS', 'SNAPSHOT', 'SNAPSHOT_LOST'];
/** Reads that are explained: to explain one when it happens takes a look through the events before. */
export const EXPLAINED = 5;
/** With `detail: 'auto'`, lines of events before only early reads that went wrong and the summary are printed. */
const LINES_SHOWN = 500;
/** With `detail: 'auto'`, a graph of more modules is instantiated in one line. */
const INSTANTIATED_SHOWN = 15;

export function createConsole({
  print,
  settings: { detail },
  modules,
  tracesReads = true,
  isGrouped = false,
}: ConsoleInput): ConsoleSink {
  const mayFold = detail === 'auto';
  const isFull = detail === 'full' || (mayFold && modules <= SMALL);
  const orderLine = detail === 'order' ? createOrder() : undefined;
  /** Findings that are known. */
  const known: Record<string, true> = Object.create(null);
  /** What a block has told: by cause, and by `seq` of a read. */
  const told: Record<string, true> = Object.create(null);
  let explained = 0;
  let instantiated: TraceEvent[] = [];
  let waiting: Line[] = [];
  let totals = emptySummary(tracesReads);
  let shown = 0;
  let dropped = 0;
  let title: string | undefined;

  return {
    event(event, explain) {
      add(totals, event);
      if (event.type === 'instantiate' && isFull && mayFold) {
        instantiated.push(event);
        return;
      }
      tellInstantiated();
      const finding = explain?.();
      if (finding) {
        flush();
        tellBlock(finding);
        // The block says what the line would.
        return;
      }
      if (orderLine) orderLine(event).forEach(say);
      else if (isFull) tell(event);
    },
    found,
    flush,
    finish(droppedNow, found = null, waits = []) {
      tellInstantiated();
      flush();
      totals.dropped = droppedNow - dropped;
      totals.waiting = waits;
      const news = found?.filter(isNews) ?? null;
      news?.forEach(explainLate);
      totals.findings = news;
      totals.isSound = found?.every(({ code }) => HARMLESS.includes(code)) === true;
      const lines = summary(totals, title);
      if (lines[0]) print(lines);
      totals = emptySummary(tracesReads);
      dropped = droppedNow;
      title = 'module-phases, since then';
    },
  };

  /** By what stays the same when more is known: of one `require` there may be several, each with a place of its own. */
  function isNews({ code, seq, modules, loc }: Finding): boolean {
    const key = `${code} ${seq ?? modules} ${loc?.line}:${loc?.column}`;
    const isKnown = known[key];
    known[key] = true;
    return !isKnown;
  }

  /** What has no block yet. Of one event there is one: reads that go wrong mostly have theirs when they happen. */
  function explainLate(finding: Finding): void {
    const { seq, severity } = finding;
    const isTold = told[causeText(finding)] || told[`${seq}`];
    // By now more may be known of the cause.
    if (isTold) told[causeText(finding)] = true;
    else if (severity !== 'info' && (seq === undefined || explained < EXPLAINED)) tellBlock(finding);
  }

  function tellBlock(finding: Finding): void {
    const { seq, severity } = finding;
    told[causeText(finding)] = true;
    if (seq !== undefined) {
      told[`${seq}`] = true;
      explained++;
    }
    print(findingBlock(finding), SEVERITY_TONES[severity]);
  }

  function found(finding: Finding): void {
    flush();
    explainLate(finding);
  }

  function tellInstantiated(): void {
    const list = instantiated;
    instantiated = [];
    if (list.length > INSTANTIATED_SHOWN)
      say([[`instantiate       ${count(list.length, 'module')}`, 'strong']]);
    else list.forEach(tell);
  }

  function tell(event: TraceEvent): void {
    if (mayFold && shown > LINES_SHOWN) return;
    const rest = `… all further events are in ${TRACE}.events`;
    say(mayFold && shown === LINES_SHOWN ? [[rest, 'dim']] : eventLine(event));
    shown++;
  }

  function say(line: Line): void {
    if (isGrouped) waiting.push(line);
    else print([line]);
  }

  function flush(): void {
    const lines = waiting;
    waiting = [];
    if (!lines[0]) return;
    const head: Line = [[`module-phases: ${count(lines.length, 'event')}`, 'strong']];
    print(lines[1] ? [head, ...lines] : lines);
  }
}
