import { expect } from 'chai';
import type { ImportEvent, RequireEvent, TraceEvent } from '../../src/protocol/events.ts';
import type { Finding } from '../../src/protocol/finding.ts';
import { findingBlock } from '../../src/report/text/finding.ts';
import { lineText } from '../../src/report/text/line.ts';

/** The trace as text that two runs share: a line an event, without times. Chunks are named where there are several. */
export function formatTrace(events: readonly TraceEvent[]): string {
  const chunks = new Set(events.flatMap((event) => ('chunk' in event ? event.chunk : [])));
  return events.map((event) => `${line(event, chunks.size > 1)}\n`).join('');
}

/** The trace in numbers, for stories whose trace nobody would read. */
export function countTrace(events: readonly TraceEvent[]): string {
  const counts = new Map<string, number>();
  for (const event of events) {
    const key = `${event.type} ${'importer' in event ? event.importer : event.module}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Array.from(counts, ([key, count]) => `${count} ${key}\n`).join('');
}

/** The findings as text: of each its block, as the console shows it, under what the block does not say. */
export const formatFindings = (findings: readonly Finding[]): string =>
  findings
    .map((finding) => {
      const { code, severity, native, cause, rank } = finding;
      const head = [code, severity, `native ${native}`, `cause ${cause}`, rank].filter(Boolean).join(', ');
      return [head, ...findingBlock(finding).map((line) => lineText(line).trimEnd()), ''].join('\n');
    })
    .join('\n');

type EventType = TraceEvent['type'];
/** The event of a type. `Extract` would find nothing where several types share an interface. */
export type EventOf<T extends EventType> = TraceEvent & { type: T };

/** The line of each type of event: one without a line does not compile. */
const LINES: { [T in EventType]: (event: EventOf<T>, withChunk: boolean) => string } = {
  instantiate: (event, withChunk) =>
    `instantiate ${event.module}${inChunk(event, withChunk)}: ${declared(event)}`,
  entry: (event, withChunk) => `entry ${event.module}${inChunk(event, withChunk)}`,
  'evaluate-start': (event, withChunk) => `start ${event.module}${inChunk(event, withChunk)}`,
  'evaluate-end': ({ module }) => `end ${module}`,
  'evaluate-error': ({ module, error }) => `error ${module} ${error ?? '(no text)'}`,
  'evaluate-suspend': (event) => `suspend ${place(event.module, event)}`,
  'evaluate-resume': (event) => `resume ${place(event.module, event)}`,
  'import-start': (event) =>
    `import ${place(event.importer, event)} ${asked(event)}${event.status === 'evaluated' ? ' (evaluated)' : ''}`,
  'import-end': (event) => `imported ${place(event.importer, event)} ${asked(event)}`,
  'import-error': (event) =>
    `not imported ${place(event.importer, event)} ${asked(event)} ${event.error ?? '(no text)'}`,
  'require-start': (event) =>
    `require ${place(event.importer, event)} ${event.module} (${event.status ?? 'unknown'})`,
  'require-end': (event) => `required ${place(event.importer, event)} ${event.module}`,
  'require-error': (event) => `not required ${place(event.importer, event)} ${event.module}`,
  initialize: (event) => `init ${place(event.module, event)} ${event.name}${equals(event.value)}`,
  write: (event) => {
    const was = event.previous === undefined ? '' : ` (was ${event.previous})`;
    const unobserved = event.unobserved === undefined ? '' : ` after ${event.unobserved} unobserved`;
    return `write ${place(event.module, event)} ${event.name}${equals(event.value)}${was}${unobserved}`;
  },
  read: (event) => {
    const value = event.value === undefined ? '' : ` ${event.value}`;
    const binding = `${event.module}#${event.name}`;
    return `read ${place(event.importer, event)} ${event.local} = ${binding} ${event.state}${value}${event.early ? ' early' : ''}${event.snapshot ? ' snapshot' : ''}`;
  },
};

const line = <T extends EventType>(event: EventOf<T>, withChunk: boolean): string =>
  LINES[event.type](event, withChunk);

const inChunk = ({ chunk }: { chunk: string }, withChunk: boolean): string =>
  withChunk ? ` in ${chunk}` : '';

const declared = ({ bindings }: EventOf<'instantiate'>): string => {
  if (!bindings) return 'not looked into';
  const all = bindings.map((b) => `${b.name} ${b.kind} ${b.state}${b.observed ? '' : '?'}`);
  return all.join(', ') || 'no bindings';
};

const asked = ({ module, specifier }: ImportEvent): string => module ?? specifier ?? '(at run time)';

const equals = (value: string | undefined): string => (value === undefined ? '' : ` = ${value}`);

/** The file only where a transform put the module's code together from others. */
const place = (module: string, { loc }: { loc: { file: string; line: number; column: number } }): string =>
  `${module}${loc.file === module ? '' : ` (${loc.file})`}:${loc.line}:${loc.column}`;

/**
 * What holds of every trace. Externals are read, but neither instantiated nor evaluated.
 *
 * @param isHoisted false where a cycle of chunks may show a function before it is there, as in any format but `es`
 */
export function checkTrace(
  events: readonly TraceEvent[],
  externals: readonly string[] = [],
  isHoisted = true,
): void {
  /** By module: the state of each binding. */
  const instantiated = new Map<string, Map<string, string>>();
  const started = new Set<string>();
  const over = new Set<string>();
  const suspended = new Set<string>();
  const requests = new Set<number>();
  const requires: RequireEvent[] = [];
  const ending = new Set(events.flatMap((event) => (event.type === 'evaluate-end' ? event.module : [])));
  let hasFailed = false;
  let time = 0;

  for (const [index, event] of events.entries()) {
    const must = (rule: string, holds: boolean): void => {
      if (!holds) expect.fail(`${rule}: event ${index}: ${line(event, true)}`);
    };
    must('seq has no gaps', event.seq === index);
    must('time does not go back', event.time >= time);
    time = event.time;

    if (event.type === 'instantiate') {
      must('a module is instantiated once', !instantiated.has(event.module));
      instantiated.set(event.module, new Map(event.bindings?.map(({ name, state }) => [name, state])));
      continue;
    }
    const actor = 'importer' in event ? event.importer : event.module;
    // An entry is told first; what it reaches is instantiated with its first module.
    must('a module is instantiated before anything else', instantiated.has(actor) || event.type === 'entry');

    switch (event.type) {
      case 'evaluate-start':
        // CommonJS evaluates a chunk again of which a module failed.
        must('a module starts once', !started.has(event.module) || hasFailed);
        started.add(event.module);
        over.delete(event.module);
        break;
      case 'evaluate-error':
        must('a module fails after it started', started.delete(event.module));
        hasFailed = true;
        break;
      case 'evaluate-end':
        must('a module ends after it started, once', started.has(event.module) && !over.has(event.module));
        over.add(event.module);
        break;
      case 'import-end':
      case 'import-error': {
        const start = events[event.start ?? -1];
        must(
          'an import ends or fails once, after it started',
          start?.type === 'import-start' && start.importer === event.importer && requests.delete(start.seq),
        );
        break;
      }
      case 'import-start':
        requests.add(event.seq);
        break;
      case 'require-start':
        requires.push(event);
        break;
      case 'require-end':
      case 'require-error': {
        const { importer, loc, module } = requires.pop() ?? {};
        must(
          'a require ends or fails before the one around it',
          importer === event.importer && module === event.module && loc?.line === event.loc.line,
        );
        break;
      }
      case 'evaluate-suspend':
        must('what suspends is running', started.has(event.module) && !over.has(event.module));
        must('what suspends is not suspended', !suspended.has(event.module));
        suspended.add(event.module);
        break;
      case 'evaluate-resume':
        must('what resumes is suspended', suspended.delete(event.module));
        break;
      case 'initialize': {
        const states = instantiated.get(event.module);
        if (states?.has(event.name)) states.set(event.name, 'initialized');
        break;
      }
      case 'read': {
        must('a read that throws has no value', event.state !== 'uninitialized' || event.value === undefined);
        if (externals.includes(event.module)) break;
        must('an exporter is instantiated before it is read', instantiated.has(event.module));
        must(
          'a read is early until the exporter has ended',
          !ending.has(event.module) || event.early !== over.has(event.module),
        );
        const state = instantiated.get(event.module)?.get(event.name);
        must(
          'what is initialized stays so',
          !isHoisted || state !== 'initialized' || event.state === 'initialized',
        );
        break;
      }
    }
  }
}
