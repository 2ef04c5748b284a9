/** Run-time state of a build's modules and bindings. */
import type { Edges } from '../graph/edges.ts';
import type { BindingState, Loc, ModuleStatus } from '../protocol/events.ts';
import { type BindingRow, type BuildTable, type ModuleRow, STATES } from '../protocol/tables.ts';
import { bare } from './bare.ts';
import { each, push } from './list.ts';

export interface BindingSlot {
  module: ModuleSlot;
  row: BindingRow;
  /** Reads the binding; 0 where reading could run user code, undefined before its chunk begins. */
  getter: (() => unknown) | 0 | undefined;
  /**
   * State before any module runs: as printed, or as its getter found it. Undefined where the bundle lacks the binding.
   */
  state: BindingState | undefined;
  /** Its chunk began before the module was instantiated, so `state` was observed. */
  isObservedInTime: boolean;
  isInitialized: boolean;
  /** Preview of the last value seen. */
  text: string | undefined;
  /** Something has read it since the last logged write. */
  isRead: boolean;
  /** Something wrote to it after it had its first value. */
  isWritten: boolean;
  /** Writes since the last logged one, without those that are counted in the cells of `writers`. */
  unobserved: number;
  /** Sites of reads whose cells are set until the binding changes. */
  readers: number[];
  /** Sites of writes. */
  writers: number[];
}

export interface ModuleSlot {
  row: ModuleRow;
  status: ModuleStatus;
  isInstantiated: boolean;
  /** A dynamic import has requested it. */
  isRequested: boolean;
  /** Another build published a module of the same path first: runs of this further instance count under `limit`. */
  isRepeated: boolean;
  /** The current run is in the trace. */
  isLogged: boolean;
  /** Start of the current run, in milliseconds of the host's clock. */
  startedAt: number;
  /** Number of the site at which it waits, -1 while it does not wait; and since when, in milliseconds. */
  suspendedBy: number;
  suspendedAt: number;
  /** Sites of the blocks with `await using` that it is in, outermost first: each waits when it is left. */
  disposals: number[];
  /** It has waited before. */
  hasWaited: boolean;
  /** The current wait is in the trace. */
  isWaitLogged: boolean;
  /** Milliseconds that it was suspended, or that modules ran which it required. */
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
    hasWaited: false,
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

/** The variable whose value a default binding has, where that is known and written; else the binding itself. */
export const localOf = (slot: BindingSlot): BindingSlot => {
  const local = slot.row[5];
  return (typeof local === 'number' && slot.module.bindings[local]) || slot;
};

/** A position in `file`; by default in the module itself. */
export const locIn = (
  row: ModuleRow | undefined,
  line: number,
  column: number,
  file: string = row?.path ?? '',
): Loc => ({ file, line, column, ...(row?.isCompiled && { compiled: true }) });

/** Whether a module shows its end and has not come to it: its exports may lack their values. */
export const hasNotEnded = ({ row, status }: ModuleSlot): boolean =>
  row.phases === true && status !== 'evaluated' && status !== 'errored';

/** Index of each module → indices of the modules that it requests. */
export function requestsOf(rows: readonly ModuleRow[]): Edges {
  const edges: number[][] = [];
  each(rows, ({ requests }) => {
    const targets: number[] = [];
    each(requests, (request) => push(targets, request[0]));
    push(edges, targets);
  });
  return edges;
}
