/**
 * No code runs when a graph of modules is linked, so its modules are announced before the first of them starts.
 * Which graph that is follows from the module that starts: the graphs of the entries that reach it.
 */
import type { Edges } from '../graph/edges.ts';
import { linkOrder } from '../graph/link-order.ts';
import { add, type Bits, bitsFor, has, includes, rootsOf } from '../graph/roots.ts';
import type { BuildTable } from '../protocol/tables.ts';
import type { ModuleSlot } from './modules.ts';

export interface Instantiation {
  /**
   * Modules that must be linked when the one given starts, and are not linked yet, in ECMA-262's order: of the one
   * entry that can have been asked for, all; of several, those that all of them reach. Targets of dynamic imports count
   * where no static entry reaches the module: those that an import has named, or else, as one may be named only at run
   * time, all.
   */
  link(module: number): number[];
  /** The module is an entry, or the last to run of one that shows no end, as a barrel's. */
  endsAnEntry(module: number): boolean;
}

/** Entries of one kind, and which of them reach a module: found when that is first asked. */
interface Entries {
  modules: readonly number[];
  reaching(module: number): Bits;
}

export function createInstantiation(
  { modules: rows, entries, staticEntries }: BuildTable,
  requests: Edges,
  modules: readonly ModuleSlot[],
): Instantiation {
  const fixed = entriesFrom(0, staticEntries);
  const dynamic = entriesFrom(staticEntries, entries.length);
  /** By number; all that a linked module requests is linked too. */
  const linked: boolean[] = [];
  /** By entry that shows no end: the last module to run of those that it reaches; -1 where there is none. */
  const last: (number | undefined)[] = [];
  return { link, endsAnEntry };

  function entriesFrom(start: number, end: number): Entries {
    const list: number[] = [];
    for (let i = start; i < end; i++) list[i - start] = entries[i] as number;
    let roots: Bits[] | undefined;
    return {
      modules: list,
      reaching(module) {
        roots ??= rootsOf(requests, list);
        return roots[module] as Bits;
      },
    };
  }

  function link(index: number): number[] {
    const isRequested = (entry: number): boolean => modules[entry]?.isRequested === true;
    return (
      reachedByAll(fixed, index, () => true) ??
      reachedByAll(dynamic, index, isRequested) ??
      reachedByAll(dynamic, index, () => true) ??
      linkOrder(requests, index, linked)
    );
  }

  /** What all entries that count, are not linked and reach the module reach; nothing if there is no such entry. */
  function reachedByAll(
    { modules: list, reaching }: Entries,
    index: number,
    counts: (entry: number) => boolean,
  ): number[] | undefined {
    if (!list.length) return undefined;
    const reached = reaching(index);
    const wanted = bitsFor(list.length);
    let first = -1;
    for (let i = 0; i < list.length; i++) {
      const entry = list[i] as number;
      if (!has(reached, i) || linked[entry] || !counts(entry)) continue;
      add(wanted, i);
      if (first < 0) first = entry;
    }
    if (first < 0) return undefined;
    const order = linkOrder(requests, first, linked);
    const all: number[] = [];
    for (let i = 0; i < order.length; i++) {
      const module = order[i] as number;
      if (includes(reaching(module), wanted)) all[all.length] = module;
      else linked[module] = false;
    }
    return all;
  }

  function endsAnEntry(index: number): boolean {
    return isLastOf(fixed, index) || isLastOf(dynamic, index);
  }

  function isLastOf({ modules: list, reaching }: Entries, index: number): boolean {
    const reached = list.length ? reaching(index) : undefined;
    for (let i = 0; i < list.length; i++) {
      const entry = list[i] as number;
      if (!reached || !has(reached, i)) continue;
      if (entry === index) return true;
      if (rows[entry]?.phases === true) continue;
      last[entry] ??= lastToRun(entry);
      if (last[entry] === index) return true;
    }
    return false;
  }

  function lastToRun(entry: number): number {
    const order = linkOrder(requests, entry, []);
    let at = order.length - 1;
    while (at >= 0 && rows[order[at] as number]?.phases !== true) at--;
    return order[at] ?? -1;
  }
}
