/** Creates one build's tracer: the methods that the realised code of its chunks calls. */
import { type Edges, reversed } from '../graph/edges.ts';
import type { CoreCalls, SharedTrace, Sink, Tracer } from '../protocol/calls.ts';
import type { TraceEvent } from '../protocol/events.ts';
import type { BuildTable, SiteRow } from '../protocol/tables.ts';
import { bare } from './bare.ts';
import { createBindings } from './bindings.ts';
import type { Host } from './host.ts';
import { each, push } from './list.ts';
import { bareRows, createModules, locIn, requestsOf } from './modules.ts';
import { createPhases } from './phases.ts';
import type { BuildState, CreatePart, Part } from './state.ts';
import { publish } from './traced-modules.ts';

const { apply } = Reflect;
const { assign } = Object;

/** An iterable that is done at its first step, without the array iterator, which a page can patch. */
const NONE = bare({ [Symbol.iterator]: () => ENDED });
const ENDED: Iterator<never> = bare({ next: () => bare({ done: true as const, value: undefined }) });

/** By kind of site: index of the element of its row that names the file. */
const FILE_AT: Readonly<Record<SiteRow[0], number>> = { r: 7, s: 7, w: 5, i: 5, d: 6, q: 5, a: 4 };

export function createTracer(
  shared: SharedTrace,
  host: Host,
  given: BuildTable,
  creators: readonly CreatePart[],
  sink?: Sink,
): Tracer {
  const table = { ...given, modules: bareRows(given.modules) };
  const { settings, modules: rows } = table;
  const modules = createModules(table);
  // At once: in a cycle of chunks, code of a module may run before the module is instantiated.
  each(modules, (module) => publish(shared.modules, modules, module));
  const requests = requestsOf(rows);
  let requesters: Edges | undefined;
  const parts: Part[] = [];
  const state: BuildState = {
    shared,
    host,
    table,
    requests,
    requesters() {
      requesters ??= reversed(requests);
      return requesters;
    },
    modules,
    running: [],
    events: [],
    sites: [],
    seen: new Uint32Array(table.cells),
    bindingAt(row) {
      const kind = row[0];
      const isRead = kind === 'r' || kind === 's';
      if (!isRead && kind !== 'w' && kind !== 'i') return undefined;
      const module = isRead ? row[4] : row[1];
      const index = isRead ? row[5] : row[4];
      if (typeof module !== 'number' || typeof index !== 'number') return undefined;
      return modules[module]?.bindings[index];
    },
    locOf(row) {
      const file = row[FILE_AT[row[0]]] as string | undefined;
      return locIn(rows[row[1]], row[2], row[3], file);
    },
    admit: (isVital = false, module) => shared.admit(settings.limit, isVital && !module?.isRepeated),
    log(event) {
      const logged = shared.log(event);
      push(state.events, logged);
      show(logged);
      return logged;
    },
    tell(hook, ...args) {
      each(parts, ({ [hook]: hear }) => {
        if (hear) apply(hear, undefined, args);
      });
    },
    safely,
  };
  /** Wrapped, because a subscriber may have changed the event so that a sink throws. */
  const show = safely((event: TraceEvent) => state.tell('event', event));
  const phases = createPhases(state);
  const calls: Partial<Tracer> = bare({});
  each(creators, (create) => {
    const part = bare(create(state, phases));
    push(parts, part);
    assign(calls, part.calls);
  });
  if (settings.sink) shared.addSink(settings.sink);
  if (sink) shared.addSink(sink);
  const bindings = createBindings(state);
  each(table.sites, bindings.addSites);
  shared.onError(safely(phases.tell));
  shared.onExit(safely(() => state.tell('finish', true)));

  const observe = safely(bindings.observe);
  const write = safely(bindings.write);
  const probe = safely(bindings.probe);
  const core: CoreCalls = {
    seen: state.seen,
    chunk: safely(bindings.addChunk),
    entry: safely(phases.entry),
    start: safely(phases.start),
    end: safely((module: number) => {
      bindings.release(modules[module]);
      phases.end(module);
    }),
    read: safely((site: number, get: () => unknown) => bindings.read(site, { from: 'getter', get })),
    probe,
    none: NONE,
    note: safely(bindings.note),
    write: (...args) => write(args[0], args.length > 1, args[1]),
    init: safely(bindings.initialize),
    value(site, value) {
      observe(site, value);
      return value;
    },
    after(...args) {
      write(args[1], args.length > 2, args[2]);
      return args[0];
    },
    target: (site, assign) => ({
      set value(value: unknown) {
        // Outside of `safely`: an error of the assignment is the program's own.
        assign(value);
        observe(site, value);
      },
    }),
    step(old, site, by) {
      observe(site, typeof old === 'bigint' ? old + (by > 0 ? 1n : -1n) : (old as number) + by);
      return old;
    },
    caught: safely((module: number) => state.tell('backIn', module)),
    snapshot(...args) {
      // For an import() within a chunk Rollup may print a namespace that is still undefined: no member is read.
      if (args[0] === undefined) return args[0];
      for (let i = 1; i < args.length; i++) if (!state.seen[args[i] as number]) probe(args[i] as number);
      return args[0];
    },
  };
  // A bundle makes only calls that its parts answer.
  return { ...core, ...calls } as Tracer;

  /** See {@link BuildState.safely}. */
  function safely<A extends unknown[]>(job: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      try {
        apply(job, undefined, args);
      } catch {
        shared.fail();
      }
    };
  }
}
