/**
 * No code runs when a graph of modules is linked, so its modules are announced before the first of them starts.
 * Which graph that is follows from the module that starts: the graphs of the entries that reach it.
 */
import type { BuildTable, ModuleRow } from '../protocol.ts';
import type { ModuleSlot } from './modules.ts';
import { linkOrder } from './requests.ts';

/**
 * Modules that must have been linked when `index` starts, in ECMA-262's order: of the one entry that can have been
 * asked for, all; of several, those that all of them reach. Targets of dynamic imports count where no static entry
 * reaches the module: those that an import has named, or else, as one may be named only at run time, all.
 */
export function askedFor(table: BuildTable, modules: readonly ModuleSlot[], index: number): number[] {
  const { modules: rows, entries, staticEntries } = table;
  const isDynamic = (i: number): boolean => i >= staticEntries;
  return (
    reachedByAll(rows, entries, index, (entry, i) => !isDynamic(i) && !modules[entry]?.isInstantiated) ??
    reachedByAll(rows, entries, index, (entry, i) => isDynamic(i) && isRequested(modules[entry])) ??
    reachedByAll(rows, entries, index, (entry, i) => isDynamic(i) && !modules[entry]?.isInstantiated) ??
    linkOrder(rows, index, [])
  );
}

const isRequested = (module?: ModuleSlot): boolean => module?.isRequested === true && !module.isInstantiated;

/** What all entries that count and reach `index` reach; nothing if there is no such entry. */
function reachedByAll(
  rows: readonly ModuleRow[],
  entries: readonly number[],
  index: number,
  counts: (entry: number, i: number) => boolean,
): number[] | undefined {
  /** How many of the entries reach a module. */
  const reached: number[] = [];
  let count = 0;
  let order: number[] = [];
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as number;
    if (!counts(entry, i)) continue;
    const visited: boolean[] = [];
    const graph = linkOrder(rows, entry, visited);
    if (!visited[index]) continue;
    if (!count++) order = graph;
    for (let j = 0; j < graph.length; j++) {
      const module = graph[j] as number;
      reached[module] = (reached[module] ?? 0) + 1;
    }
  }
  if (!count) return undefined;
  const all: number[] = [];
  for (let i = 0; i < order.length; i++) {
    const module = order[i] as number;
    if (reached[module] === count) all[all.length] = module;
  }
  return all;
}

/** The module is an entry, or the last to run of one that shows no end, as a barrel's. */
export function endsAnEntry({ modules: rows, entries }: BuildTable, index: number): boolean {
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as number;
    if (entry === index) return true;
    if (rows[entry]?.phases === true) continue;
    const order = linkOrder(rows, entry, []);
    let last = order.length - 1;
    while (last >= 0 && rows[order[last] as number]?.phases !== true) last--;
    if (order[last] === index) return true;
  }
  return false;
}
