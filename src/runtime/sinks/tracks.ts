/**
 * The sink that the performance panel of Chrome's DevTools shows: modules are spans of a track of their own, and
 * early reads that went wrong are markers (https://developer.chrome.com/docs/devtools/performance/extension).
 */
import type { TraceEvent } from '../../protocol/events.ts';
import { eventLine } from '../../report/text/event.ts';
import { lineText } from '../../report/text/line.ts';
import { TRACE } from '../../report/text/summary.ts';
import { bare } from '../bare.ts';
import { attempt } from '../globals.ts';
import type { BuildState, Part } from '../state.ts';

interface Timing {
  mark(name: string, options: object): unknown;
  measure(name: string, options: object): unknown;
}

const { create } = Object;

/** Takes what it needs now; does nothing where that is missing. */
export default function createTracks({ host }: BuildState): Part {
  const timing = attempt(() => (globalThis as unknown as { performance: Timing }).performance);
  const mark = attempt(() => timing?.mark.bind(timing));
  const measure = attempt(() => timing?.measure.bind(timing));
  /** When each module that runs has started. */
  const starts: Record<string, number> = create(null);
  return { event: (event) => attempt(() => show(event)) };

  function show(event: TraceEvent): void {
    const { type, module } = event;
    if (type === 'evaluate-start') starts[module] = host.now();
    else if (type === 'evaluate-end' || type === 'evaluate-error') {
      const color = type === 'evaluate-end' ? 'primary' : 'error';
      measure?.(module, entry(event, 'track-entry', color, starts[module]));
      delete starts[module];
    } else if (type === 'read' && event.early && event.state !== 'initialized') {
      const color = event.state === 'undefined' ? 'warning' : 'error';
      mark?.(`Read too early: ${event.name}`, entry(event, 'marker', color));
    }
  }
}

/** Options without a prototype, on which the page could have put some of its own. */
const entry = (event: TraceEvent, dataType: string, color: string, start?: number): object =>
  bare({
    start,
    detail: {
      devtools: {
        dataType,
        track: 'Modules',
        trackGroup: 'module-phases',
        color,
        tooltipText: lineText(eventLine(event)),
        properties: [['event', `${TRACE}.events[${event.seq}]`]],
      },
    },
  });
