/** Logs reads, writes and initializations of bindings, and sets the `seen` cells by which guards skip the runtime. */
// A page may put setters on `Object.prototype` and patch iterators. So optional fields of an event are spread into it,
// not assigned, and arrays are destructured by index.
import type { BindingState, ReadEvent } from '../protocol/events.ts';
import { ALIASED, type ChunkTable, type SiteRow, type SiteTable } from '../protocol/tables.ts';
import { each, push } from './list.ts';
import { type BindingSlot, hasNotEnded, localOf, type ModuleSlot } from './modules.ts';
import { preview } from './preview.ts';
import type { BuildState } from './state.ts';

/** A read's value: from a getter to call, or passed by the program; only a state where no value may be read. */
type Source =
  | { from: 'getter'; get(): unknown }
  | { from: 'value'; value: unknown }
  | { from: 'state'; state: BindingState };

/** The value and state that a read gave. */
type ReadResult =
  | { from: 'value'; state: BindingState; value: unknown }
  | { from: 'state'; state: BindingState };

/** An event before it is logged. */
type Content<E> = Omit<E, 'seq' | 'time'>;

export interface Bindings {
  addSites(table: SiteTable): void;
  addChunk(table: ChunkTable): void;
  read(site: number, source: Source): void;
  probe(site: number): void;
  note(site: number): void;
  /** Called with a value that the program has read from, written to or is writing to a member that Rollup publishes. */
  observe(site: number, value: unknown): void;
  write(site: number, hasValue: boolean, value: unknown): void;
  initialize(site: number, value: unknown): void;
  /**
   * Called when a module has ended: clears the cells of reads of its bindings, so that each is logged once more; and the
   * next write to the local of its default binding is logged.
   */
  release(module: ModuleSlot | undefined): void;
}

export function createBindings(state: BuildState): Bindings {
  const { table, modules, sites, seen, bindingAt, locOf, log, admit } = state;
  const { settings, modules: rows } = table;
  /** Without reads it is unknown which writes are observed. */
  const logsAllWrites = settings.writes === 'all' || !settings.reads;
  /** By number of the site: the trace has a read of it that went wrong. */
  const hasGoneWrong: boolean[] = [];
  return { addSites, addChunk, read, probe, note, observe, write, initialize, release };

  function addSites({ first, sites: added }: SiteTable): void {
    each(added, (row, i) => {
      const number = first + i;
      if (sites[number]) return;
      sites[number] = row;
      const writers = row[0] === 'w' && bindingAt(row)?.writers;
      if (writers) push(writers, number);
    });
  }

  function addChunk(chunk: ChunkTable): void {
    addSites(chunk);
    each(chunk.getters, ({ 0: module, 1: index, 2: getter }) => {
      const slot = modules[module]?.bindings[index];
      if (!slot) return;
      slot.getter = getter;
      if (slot.module.isInstantiated) return;
      slot.isObservedInTime = true;
      // Rollup printed it with `let`, `const` or `class`: it is in its dead zone, and its getter would only throw.
      if (getter && slot.state !== 'uninitialized') slot.state = stateOf(getter);
    });
  }

  function probe(site: number): void {
    const row = sites[site];
    const slot = row && bindingAt(row);
    if (slot?.getter === 0) {
      note(site);
      return;
    }
    const state = slot?.state ?? 'initialized';
    read(site, slot?.getter ? { from: 'getter', get: slot.getter } : { from: 'state', state });
  }

  /** A chunk publishes a binding when it ends, or, as a property that only the program may read, with each write. */
  function note(site: number): void {
    const row = sites[site];
    const slot = row && bindingAt(row);
    const isPublished = !slot || !hasNotEnded(slot.module) || (slot.getter === 0 && slot.isInitialized);
    read(site, { from: 'state', state: isPublished ? 'initialized' : 'undefined' });
  }

  function observe(site: number, value: unknown): void {
    const kind = sites[site]?.[0];
    if (kind === 'i') initialize(site, value);
    else if (seen[site]) {
      if (kind === 'w') seen[site] = (seen[site] as number) + 1;
    } else if (kind === 'w') write(site, true, value);
    else read(site, { from: 'value', value });
  }

  function read(site: number, source: Source): void {
    const row = sites[site];
    if (row?.[0] !== 'r' && row?.[0] !== 's') return;
    const { 1: importer, 4: target, 5: name, 6: local } = row;
    const exporter = typeof target === 'number' ? modules[target] : undefined;
    const slot = bindingAt(row);
    const variable = slot?.row[4] === ALIASED ? localOf(slot) : slot;
    const early = exporter !== undefined && hasNotEnded(exporter);

    const result = source.from === 'state' ? source : resultOf(source, slot, early);
    const readState = result.state;
    const gaveValue = result.from === 'value';
    const text = gaveValue ? preview(result.value, settings.values) : undefined;
    if (settings.reads === 'first' && readState !== 'uninitialized') {
      seen[site] = 1;
      if (variable) push(variable.readers, site);
    }
    if (variable) {
      variable.isRead = true;
      if (gaveValue) variable.text = text;
      releaseWriters(variable);
    }
    const isWrong = readState !== 'initialized';
    if (!admit(isWrong && !hasGoneWrong[site], modules[importer])) return;
    if (isWrong) hasGoneWrong[site] = true;

    const event: Content<ReadEvent> = {
      type: 'read',
      importer: rows[importer]?.path ?? '',
      loc: locOf(row),
      module: exporter?.row.path ?? `${target}`,
      name: slot?.row[0] ?? (name === -1 ? '*' : `${name}`),
      local,
      state: readState,
      ...(text !== undefined && { value: text }),
      early,
      ...(row[0] === 's' && { snapshot: true }),
    };
    log(event);
  }

  /** Catches what the getter throws: the program's own read follows, and throws again. */
  function resultOf(
    source: Exclude<Source, { from: 'state' }>,
    slot: BindingSlot | undefined,
    early: boolean,
  ): ReadResult {
    try {
      const value = source.from === 'getter' ? source.get() : source.value;
      const isTooSoon = value === undefined && ((early && !hasValue(slot)) || isNotPublished(slot));
      return { from: 'value', state: isTooSoon ? 'undefined' : 'initialized', value };
    } catch {
      return { from: 'state', state: 'uninitialized' };
    }
  }

  /**
   * Whether the binding has its value, so that `undefined` is that value. A function has one from the start, but a
   * chunk may publish it later: only a write proves that it is there.
   */
  function hasValue(slot: BindingSlot | undefined): boolean {
    return !!slot?.isInitialized && (slot.isWritten || slot.row[1] !== 'function');
  }

  /** Whether the chunk's variable has a value that the chunk has not published yet. */
  function isNotPublished(slot: BindingSlot | undefined): boolean {
    return !!slot?.getter && slot.getter() !== undefined;
  }

  function initialize(site: number, value: unknown): void {
    const row = sites[site];
    const slot = row && bindingAt(row);
    if (!row || !slot) return;
    if (slot.isInitialized) {
      write(site, true, value);
      return;
    }
    slot.isInitialized = true;
    slot.text = preview(value, settings.values);
    releaseReaders(slot);
    if (!slot.module.isLogged) return;
    log({
      type: 'initialize',
      module: slot.module.row.path,
      name: slot.row[0],
      ...(slot.text !== undefined && { value: slot.text }),
      loc: locOf(row),
    });
  }

  function write(site: number, hasValue: boolean, value: unknown): void {
    const row = sites[site];
    const slot = row && bindingAt(row);
    if (!row || !slot) return;
    // Set before the event is logged, since a subscriber may read the binding: until a read, further writes only count
    // up their cell, from 1.
    if (!logsAllWrites) {
      each(slot.writers, (writer) => {
        seen[writer] ||= 1;
      });
    }
    slot.isWritten = slot.isInitialized;
    // A binding that the bundle does not declare is an alias: no site tells of its first value.
    if (!slot.isInitialized && slot.state) initialize(site, value);
    else if (logsAllWrites || slot.isRead) logWrite(row, slot, hasValue, value);
    else slot.unobserved++;
  }

  function logWrite(row: SiteRow, slot: BindingSlot, hasValue: boolean, value: unknown): void {
    const { text: previous, unobserved } = slot;
    slot.text = hasValue ? preview(value, settings.values) : undefined;
    slot.isRead = false;
    slot.unobserved = 0;
    releaseReaders(slot);
    if (!admit()) return;
    log({
      type: 'write',
      module: slot.module.row.path,
      name: slot.row[0],
      ...(slot.text !== undefined && { value: slot.text }),
      ...(previous !== undefined && { previous }),
      loc: locOf(row),
      ...(unobserved > 0 && { unobserved }),
    });
  }

  function release(module: ModuleSlot | undefined): void {
    if (!module) return;
    each(module.bindings, (slot) => {
      releaseReaders(slot);
      if (slot.row[5] === undefined) return;
      // `export default a` has read `a`.
      const local = localOf(slot);
      releaseWriters(local);
      local.isRead = true;
      if (local.unobserved) local.text = undefined;
    });
  }

  function releaseReaders(slot: BindingSlot): void {
    each(slot.readers, (reader) => {
      seen[reader] = 0;
    });
    slot.readers = [];
  }

  function releaseWriters(slot: BindingSlot): void {
    each(slot.writers, (writer) => {
      const count = seen[writer] as number;
      if (count) slot.unobserved += count - 1;
      seen[writer] = 0;
    });
  }
}

/** State of a binding before any module runs, by calling its getter. */
function stateOf(getter: () => unknown): BindingState {
  try {
    return getter() === undefined ? 'undefined' : 'initialized';
  } catch {
    return 'uninitialized';
  }
}
