import { expect } from 'chai';
import type { TraceEvent } from '../../src/protocol.ts';

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

function line(event: TraceEvent, withChunk: boolean): string {
  const chunk = withChunk && 'chunk' in event ? ` in ${event.chunk}` : '';
  switch (event.type) {
    case 'instantiate': {
      const bindings = event.bindings.map((b) => `${b.name} ${b.kind} ${b.state}${b.observed ? '' : '?'}`);
      return `instantiate ${event.module}${chunk}: ${bindings.join(', ') || 'no bindings'}`;
    }
    case 'evaluate-start':
      return `start ${event.module}${chunk}`;
    case 'evaluate-end':
      return `end ${event.module}`;
    case 'evaluate-error':
      return `error ${event.module} ${event.error ?? '(no text)'}`;
    case 'evaluate-suspend':
      return `suspend ${place(event.module, event)}`;
    case 'evaluate-resume':
      return `resume ${place(event.module, event)}`;
    case 'initialize':
      return `init ${place(event.module, event)} ${event.name}${equals(event.value)}`;
    case 'write': {
      const was = event.previous === undefined ? '' : ` (was ${event.previous})`;
      const unobserved = event.unobserved === undefined ? '' : ` after ${event.unobserved} unobserved`;
      return `write ${place(event.module, event)} ${event.name}${equals(event.value)}${was}${unobserved}`;
    }
    case 'read': {
      const value = event.value === undefined ? '' : ` ${event.value}`;
      const binding = `${event.module}#${event.name}`;
      return `read ${place(event.importer, event)} ${event.local} = ${binding} ${event.state}${value}${event.early ? ' early' : ''}`;
    }
  }
}

const equals = (value: string | undefined): string => (value === undefined ? '' : ` = ${value}`);

/** The file only where a transform put the module's code together from others. */
const place = (module: string, { loc }: { loc: { file: string; line: number; column: number } }): string =>
  `${module}${loc.file === module ? '' : ` (${loc.file})`}:${loc.line}:${loc.column}`;

/** What holds of every trace. Externals are read, but neither instantiated nor evaluated. */
export function checkTrace(events: readonly TraceEvent[], externals: readonly string[] = []): void {
  const instantiated = new Map<string, Map<string, string>>();
  const started = new Set<string>();
  const over = new Set<string>();
  const suspended = new Set<string>();
  const endings = new Set(events.flatMap((event) => (event.type === 'evaluate-end' ? event.module : [])));
  let time = 0;

  for (const [index, event] of events.entries()) {
    const at = `event ${index}: ${line(event, true)}`;
    expect(event.seq, `${at}: seq`).to.equal(index);
    expect(event.time, `${at}: time`).to.be.at.least(time);
    time = event.time;

    const actor = event.type === 'read' ? event.importer : event.module;
    if (event.type !== 'instantiate') expect(instantiated, `${at}: instantiated`).to.include.keys(actor);

    switch (event.type) {
      case 'instantiate':
        expect(instantiated, `${at}: once`).not.to.have.any.keys(event.module);
        instantiated.set(event.module, new Map(event.bindings.map(({ name, state }) => [name, state])));
        break;
      case 'evaluate-start':
        expect(started, `${at}: once`).not.to.include(event.module);
        started.add(event.module);
        break;
      case 'evaluate-end':
      case 'evaluate-error':
        expect(started, `${at}: started`).to.include(event.module);
        expect(over, `${at}: once`).not.to.include(event.module);
        over.add(event.module);
        break;
      case 'evaluate-suspend':
        expect(started, `${at}: started`).to.include(event.module);
        expect(over, `${at}: running`).not.to.include(event.module);
        suspended.add(event.module);
        break;
      case 'evaluate-resume':
        expect(suspended, `${at}: suspended`).to.include(event.module);
        suspended.delete(event.module);
        break;
      case 'initialize': {
        const states = instantiated.get(event.module);
        if (states?.has(event.name)) states.set(event.name, 'initialized');
        break;
      }
      case 'write':
        break;
      case 'read':
        if (event.state === 'uninitialized') expect(event, at).not.to.have.property('value');
        if (externals.includes(event.module)) break;
        expect(instantiated, `${at}: exporter instantiated`).to.include.keys(event.module);
        if (endings.has(event.module)) expect(event.early, `${at}: early`).to.equal(!over.has(event.module));
        if (instantiated.get(event.module)?.get(event.name) === 'initialized') {
          expect(event.state, `${at}: state`).to.equal('initialized');
        }
        break;
    }
  }
}
