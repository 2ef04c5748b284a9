/**
 * Sink for the performance panel of Chrome's DevTools: each evaluation of a module is a span on a custom track, each
 * early read that threw or gave `undefined` a marker
 * (https://developer.chrome.com/docs/devtools/performance/extension).
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

/** Binds `performance.mark` and `measure` at once; without them it does nothing. */
export default function createTracks({ host }: BuildState): Part {
  const timing = attempt(() => (globalThis as unknown as { performance: Timing }).performance);
  const mark = attempt(() => timing?.mark.bind(timing));
  const measure = attempt(() => timing?.measure.bind(timing));
  /** Path of a running module → its start, in milliseconds of the host's clock. */
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

/** Options without a prototype: a page may have put options on `Object.prototype`. */
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
