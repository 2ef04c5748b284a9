/** The order alone, numbered, with what each module waited for. */
import type { TraceEvent } from '../../protocol/events.ts';
import { type Line, milliseconds, positionText } from './line.ts';

/** Returns the lines of an event; it has to be called with each. */
export function createOrder(): (event: TraceEvent) => Line[] {
  let started = 0;
  /** By module that waits: since when, in milliseconds of the trace. */
  const since: Record<string, number> = Object.create(null);
  return (event) => {
    switch (event.type) {
      case 'entry':
        return [[[`      entry ${event.module}`, 'dim']]];
      case 'evaluate-start':
        return [
          [
            [`${++started}`.padStart(5), 'dim'],
            [` ${event.module}`, 'plain'],
          ],
        ];
      case 'evaluate-suspend':
        since[event.module] = event.time;
        return [[[`      ${event.module} waits at ${positionText(event.loc)}`, 'dim']]];
      case 'evaluate-resume': {
        const waited = milliseconds(event.time - (since[event.module] ?? event.time));
        return [[[`      ${event.module} goes on after ${waited}`, 'dim']]];
      }
      case 'evaluate-error':
        return [
          [[`      ${event.module} threw${event.error === undefined ? '' : `: ${event.error}`}`, 'bad']],
        ];
      default:
        return [];
    }
  };
}
