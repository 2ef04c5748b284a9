/** What stands at the places that events name. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TraceEvent } from '../../src/protocol/events.ts';

export interface NamedPlace {
  /** The identifier that must stand there. */
  name: string;
  file: string;
  line: number;
  column: number;
}

/** The identifier that stands at a place (1-based line, 0-based column), and the member that is taken of it. */
export function wordsAt(file: string, line: number, column: number): string[] {
  const text = readFileSync(file, 'utf8').split(/\r?\n/)[line - 1]?.slice(column) ?? '';
  const [chain = ''] = /^[\p{ID_Continue}$.]*/u.exec(text) ?? [];
  return chain.split('.').slice(0, 2);
}

export function placeOf(event: TraceEvent): NamedPlace[] {
  switch (event.type) {
    case 'read':
      return [{ name: event.local.split('.')[0] ?? '', ...event.loc }];
    case 'write':
    case 'initialize':
      // The expression's place: it has no name.
      return event.name === 'default' ? [] : [{ name: event.name, ...event.loc }];
    default:
      return [];
  }
}

/** Places of events, relative to `dir`, where another identifier stands than the one that the event names. */
export const misplaced = (dir: string, events: readonly TraceEvent[]): NamedPlace[] =>
  events
    .flatMap(placeOf)
    .filter(({ name, file, line, column }) => wordsAt(join(dir, file), line, column)[0] !== name);
