/**
 * Linking a graph of modules runs no code that the bundle could observe. So its modules are announced when the first of
 * them starts; the entries that reach this module decide which modules were linked.
 */
import type { Edges } from '../graph/edges.ts';
import { linkOrder } from '../graph/link-order.ts';
import { add, type Bits, bitsFor, has, includes, rootsOf } from '../graph/roots.ts';
import type { BuildTable } from '../protocol/tables.ts';
import type { ModuleSlot } from './modules.ts';

export interface Instantiation {
  /**
   * Called when a module starts; returns the modules that must be linked by then and were not, in ECMA-262's order.
   * They are the modules that every candidate entry reaches. Candidates are the unlinked static entries that reach the
   * started module, else the targets of dynamic imports that were requested, else (one may be known only at run time)
   * all targets of dynamic imports.
   */
  link(module: number): number[];
  /** Whether the module is an entry, or the last module to run of an entry that shows no end, such as a barrel. */
  endsAnEntry(module: number): boolean;
}

/**
 * Static or dynamic entries. `reaching` gives the set of those that reach a module, and is computed when first called.
 */
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
  /** By index; with a module, all modules that it reaches are linked. */
  const linked: boolean[] = [];
  /** By index of an entry that shows no end: the last module to run of its graph; -1 where there is none. */
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

  /**
   * Modules that are reached by every unlinked entry that counts and reaches the module; undefined without such an
   * entry.
   */
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
