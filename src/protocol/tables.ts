/** Tables that the build writes into a bundle and the runtime reads. */
import type { BindingKind, BindingState } from './events.ts';
import type { ReadGuard } from './manifest.ts';

/** See `reads` of the options. */
export type ReadsMode = 'first' | 'all' | false;

/** See `writes` of the options. */
export type WritesMode = 'observed' | 'all' | false;

/** See `values` of the options. */
export type ValuesMode = 'preview' | 'type' | false;

/**
 * `full`: every event a line; `order`: each start a line; `summary`: a screen at the end; `auto`: by the number of
 * modules.
 */
export type ConsoleDetail = 'auto' | 'full' | 'order' | 'summary';

export interface ConsoleSettings {
  detail: ConsoleDetail;
  /** `auto`: coloured on a terminal, unless `NO_COLOR` or `FORCE_COLOR` decides. */
  color: boolean | 'auto';
}

export interface RuntimeSettings {
  reads: ReadsMode;
  writes: WritesMode;
  values: ValuesMode;
  /** Number of events that a program can repeat, over the whole trace: see `limit` of the options. */
  limit: number;
  console: ConsoleSettings | false;
  devtools: boolean;
  /** Path of the file that Node writes. */
  sink: string | false;
}

/** Tables refer to a state by its index here. */
export const STATES: readonly BindingState[] = ['uninitialized', 'undefined', 'initialized'];

/**
 * A binding that a module declares: name, kind, position of its declaration, and its state before any module runs
 * (index of {@link STATES}), by the declaration that the bundler printed; no state where the bundle lacks the binding.
 * `local` is that of an `export default a` whose `a` is written: its index where it is exported too, else its name. State
 * {@link ALIASED} says that the bundle uses `a` itself for the binding.
 */
export type BindingRow = [
  name: string,
  kind: BindingKind,
  line: number,
  column: number,
  state?: number,
  local?: number | string,
];

/** See {@link BindingRow}. */
export const ALIASED = -1;

/**
 * An export: its name, the module (index in the build) that declares the binding, and the binding's index there,
 * or -1 for that module's namespace object.
 */
export type ExportRow = [name: string, module: number, binding: number];

/**
 * A requested module: its index in the build, the line of the first request (0 where it is unknown), and 1 where more
 * than the module's `imports` need it, 2 where that is names alone that nothing reads. In source order.
 */
export type RequestRow = [module: number, line?: number, need?: 1 | 2];

/**
 * A name that a module imports and reads (see `ManifestImport`): the importer's name, empty where it is the binding's; the
 * module that declares the binding, its index there, flags ({@link UNCONDITIONAL}, {@link HERITAGE}, {@link DROPPED},
 * {@link GUARDS}), with `DROPPED` the read's line and column, and the modules between the importer and the declaring one
 * through which the name resolves.
 */
export type ImportRow = [local: string, module: number, binding: number, flags?: number, ...rest: number[]];

/** Flag of an {@link ImportRow}: evaluating the module reads it for sure. */
export const UNCONDITIONAL = 1;
/** Flag of an {@link ImportRow}: a class extends it. */
export const HERITAGE = 2;
/** Flag of an {@link ImportRow}: the bundler dropped what `UNCONDITIONAL` stands for. */
export const DROPPED = 16;
/** Flag of an {@link ImportRow}, beside `DROPPED`: the bundler may have put a constant's value there instead. */
export const INLINED = 32;
/** Flags of an {@link ImportRow}: what each read is prepared for. */
export const GUARDS: Readonly<Record<ReadGuard, number>> = { catch: 4, test: 8 };

/** See `ManifestProperty`: name, line, column, and 1 or 2 where it replaces an object or nothing. */
export type PropertyRow = [name: string, line: number, column: number, replaces?: 1 | 2];

/** See `ManifestRequire`. */
export type RequireRow = [module: number, line: number, column: number, ...reads: PropertyRow[]];

export interface ModuleRow {
  path: string;
  /** File name of its chunk; absent for a module of which the bundle has no statement. */
  chunk?: string;
  /**
   * `true` where the bundle shows the start and end of its body; `required` for a CommonJS module that is wrapped in a
   * function and runs when it is required; absent where the bundle shows neither start nor end.
   */
  phases?: true | 'required';
  /** `include` and `exclude` leave it out: `bindings` has only those that other modules read, and shows no writes. */
  isExcluded?: true;
  /** Its lines and columns are positions in compiled code. */
  isCompiled?: true;
  /** ECMA-262 [[HasTLA]]. */
  hasTLA?: true;
  requests: RequestRow[];
  /** Of a module on an import cycle; absent for others, and where nobody looked for its reads. */
  imports?: ImportRow[];
  /** Of a CommonJS module on a cycle. */
  exportsAt?: PropertyRow[];
  requires?: RequireRow[];
  bindings: BindingRow[];
  exports: ExportRow[];
}

/**
 * A chunk: the chunks that it imports, as indices of `chunks`; the static entry whose chunk it is, -1 where it is none's;
 * and its file name, where chunks can wait for each other.
 */
export type ChunkRow = [imports: readonly number[], entry?: number, file?: string];

/** The module graph of a build. Modules refer to each other by their index in `modules`. */
export interface BuildTable {
  settings: RuntimeSettings;
  modules: ModuleRow[];
  /** Indices of entries: static ones first, then the targets of dynamic imports. */
  entries: number[];
  /** How many of `entries` are static. */
  staticEntries: number;
  /**
   * Format of the output, and its chunks; absent where no chunk imports that of a static entry, and none can wait for itself.
   */
  format?: string;
  chunks?: ChunkRow[];
  /** Length of `seen`: at least the number of sites of all chunks. */
  cells: number;
  /** Sites of chunks in a cycle of chunks: their code can run before their own prologue. */
  sites: SiteTable[];
}

/**
 * A site that survived in the bundle: kind, index of the module, line (1-based), column (0-based), then by kind:
 * - `r` read: index of the module that declares the binding, or the id of an external; index of the binding there, -1
 *   for a namespace object, or its name where no declaration is known; the importer's name for it.
 * - `s` read whose value the importer keeps (`snapshot` of a read event): as `r`.
 * - `w` write, `i` initialization: index of the binding.
 * - `a` top-level await: no more elements.
 * - `d` dynamic import: index of the module, the specifier of one outside the build, or null where the target is known
 *   only at run time; 1 where the program itself reacts to the promise at once.
 * - `q` require: index of the module, the id of one outside the build, or null where the target is known only at run
 *   time.
 *
 * A last element names the file where the position is not in the module itself.
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
 * A traced getter: index of the module, index of the binding, and the getter; 0 where Rollup printed the binding as a
 * member of an object that it publishes, so that reading it could run user code.
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
