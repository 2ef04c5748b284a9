/** One build's side of the trace: what the realised code of its chunks calls. */
import type { Build, BuildTable, ChunkTable, InstantiatedBinding, Loc, ModuleRow, ReadEvent, SiteRow, TraceEvent } from '../protocol.ts';
import type { EarlyRead } from '../report/text/early-read.ts';
import { type BindingSlot, createModules, hasNotEnded, linkOrder, type ModuleSlot, stateOf } from './modules.ts';
import { cycleOf } from './cycle.ts';
import { createConsole } from './console.ts';
import { createPrinter } from './host.ts';
import { preview } from './preview.ts';
import type { NewEvent, Realm } from './realm.ts';

type Getter = () => unknown;

/** What a read gave: by asking, by the program's own read, or not at all. */
type Taken = { get: Getter } | { value: unknown } | undefined;

const { create, defineProperty } = Object;
const { apply } = Reflect;

export function createTracer(realm: Realm, table: BuildTable): Build {
  const { host } = realm;
  const { settings, modules: rows } = table;
  const modules = createModules(table);
  const seen = new Uint32Array(table.sites);
  const sites: (SiteRow | undefined)[] = [];
  const sink = settings.console
    ? createConsole(createPrinter(settings.console.color), settings.console, countTimed(rows))
    : undefined;
  /** Without reads nobody can tell which writes are observed. */
  const logsAllWrites = settings.writes === 'all' || !settings.reads;
  /** Modules that have started and neither ended nor failed. */
  let running: ModuleSlot[] = [];
  /** Instantiated modules that have not ended. */
  let pending = 0;
  let logged = 0;
  let isCheckQueued = false;

  host.onError(guarded(findErrors));
  host.onExit(guarded(finish));

  return {
    seen,
    chunk: guarded(chunk),
    start: guarded(start),
    end: guarded(end),
    read: guarded((site: number, get: Getter) => read(site, { get })),
    probe: guarded(probe),
    value(site, value) {
      taken(site, value);
      return value;
    },
    note: guarded((site: number) => read(site, undefined)),
    write: (...args) => wrote(args[0], args.length > 1, args[1]),
    after(...args) {
      wrote(args[1], args.length > 2, args[2]);
      return args[0];
    },
    step(old, site, by) {
      stepped(site, old, by);
      return old;
    },
    init: guarded(initialize),
    suspend(site, awaited) {
      suspended(site);
      return awaited;
    },
    resume(site, value) {
      resumed(site);
      return value;
    },
  };

  // --- phases ------------------------------------------------------------------------------------------------

  function chunk({ first, sites: added, getters }: ChunkTable): void {
    for (let i = 0; i < getters.length; i++) {
      const [module, index, getter] = getters[i] as ChunkTable['getters'][number];
      const binding = modules[module]?.bindings[index];
      if (!binding) continue;
      binding.getter = getter;
      binding.found = stateOf(getter);
    }
    for (let i = 0; i < added.length; i++) {
      const row = added[i] as SiteRow;
      sites[first + i] = row;
      if (row[0] === 'w') {
        const writers = bindingAt(row)?.writers;
        if (writers) writers[writers.length] = first + i;
      }
    }
    for (let i = 0; i < modules.length; i++) publish(i);
  }

  /** Puts a module into `trace.modules`, its exports behind traced getters. */
  function publish(index: number): void {
    const module = modules[index] as ModuleSlot;
    const { path, chunk: file, exports: exported } = module.row;
    if (!file || realm.modules[path]) return;
    const exports = create(null) as Record<string, unknown>;
    for (let i = 0; i < exported.length; i++) {
      const [name, target, binding] = exported[i] as ModuleRow['exports'][number];
      const get = () => {
        const owner = modules[target];
        if (binding < 0) return owner && realm.modules[owner.row.path]?.exports;
        const getter = owner?.bindings[binding]?.getter;
        return getter ? getter() : undefined;
      };
      defineProperty(exports, name, { get, enumerable: true });
    }
    realm.modules[path] = {
      get status() {
        return module.status;
      },
      exports,
    };
  }

  function start(index: number): void {
    const module = modules[index] as ModuleSlot;
    if (!module.isInstantiated) instantiateGraphOf(index);
    module.status = 'evaluating';
    module.startedAt = host.now();
    running[running.length] = module;
    queueCheck();
    log({ type: 'evaluate-start', module: module.row.path, chunk: module.row.chunk ?? '' });
  }

  function end(index: number): void {
    const module = modules[index] as ModuleSlot;
    module.status = 'evaluated';
    leave(module);
    for (let i = 0; i < module.bindings.length; i++) releaseReaders(module.bindings[i] as BindingSlot);
    log({
      type: 'evaluate-end',
      module: module.row.path,
      duration: host.now() - module.startedAt - module.waited,
    });
    if (!pending) finish();
  }

  /** No code runs when a graph is linked: its modules are announced before the first of them starts. */
  function instantiateGraphOf(index: number): void {
    for (let i = 0; i < table.entries.length; i++) {
      const entry = table.entries[i] as number;
      const order = linkOrder(rows, entry, []);
      for (let j = 0; j < order.length; j++) {
        if (order[j] === index) {
          instantiate(order);
          return;
        }
      }
    }
    instantiate(linkOrder(rows, index, []));
  }

  function instantiate(order: readonly number[]): void {
    for (let i = 0; i < order.length; i++) {
      const module = modules[order[i] as number] as ModuleSlot;
      const { path, chunk: file, phases } = module.row;
      if (module.isInstantiated || !file) continue;
      module.isInstantiated = true;
      if (!phases) continue;
      pending++;
      log({ type: 'instantiate', module: path, chunk: file, bindings: bindingsOf(module, order[i] as number) });
    }
  }

  function bindingsOf({ row, bindings }: ModuleSlot, index: number): InstantiatedBinding[] {
    const list: InstantiatedBinding[] = [];
    for (let i = 0; i < bindings.length; i++) {
      const { row: [name, kind], found } = bindings[i] as BindingSlot;
      if (found) list[list.length] = { name, kind, state: found, observed: true };
    }
    for (let i = 0; i < row.exports.length; i++) {
      const [name, target, binding] = row.exports[i] as ModuleRow['exports'][number];
      if (binding < 0) list[list.length] = { name, kind: 'namespace', state: 'initialized', observed: false };
      else if (target !== index) {
        const found = modules[target]?.bindings[binding]?.found;
        if (found) list[list.length] = { name, kind: 're-export', state: found, observed: true };
      }
    }
    return list;
  }

  function suspended(site: number): void {
    const module = siteModule(site);
    if (!module) return;
    module.status = 'evaluating-async';
    module.suspendedAt = host.now();
  }

  function resumed(site: number): void {
    const module = siteModule(site);
    if (!module) return;
    module.status = 'evaluating';
    module.waited += host.now() - module.suspendedAt;
    queueCheck();
  }

  /** A module that is neither suspended nor finished when its job is over has thrown. */
  function queueCheck(): void {
    if (isCheckQueued) return;
    isCheckQueued = true;
    host.microtask(
      guarded(() => {
        isCheckQueued = false;
        findErrors();
      }),
    );
  }

  function findErrors(error?: string): void {
    for (let i = running.length; i--; ) {
      const module = running[i] as ModuleSlot;
      if (module.status !== 'evaluating') continue;
      module.status = 'errored';
      leave(module);
      const event: NewEvent = { type: 'evaluate-error', module: module.row.path };
      if (error !== undefined) event.error = error;
      log(event);
    }
  }

  function leave(module: ModuleSlot): void {
    const others: ModuleSlot[] = [];
    for (let i = 0; i < running.length; i++) {
      if (running[i] !== module) others[others.length] = running[i] as ModuleSlot;
    }
    running = others;
    pending--;
  }

  function finish(): void {
    sink?.finish(realm.trace.dropped);
  }

  // --- bindings ----------------------------------------------------------------------------------------------

  function probe(site: number): void {
    const row = sites[site];
    const getter = row?.[0] === 'r' && bindingAt(row)?.getter;
    read(site, getter ? { get: getter } : undefined);
  }

  function taken(site: number, value: unknown): void {
    switch (sites[site]?.[0]) {
      case 'r':
        if (!seen[site]) read(site, { value });
        break;
      case 'w':
        if (seen[site]) seen[site] = (seen[site] as number) + 1;
        else wrote(site, true, value);
        break;
      case 'i':
        initialize(site, value);
    }
  }

  function read(site: number, source: Taken): void {
    const row = sites[site];
    if (row?.[0] !== 'r') return;
    const [, importer, , , target, name, local] = row;
    const binding = bindingAt(row);
    const exporter = typeof target === 'number' ? modules[target] : undefined;
    const early = exporter !== undefined && hasNotEnded(exporter);

    let state: ReadEvent['state'] = 'initialized';
    let value: unknown;
    if (source) {
      try {
        value = 'get' in source ? source.get() : source.value;
        if (value === undefined && early && !binding?.isInitialized) state = 'undefined';
      } catch {
        // The program's own read, which follows, throws this error.
        state = 'uninitialized';
      }
    }
    const text = source && state !== 'uninitialized' ? preview(value, settings.values) : undefined;
    if (state !== 'uninitialized' && settings.reads === 'first') {
      seen[site] = 1;
      if (binding) binding.readers[binding.readers.length] = site;
    }
    if (binding) {
      binding.isObserved = true;
      if (source) binding.text = text;
      releaseWriters(binding);
    }
    if (!mayLog()) return;

    const event: NewEvent & { type: 'read' } = {
      type: 'read',
      importer: rows[importer]?.path ?? '',
      loc: locOf(row),
      module: exporter?.row.path ?? String(target),
      name: binding?.row[0] ?? (name === -1 ? '*' : String(name)),
      local,
      state,
      early,
    };
    if (text !== undefined) event.value = text;
    log(event, (logged) => (early || state === 'uninitialized' ? explain(logged, importer, target, binding) : undefined));
  }

  function explain(
    read: ReadEvent,
    importer: number,
    target: number | string,
    binding: BindingSlot | undefined,
  ): EarlyRead {
    const exporter = typeof target === 'number' ? modules[target] : undefined;
    const finding: EarlyRead = {
      read,
      status: exporter?.status ?? 'linked',
      cycle: typeof target === 'number' ? cycleOf(rows, importer, target) : [],
    };
    if (binding) {
      const [, kind, line, column] = binding.row;
      finding.kind = kind;
      finding.declared = { file: binding.module.row.path, line, column };
    }
    return finding;
  }

  function initialize(site: number, value: unknown): void {
    const row = sites[site];
    const binding = row && bindingAt(row);
    if (!row || !binding) return;
    if (binding.isInitialized) {
      wrote(site, true, value);
      return;
    }
    binding.isInitialized = true;
    binding.text = preview(value, settings.values);
    releaseReaders(binding);
    const event: NewEvent & { type: 'initialize' } = {
      type: 'initialize',
      module: binding.module.row.path,
      name: binding.row[0],
      loc: locOf(row),
    };
    if (binding.text !== undefined) event.value = binding.text;
    log(event);
  }

  function wrote(site: number, hasValue: boolean, value: unknown): void {
    try {
      const row = sites[site];
      const binding = row && bindingAt(row);
      if (!row || !binding) return;
      if (!binding.isInitialized) initialize(site, value);
      else if (logsAllWrites || binding.isObserved) logWrite(row, binding, hasValue, value);
      else binding.unobserved++;
      if (!logsAllWrites) for (let i = 0; i < binding.writers.length; i++) seen[binding.writers[i] as number] ||= 1;
    } catch {
      realm.fail();
    }
  }

  function logWrite(row: SiteRow, binding: BindingSlot, hasValue: boolean, value: unknown): void {
    const previous = binding.text;
    const { unobserved } = binding;
    binding.text = hasValue ? preview(value, settings.values) : undefined;
    binding.isObserved = false;
    binding.unobserved = 0;
    releaseReaders(binding);
    if (!mayLog()) return;
    const event: NewEvent & { type: 'write' } = {
      type: 'write',
      module: binding.module.row.path,
      name: binding.row[0],
      loc: locOf(row),
    };
    if (binding.text !== undefined) event.value = binding.text;
    if (previous !== undefined) event.previous = previous;
    if (unobserved) event.unobserved = unobserved;
    log(event);
  }

  /** The value after `n++` is not the program's to be asked for again. */
  function stepped(site: number, old: unknown, by: number): void {
    if (seen[site]) seen[site] = (seen[site] as number) + 1;
    else wrote(site, true, typeof old === 'bigint' ? old + (by > 0 ? 1n : -1n) : (old as number) + by);
  }

  /** What has been read once shows again. */
  function releaseReaders(binding: BindingSlot): void {
    for (let i = 0; i < binding.readers.length; i++) seen[binding.readers[i] as number] = 0;
    binding.readers = [];
  }

  /** The next write is logged, and tells how many before it were not: a cell counts from 1. */
  function releaseWriters(binding: BindingSlot): void {
    for (let i = 0; i < binding.writers.length; i++) {
      const site = binding.writers[i] as number;
      const count = seen[site] as number;
      if (count) binding.unobserved += count - 1;
      seen[site] = 0;
    }
  }

  // --- the trace ---------------------------------------------------------------------------------------------

  function bindingAt(row: SiteRow): BindingSlot | undefined {
    if (row[0] === 'a') return undefined;
    const [module, index] = row[0] === 'r' ? [row[4], row[5]] : [row[1], row[4]];
    return typeof module === 'number' && typeof index === 'number' ? modules[module]?.bindings[index] : undefined;
  }

  function siteModule(site: number): ModuleSlot | undefined {
    const row = sites[site];
    return row && modules[row[1]];
  }

  function locOf(row: SiteRow): Loc {
    const file = row[0] === 'r' ? row[7] : row[0] === 'a' ? row[4] : row[5];
    return { file: file ?? rows[row[1]]?.path ?? '', line: row[2], column: row[3] };
  }

  function mayLog(): boolean {
    if (logged < settings.limit) {
      logged++;
      return true;
    }
    realm.drop();
    return false;
  }

  function log<E extends NewEvent>(event: E, explained?: (logged: Extract<TraceEvent, { type: E['type'] }>) => EarlyRead | undefined): void {
    const logged = realm.log(event);
    sink?.event(logged, explained?.(logged as never));
  }

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

function countTimed(rows: readonly ModuleRow[]): number {
  let count = 0;
  for (let i = 0; i < rows.length; i++) if (rows[i]?.phases) count++;
  return count;
}
