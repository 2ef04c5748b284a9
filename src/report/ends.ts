/** What kept the modules of a trace from their end, and so keeps what comes later from being judged. */
import { type StartedModule, startedModules } from './order.ts';
import type { RecordedTrace } from './trace-file.ts';

/** A line for each module that failed or did not end. */
export function ends({ events, isComplete }: Pick<RecordedTrace, 'events' | 'isComplete'>): string[] {
  if (events.length === 0) return ['the trace has no events: there is nothing to judge'];
  const last = new Map(startedModules(events).map((row) => [row.module, row]));
  const texts = [...last.values()].flatMap(({ module, status, error }) =>
    status === 'evaluated' ? [] : [`${module} ${WORDS[status]}${error === undefined ? '' : `: ${error}`}`],
  );
  if (texts.length > SHOWN)
    texts.splice(SHOWN, texts.length, `${texts.length - SHOWN} more did not end either`);
  if (texts.length > 0 && isComplete) texts.push('what would have run after it is not judged');
  return texts;
}

/** Modules that are named. */
const SHOWN = 5;

const WORDS: Readonly<Record<Exclude<StartedModule['status'], 'evaluated'>, string>> = {
  evaluating: 'did not end',
  'evaluating-async': 'waits at a top-level await',
  errored: 'failed',
};
