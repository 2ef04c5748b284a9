/** One build's side of the trace: what the realised code of its chunks calls. */
import { type Edges, reversed } from '../graph/edges.ts';
import type { Build, BuildTable, SiteRow, TraceEvent } from '../protocol.ts';
import type { EarlyRead } from '../report/text/early-read.ts';
import { bare } from './bare.ts';
import { createBindings } from './bindings.ts';
import { createConsole } from './console.ts';
import { disposable } from './disposable.ts';
import { createPrinter } from './host.ts';
import { createImports } from './imports.ts';
import { bareRows, countPhases, createModules, requestsOf } from './modules.ts';
import { createPhases } from './phases.ts';
import type { Realm } from './realm.ts';
import { createRequires } from './requires.ts';
import type { BuildState } from './state.ts';
import { publish } from './traced-modules.ts';
import { createTracks } from './tracks.ts';

const { apply } = Reflect;

/** Ends at its first step. */
const NONE = bare({ [Symbol.iterator]: () => ENDED });
const ENDED: Iterator<never> = bare({ next: () => bare({ done: true as const, value: undefined }) });

/** Where a site's row names the file, if it does. */
const FILE_AT: Readonly<Record<SiteRow[0], number>> = { r: 7, s: 7, w: 5, i: 5, d: 6, q: 5, a: 4 };

export function createTracer(realm: Realm, given: BuildTable): Build {
  const table = { ...given, modules: bareRows(given.modules) };
  const { settings, modules: rows } = table;
  const modules = createModules(table);
  // Before any of their code runs: a cycle of chunks may call it before its module is instantiated.
  for (let i = 0; i < modules.length; i++) publish(realm.modules, modules, i);
  const requests = requestsOf(rows);
  let requesters: Edges | undefined;
  const sink =
    settings.console &&
    createConsole(
      createPrinter(settings.console.color),
      settings.console,
      countPhases(rows),
      settings.reads !== false,
    );
  const track = settings.devtools && createTracks(realm.host.now);
  /** What a subscriber did to the event must not keep the trace from going on. */
  const show = guarded((event: TraceEvent, explain?: (event: TraceEvent) => EarlyRead) => {
    if (track) track(event);
    if (sink) sink.event(event, explain?.(event));
  });
  const state: BuildState = {
    realm,
    table,
    requests,
    requesters() {
      requesters ??= reversed(requests);
      return requesters;
    },
    modules,
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
      return { file: file ?? rows[row[1]]?.path ?? '', line: row[2], column: row[3] };
    },
    admit: (isVital = false, module) => realm.admit(settings.limit, isVital && !module?.isRepeated),
    log(event) {
      const logged = realm.log(event);
      show(logged);
      return logged;
    },
    logEarly: (event, explain) => show(realm.log(event), explain),
    finish(waiting) {
      if (sink) sink.finish(realm.trace.dropped, waiting);
    },
  };
  const phases = createPhases(state, {
    ended: (module) => imports.ended(module),
    idle: () => requires.idle(),
    failed: (module, error) => imports.failed(module, error),
  });
  const imports = createImports(state, phases.fail);
  const requires = createRequires(state, phases);
  const bindings = createBindings(state);
  for (let i = 0; i < table.sites.length; i++)
    bindings.addSites(table.sites[i] as BuildTable['sites'][number]);
  realm.onError(guarded(phases.tell));
  realm.onExit(guarded(() => state.finish(phases.waiting())));

  const taken = guarded(bindings.taken);
  const write = guarded(bindings.write);
  const suspend = guarded(phases.suspend);
  const resume = guarded(phases.resume);
  const importing = guarded(imports.start);
  const watch = guarded(imports.watch);
  const requiring = guarded(requires.start);
  const returned = guarded(requires.end);
  const probe = guarded(bindings.probe);
  return {
    seen: state.seen,
    chunk: guarded(bindings.addChunk),
    start: guarded(phases.start),
    end: guarded((module: number) => {
      bindings.release(modules[module]);
      requires.backIn(module);
      phases.end(module);
    }),
    read: guarded((site: number, get: () => unknown) => bindings.read(site, { from: 'getter', get })),
    probe,
    none: NONE,
    note: guarded(bindings.note),
    write: (...args) => write(args[0], args.length > 1, args[1]),
    init: guarded(bindings.initialize),
    value(site, value) {
      taken(site, value);
      return value;
    },
    after(...args) {
      write(args[1], args.length > 2, args[2]);
      return args[0];
    },
    target: (site, assign) => ({
      set value(value: unknown) {
        // What this throws is the program's.
        assign(value);
        taken(site, value);
      },
    }),
    step(old, site, by) {
      taken(site, typeof old === 'bigint' ? old + (by > 0 ? 1n : -1n) : (old as number) + by);
      return old;
    },
    suspend(site, awaited) {
      suspend(site);
      return awaited;
    },
    resume(site, value) {
      resume(site);
      return value;
    },
    disposal: guarded(phases.enter),
    disposing: (site) => disposable(() => suspend(site)),
    disposed: guarded(phases.exit),
    caught: guarded((module: number) => {
      requires.backIn(module);
      phases.caught(module);
    }),
    importing(...args) {
      importing(args[0], args.length > 1, args[1]);
      return args[1] as never;
    },
    imported(site, promise) {
      watch(site, promise);
      return promise;
    },
    snapshot(...args) {
      // Rollup may give an import() of its own chunk a namespace that is not there yet: nothing is read of it.
      if (args[0] === undefined) return args[0];
      for (let i = 1; i < args.length; i++) if (!state.seen[args[i] as number]) probe(args[i] as number);
      return args[0];
    },
    requiring(...args) {
      requiring(args[0], args[1]);
      return args[1] as never;
    },
    required(site, exports) {
      if (!state.seen[site]) returned(site);
      return exports;
    },
  };

  /** The program never sees an error of the trace. */
  function guarded<A extends unknown[]>(job: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      try {
        apply(job, undefined, args);
      } catch {
        realm.fail();
      }
    };
  }
}
