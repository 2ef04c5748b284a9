/** What kept the modules of a trace from their end, and so keeps what comes later from being judged. */
import type { RecordedTrace } from './trace-file.ts';

/** A line for each module that failed or did not end. */
export function ends({ events, isComplete }: Pick<RecordedTrace, 'events' | 'isComplete'>): string[] {
  if (events.length === 0) return ['the trace has no events: there is nothing to judge'];
  /** By module that has not ended: what became of it. */
  const open = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'evaluate-start') open.set(event.module, 'did not end');
    else if (event.type === 'evaluate-suspend') open.set(event.module, 'waits at a top-level await');
    else if (event.type === 'evaluate-resume') open.set(event.module, 'did not end');
    else if (event.type === 'evaluate-end') open.delete(event.module);
    else if (event.type === 'evaluate-error')
      open.set(event.module, event.error === undefined ? 'failed' : `failed: ${event.error}`);
  }
  const texts = [...open].map(([module, text]) => `${module} ${text}`);
  if (texts.length > SHOWN)
    texts.splice(SHOWN, texts.length, `${texts.length - SHOWN} more did not end either`);
  if (texts.length > 0 && isComplete) texts.push('what would have run after it is not judged');
  return texts;
}

/** Modules that are named. */
const SHOWN = 5;
