/** Modules and bindings of a build, as they stand while it runs. */
import type { Edges } from '../graph/edges.ts';
import type { BindingState, Loc, ModuleStatus } from '../protocol/events.ts';
import { type BindingRow, type BuildTable, type ModuleRow, STATES } from '../protocol/tables.ts';
import { bare } from './bare.ts';
import { each, push } from './list.ts';

export interface BindingSlot {
  module: ModuleSlot;
  row: BindingRow;
  /** 0 where only the program may read it. */
  getter: (() => unknown) | 0 | undefined;
  /** Before any module runs: as printed, or as its chunk found it. Nothing where the bundle lacks the binding. */
  state: BindingState | undefined;
  /** Its chunk was asked before any module ran. */
  isObservedInTime: boolean;
  isInitialized: boolean;
  /** Text of the last value seen. */
  text: string | undefined;
  /** Something has read it since the last logged write. */
  isRead: boolean;
  /** It was written after it had its first value, or, being a function's, from the start. */
  isWritten: boolean;
  /** Writes since the last logged one that are not in the writers' cells. */
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
  /** A dynamic import has named it. */
  isRequested: boolean;
  /** Another build has a module of this path: this one is a further instance of it, and comes under `limit`. */
  isRepeated: boolean;
  /** The trace shows this run of it. */
  isLogged: boolean;
  startedAt: number;
  /** Site and time at which it waits, while it is suspended. */
  suspendedBy: number;
  suspendedAt: number;
  /** Sites of blocks that it is in, and that wait when they are left, from the outside in. */
  disposals: number[];
  /** The trace shows that it waits. */
  isWaitLogged: boolean;
  /** Milliseconds that it was suspended, or ran what it required. */
  waited: number;
  bindings: BindingSlot[];
}

export function bareRows(rows: readonly ModuleRow[]): ModuleRow[] {
  const list: ModuleRow[] = [];
  each(rows, (row) => push(list, bare(row)));
  return list;
}

export function createModules({ modules }: BuildTable): ModuleSlot[] {
  const slots: ModuleSlot[] = [];
  each(modules, (row) => push(slots, moduleSlot(row)));
  return slots;
}

function moduleSlot(row: ModuleRow): ModuleSlot {
  const slot: ModuleSlot = {
    row,
    status: 'linked',
    isInstantiated: false,
    isRequested: false,
    isRepeated: false,
    isLogged: true,
    startedAt: 0,
    suspendedBy: -1,
    suspendedAt: 0,
    disposals: [],
    isWaitLogged: false,
    waited: 0,
    bindings: [],
  };
  each(row.bindings, (binding) => push(slot.bindings, bindingSlot(slot, binding)));
  return slot;
}

const bindingSlot = (module: ModuleSlot, row: BindingRow): BindingSlot => ({
  module,
  row,
  getter: undefined,
  state: row[4] === undefined ? undefined : STATES[row[4]],
  isObservedInTime: false,
  isInitialized: row[1] === 'function',
  text: undefined,
  isRead: false,
  isWritten: false,
  unobserved: 0,
  readers: [],
  writers: [],
});

/** A place in a module, or in the file that is named. */
export const locIn = (
  row: ModuleRow | undefined,
  line: number,
  column: number,
  file: string = row?.path ?? '',
): Loc => ({ file, line, column, ...(row?.isCompiled && { compiled: true }) });

/** Its body runs or has not begun: what it exports may not be there yet. */
export const hasNotEnded = ({ row, status }: ModuleSlot): boolean =>
  row.phases === true && status !== 'evaluated' && status !== 'errored';

/** The graph of the modules, by number. */
export function requestsOf(rows: readonly ModuleRow[]): Edges {
  const edges: number[][] = [];
  each(rows, ({ requests }) => {
    const targets: number[] = [];
    each(requests, (request) => push(targets, request[0]));
    push(edges, targets);
  });
  return edges;
}
