/** What the build writes into a bundle, and the runtime reads. */
import type { BindingKind, BindingState } from './events.ts';

/** See `reads` of the options. */
export type ReadsMode = 'first' | 'all' | false;

/** See `writes` of the options. */
export type WritesMode = 'observed' | 'all' | false;

/** See `values` of the options. */
export type ValuesMode = 'preview' | 'type' | false;

/** `full`: every event a line; `summary`: a screen at the end; `auto`: by the number of modules. */
export type ConsoleDetail = 'auto' | 'full' | 'summary';

export interface ConsoleSettings {
  detail: ConsoleDetail;
  /** `auto`: on a terminal, and as `NO_COLOR` and `FORCE_COLOR` say. */
  color: boolean | 'auto';
}

export interface RuntimeSettings {
  reads: ReadsMode;
  writes: WritesMode;
  values: ValuesMode;
  /** Of what a program can repeat, over the whole trace: see {@link Trace.dropped}. */
  limit: number;
  console: ConsoleSettings | false;
  devtools: boolean;
}

/** Numbers of states in tables. */
export const STATES: readonly BindingState[] = ['uninitialized', 'undefined', 'initialized'];

/**
 * A binding that a module declares: name, kind, the place of its declaration, and the number of the state that it
 * has before any module runs, as the bundler printed its declaration; absent where the bundle lacks the binding.
 */
export type BindingRow = [name: string, kind: BindingKind, line: number, column: number, state?: number];

/**
 * An export: its name, the module (index in the build) that declares the binding, and the binding's index there,
 * or -1 for that module's namespace object.
 */
export type ExportRow = [name: string, module: number, binding: number];

/** A requested module: its index in the build, the line of the first request where it is known. In source order. */
export type RequestRow = [module: number, line?: number];

export interface ModuleRow {
  path: string;
  /** File name of the chunk that holds it; absent for a module that the bundle has no statement of. */
  chunk?: string;
  /**
   * Absent where the bundle doesn't show when it starts and ends; `required` where it runs when it is required, as a
   * CommonJS module that is wrapped in a function.
   */
  phases?: true | 'required';
  /** The bundle doesn't show what becomes of its bindings; of these there are those that others read. */
  isExcluded?: true;
  /** Its lines and columns are those of compiled code. */
  isCompiled?: true;
  requests: RequestRow[];
  bindings: BindingRow[];
  exports: ExportRow[];
}

/** What the build knows of the whole graph. Modules refer to each other by their index here. */
export interface BuildTable {
  settings: RuntimeSettings;
  modules: ModuleRow[];
  /** Modules that can be asked for: static entries first, then the targets of dynamic imports. */
  entries: number[];
  /** How many of `entries` are static. */
  staticEntries: number;
  /** Number of cells: at least the number of sites of all chunks. */
  cells: number;
  /** Sites of chunks whose code can run before their own prologue: those in a cycle of chunks. */
  sites: SiteTable[];
}

/**
 * A surviving place of interest: kind, module, line, column, then by kind:
 * - `r` read: the module (index) that declares the binding, or the id of an external; the index of the binding
 *   there, -1 for a namespace object, or its name where no declaration is known; the importer's name for it.
 * - `s` read of a value that is kept (see {@link ReadEvent.snapshot}): as `r`.
 * - `w` write, `i` initialization: the index of the binding.
 * - `a` top-level await: nothing.
 * - `d` dynamic import: the module (index), or the specifier where it is none of the build's, or null where that is
 *   known at run time; 1 where the program itself waits for the promise on the spot.
 * - `q` require: the module (index) or the id of what is none of the build's, or null where that is known at run time.
 *
 * A last element names the file where it is not the module's own.
 */
export type SiteRow =
  | [
      'r' | 's',
      module: number,
      line: number,
      column: number,
      target: number | string,
      binding: number | string,
      local: string,
      file?: string,
    ]
  | ['w' | 'i', module: number, line: number, column: number, binding: number, file?: string]
  | [
      'd',
      module: number,
      line: number,
      column: number,
      target: number | string | null,
      isAwaited: 0 | 1,
      file?: string,
    ]
  | ['q', module: number, line: number, column: number, target: number | string | null, file?: string]
  | ['a', module: number, line: number, column: number, file?: string];

/**
 * A traced getter: module, index of the binding, getter; the getter is 0 where reading could run user code (what
 * Rollup printed as a member of an object that it publishes).
 */
export type GetterRow = [module: number, binding: number, getter: (() => unknown) | 0];

export interface SiteTable {
  /** Number of the first site in the build. */
  first: number;
  sites: SiteRow[];
}

export interface ChunkTable extends SiteTable {
  getters: GetterRow[];
}
