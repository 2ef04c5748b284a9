/** One build's side of the trace: what the realised code of its chunks calls. */
import type { Build, BuildTable, Loc, SiteRow, TraceEvent } from '../protocol.ts';
import type { EarlyRead } from '../report/text/early-read.ts';
import { createBindings } from './bindings.ts';
import { createConsole } from './console.ts';
import { createPrinter } from './host.ts';
import { type BindingSlot, bareRows, countPhases, createModules, type ModuleSlot } from './modules.ts';
import { createPhases } from './phases.ts';
import type { NewEvent, Realm } from './realm.ts';
import { publish } from './traced-modules.ts';

const { apply } = Reflect;

/** What the parts of a build share. */
export interface BuildState {
  realm: Realm;
  table: BuildTable;
  modules: readonly ModuleSlot[];
  /** By number. */
  sites: (SiteRow | undefined)[];
  seen: Uint32Array;
  bindingAt(row: SiteRow): BindingSlot | undefined;
  locOf(row: SiteRow): Loc;
  log(event: NewEvent): TraceEvent;
  /** For a read that came too early: `explain` says of the event why. */
  logEarly(event: NewEvent, explain: (event: TraceEvent) => EarlyRead): void;
  /** All chunks' modules that were asked for have ended. */
  finish(): void;
}

export function createTracer(realm: Realm, given: BuildTable): Build {
  const table = { ...given, modules: bareRows(given.modules) };
  const { settings, modules: rows } = table;
  const modules = createModules(table);
  const sink =
    settings.console &&
    createConsole(createPrinter(settings.console.color), settings.console, countPhases(rows));
  /** What a subscriber did to the event must not keep the trace from going on. */
  const show = guarded((event: TraceEvent, explain?: (event: TraceEvent) => EarlyRead) => {
    if (sink) sink.event(event, explain?.(event));
  });
  const state: BuildState = {
    realm,
    table,
    modules,
    sites: [],
    seen: new Uint32Array(table.cells),
    bindingAt(row) {
      if (row[0] === 'a') return undefined;
      const module = row[0] === 'r' ? row[4] : row[1];
      const index = row[0] === 'r' ? row[5] : row[4];
      if (typeof module !== 'number' || typeof index !== 'number') return undefined;
      return modules[module]?.bindings[index];
    },
    locOf(row) {
      const file = row[0] === 'r' ? row[7] : row[0] === 'a' ? row[4] : row[5];
      return { file: file ?? rows[row[1]]?.path ?? '', line: row[2], column: row[3] };
    },
    log(event) {
      const logged = realm.log(event);
      show(logged);
      return logged;
    },
    logEarly: (event, explain) => show(realm.log(event), explain),
    finish() {
      if (sink) sink.finish(realm.trace.dropped);
    },
  };
  const phases = createPhases(state);
  const bindings = createBindings(state);
  for (let i = 0; i < table.sites.length; i++)
    bindings.addSites(table.sites[i] as BuildTable['sites'][number]);
  for (let i = 0; i < modules.length; i++) publish(realm.modules, modules, i);
  realm.onError(guarded(phases.findErrors));
  realm.onExit(guarded(state.finish));

  const taken = guarded(bindings.taken);
  const write = guarded(bindings.write);
  const suspend = guarded(phases.suspend);
  const resume = guarded(phases.resume);
  return {
    seen: state.seen,
    chunk: guarded(bindings.addChunk),
    start: guarded(phases.start),
    end: guarded((module: number) => {
      bindings.release(modules[module]);
      phases.end(module);
    }),
    read: guarded((site: number, get: () => unknown) => bindings.read(site, { from: 'getter', get })),
    probe: guarded(bindings.probe),
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
