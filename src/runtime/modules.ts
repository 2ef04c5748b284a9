/** Modules and bindings of a build, as they stand while it runs. */
import type { BindingRow, BindingState, BuildTable, ModuleRow, ModuleStatus } from '../protocol.ts';

export interface BindingSlot {
  module: ModuleSlot;
  row: BindingRow;
  /** 0 where only the program may read it. */
  getter: (() => unknown) | 0 | undefined;
  /** What a chunk found before any module ran. */
  found: BindingState | undefined;
  isInitialized: boolean;
  /** Text of the last value seen. */
  text: string | undefined;
  /** Something has read it since the last logged write. */
  isObserved: boolean;
  /** Writes since the last logged one. */
  unobserved: number;
  /** Sites whose reads pass until the binding changes. */
  readers: number[];
  /** Sites that write it. */
  writers: number[];
}

export interface ModuleSlot {
  row: ModuleRow;
  status: ModuleStatus;
  isInstantiated: boolean;
  startedAt: number;
  suspendedAt: number;
  /** Milliseconds that it was suspended. */
  waited: number;
  bindings: BindingSlot[];
}

export function createModules({ modules }: BuildTable): ModuleSlot[] {
  const slots: ModuleSlot[] = [];
  for (let i = 0; i < modules.length; i++) {
    const row = modules[i] as ModuleRow;
    const slot: ModuleSlot = {
      row,
      status: 'linked',
      isInstantiated: false,
      startedAt: 0,
      suspendedAt: 0,
      waited: 0,
      bindings: [],
    };
    for (let j = 0; j < row.bindings.length; j++) {
      const binding = row.bindings[j] as BindingRow;
      slot.bindings[j] = {
        module: slot,
        row: binding,
        getter: undefined,
        found: undefined,
        isInitialized: binding[1] === 'function',
        text: undefined,
        isObserved: false,
        unobserved: 0,
        readers: [],
        writers: [],
      };
    }
    slots[i] = slot;
  }
  return slots;
}

/** Its body runs or has not begun: what it exports may not be there yet. */
export const hasNotEnded = ({ row, status }: ModuleSlot): boolean =>
  row.phases === true && status !== 'evaluated' && status !== 'errored';

/** What reading a binding gives now; a binding that only the program may read counts as not published yet. */
export function stateOf(getter: (() => unknown) | 0): BindingState {
  if (!getter) return 'undefined';
  try {
    return getter() === undefined ? 'undefined' : 'initialized';
  } catch {
    return 'uninitialized';
  }
}

/** ECMA-262 order of linking: post-order of the requested modules, without those already visited. */
export function linkOrder(rows: readonly ModuleRow[], entry: number, visited: boolean[]): number[] {
  const order: number[] = [];
  const path = [entry];
  const next = [0];
  visited[entry] = true;
  while (path.length) {
    const depth = path.length - 1;
    const module = path[depth] as number;
    const index = next[depth] as number;
    const request = rows[module]?.requests[index];
    if (!request) {
      order[order.length] = module;
      path.length = next.length = depth;
    } else {
      next[depth] = index + 1;
      if (!visited[request[0]]) {
        visited[request[0]] = true;
        path[depth + 1] = request[0];
        next[depth + 1] = 0;
      }
    }
  }
  return order;
}

/** Shortest path of requests from one module to another, both included; empty where there is none. */
export function requestPath(rows: readonly ModuleRow[], from: number, to: number): number[] {
  const cameFrom: (number | undefined)[] = [];
  const queue = [from];
  for (let head = 0; head < queue.length; head++) {
    const module = queue[head] as number;
    const requests = rows[module]?.requests ?? [];
    for (let i = 0; i < requests.length; i++) {
      const next = (requests[i] as [number, number])[0];
      if (next === to) {
        const path = [to];
        for (let at: number | undefined = module; at !== undefined; at = at === from ? undefined : cameFrom[at]) {
          path[path.length] = at;
        }
        return reversed(path);
      }
      if (cameFrom[next] === undefined) {
        cameFrom[next] = module;
        queue[queue.length] = next;
      }
    }
  }
  return [];
}

function reversed(list: readonly number[]): number[] {
  const result: number[] = [];
  for (let i = list.length; i--; ) result[result.length] = list[i] as number;
  return result;
}
