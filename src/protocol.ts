/**
 * What build and bundle agree on: the events, the tables that the build writes into a
 * bundle and the runtime reads, and the calls that realised code makes. It imports nothing.
 */

/** Version of the events and of the installed object. Runtimes of one version share a realm. */
export const PROTOCOL_VERSION = 1;

/** The runtime installs itself at `globalThis[Symbol.for(REALM_KEY)]`. */
export const REALM_KEY = 'module-phases';

// --- words -----------------------------------------------------------------------------------------------

/**
 * How an exported name is bound. All but `re-export` (an indirect binding) and `namespace` are declarations of
 * the module itself; `default-expression` is `export default <expression>` (ECMA-262 `*default*`).
 */
export type BindingKind =
  | 'const'
  | 'let'
  | 'var'
  | 'class'
  | 'function'
  | 'default-expression'
  | 're-export'
  | 'namespace';

/**
 * `uninitialized`: in its temporal dead zone, reading it throws. `undefined`: it reads as undefined because it
 * was not initialized yet. `initialized`: it has its value.
 */
export type BindingState = 'uninitialized' | 'undefined' | 'initialized';

/** Status of a module's own body; finer than ECMA-262's [[Status]], which a whole cycle shares. */
export type ModuleStatus = 'linked' | 'evaluating' | 'evaluating-async' | 'evaluated' | 'errored';

/** A place in the user's own source. */
export interface Loc {
  /** Path relative to `root`, with `/`. */
  file: string;
  /** 1-based. */
  line: number;
  /** 0-based, in UTF-16 code units. */
  column: number;
  /** Line and column are of what compilers made of the file: their source map was not at hand. */
  compiled?: true;
}

// --- events ----------------------------------------------------------------------------------------------

interface EventBase {
  /** Position in the trace, from 0, without gaps. */
  seq: number;
  /** Milliseconds since the trace began. */
  time: number;
}

/** A binding of a module that was instantiated: what it is, and its state before any module ran. */
export interface InstantiatedBinding {
  name: string;
  kind: BindingKind;
  state: BindingState;
  /**
   * True where its chunk began before the module was instantiated: what is not in its temporal dead zone then was asked.
   * Else the state follows from the code.
   */
  observed: boolean;
}

/** A module was linked: its bindings exist. */
export interface InstantiateEvent extends EventBase {
  type: 'instantiate';
  module: string;
  chunk: string;
  /** Null for a module that `include` and `exclude` leave out: its bindings were not looked into. */
  bindings: InstantiatedBinding[] | null;
}

/** A module's own body begins: what it imports has run, unless a cycle put it first. */
export interface EvaluateStartEvent extends EventBase {
  type: 'evaluate-start';
  module: string;
  chunk: string;
}

/** A module's own body has run to its end. */
export interface EvaluateEndEvent extends EventBase {
  type: 'evaluate-end';
  module: string;
  /** Milliseconds of the module's own: without what it waited for and what it required. */
  duration: number;
}

/** A module threw before its end. */
export interface EvaluateErrorEvent extends EventBase {
  type: 'evaluate-error';
  module: string;
  /** Text of the error. Absent until the host reports it, `thrown value` where the error has no message. */
  error?: string;
}

/** A top-level await begins to wait, or goes on; each step of a `for await` too. */
export interface SuspendEvent extends EventBase {
  type: 'evaluate-suspend' | 'evaluate-resume';
  module: string;
  loc: Loc;
}

/** A dynamic import: the request, and what became of it where that can be seen without touching the promise. */
export interface ImportEvent extends EventBase {
  type: 'import-start' | 'import-end' | 'import-error';
  importer: string;
  loc: Loc;
  /** The module asked for; absent where it is known only at run time, and for what is not of the build. */
  module?: string;
  /** What was asked for where it is no module of the build. */
  specifier?: string;
  /** `import-start`: of the module, when it was asked for. What is `evaluated` is not evaluated again. */
  status?: ModuleStatus;
  /** `import-end` and `import-error`: `seq` of the request. */
  start?: number;
  /** `import-error`: text of the error. */
  error?: string;
}

/** A `require` of a CommonJS module that @rollup/plugin-commonjs wraps. */
export interface RequireEvent extends EventBase {
  type: 'require-start' | 'require-end' | 'require-error';
  importer: string;
  loc: Loc;
  module: string;
  /** `require-start`: of the module, when it was required. While it is `evaluating`, its exports are incomplete. */
  status?: ModuleStatus;
}

/** A binding has its first value, and has left its temporal dead zone. */
export interface InitializeEvent extends EventBase {
  type: 'initialize';
  module: string;
  name: string;
  /** Absent with `values: false`. */
  value?: string;
  loc: Loc;
}

/** An exported binding was written to. */
export interface WriteEvent extends EventBase {
  type: 'write';
  module: string;
  name: string;
  /** Absent with `values: false`. */
  value?: string;
  /** The value before, as far as it was seen. */
  previous?: string;
  loc: Loc;
  /** Writes since the last logged one that nothing had read (`writes: 'observed'`); absent when none. */
  unobserved?: number;
}

/** A module read what it imports. */
export interface ReadEvent extends EventBase {
  type: 'read';
  importer: string;
  loc: Loc;
  /** The module that declares the binding, through any chain of re-exports; an external's id. */
  module: string;
  /** The binding's name there (ECMA-262 [[BindingName]]; `default` for a default expression). */
  name: string;
  /** The importer's own name for it; `ns.x` through a namespace. */
  local: string;
  state: BindingState;
  /** Absent where it threw, where no value was taken, and with `values: false`. */
  value?: string;
  /** The exporter's body had not ended. */
  early: boolean;
  /** Present where the importer keeps the value, not the binding: `const { x } = await import('./x.js')`. */
  snapshot?: true;
}

/** What happened, told apart by `type`. */
export type TraceEvent =
  | InstantiateEvent
  | EvaluateStartEvent
  | EvaluateEndEvent
  | EvaluateErrorEvent
  | SuspendEvent
  | ImportEvent
  | RequireEvent
  | InitializeEvent
  | WriteEvent
  | ReadEvent;

/** A module as it is now. */
export interface TracedModule {
  readonly status: ModuleStatus;
  /** The module's surviving exports, each behind a getter that reads the live binding. */
  readonly exports: Readonly<Record<string, unknown>>;
}

/** What stands at `globalThis[Symbol.for('module-phases')]`. */
export interface Trace {
  /** Of the protocol, that is of events and of this object. */
  readonly version: number;
  readonly events: readonly TraceEvent[];
  readonly modules: Readonly<Record<string, TracedModule>>;
  /**
   * Reads, writes, requests (without an end either), waits (the same) and further runs of modules that `limit` left out.
   */
  readonly dropped: number;
  /** Errors that the trace kept from the program: those of subscribers, and its own. */
  readonly failures: number;
  /** Calls `listener` with each event from now on; returns what ends that. What it throws is counted, not thrown. */
  subscribe(listener: (event: TraceEvent) => void): () => void;
}

// --- tables: what the build writes into the bundle ----------------------------------------------------------

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

// --- calls: what realised code says to the runtime ----------------------------------------------------------

/**
 * One build's side of the runtime. `seen` has a cell per site: 0 sends the realised code to the runtime, anything
 * else lets it pass. No method throws; `value`, `after`, `suspend`, `resume`, `importing`, `imported`,
 * `snapshot`, `requiring` and `required` return what they are given.
 */
export interface Build {
  readonly seen: Uint32Array;
  /** Called first in a chunk: its sites and getters. */
  chunk(table: ChunkTable): void;
  start(module: number): void;
  end(module: number): void;
  /** A read of an identifier of the chunk, about to happen. */
  read(site: number, get: () => unknown): void;
  /** A read of a member of a namespace object that the bundler printed, about to happen. */
  probe(site: number): void;
  /** A read of a member, whose value is here. */
  value<T>(site: number, value: T): T;
  /** Gives nothing when it is iterated, and runs nothing of the program. */
  readonly none: Iterable<never>;
  /** A read of which no value can be taken: a method of an object that only the program may touch. */
  note(site: number): void;
  /** A write that has happened, and the new value where it can be told. */
  write(site: number, value?: unknown): void;
  /** A write by an expression with another value (`n++`, a pattern): that value, then as `write`. */
  after<T>(result: T, site: number, value?: unknown): T;
  /** Stands in for a target in a pattern or a loop's head: what is assigned to its `value` goes to `assign`. */
  target(site: number, assign: (value: unknown) => void): { value: unknown };
  /** `++` or `--` after a member: the old value, by how much it changes. */
  step<T>(old: T, site: number, by: number): T;
  /** A binding has left its temporal dead zone, or has its first value. */
  init(site: number, value: unknown): void;
  suspend<T>(site: number, awaited: T): T;
  resume<T>(site: number, value: T): T;
  /** A block that declares `await using` begins: it waits when it is left. */
  disposal(site: number): void;
  /** What such a block declares last of all: disposed of before the rest, it tells that the wait begins. */
  disposing(site: number): object | null;
  /** The block has been left. */
  disposed(site: number): void;
  /** A `catch` or `finally` runs around an await of the module, which goes on if it was suspended. */
  caught(module: number): void;
  /** A dynamic import, about to happen; of a module known at run time with what was asked for, which is returned. */
  importing<T>(site: number, specifier?: T): T;
  /** The promise of a dynamic import that the program waits for. */
  imported<T>(site: number, promise: T): T;
  /** Reads of members of the namespace that a dynamic import gave, about to happen all at once. */
  snapshot<T>(namespace: T, ...sites: number[]): T;
  /** The function that runs a CommonJS module is about to be called; of one known at run time with what was asked for. */
  requiring<T>(site: number, specifier?: T): T;
  /** What that function returned. */
  required<T>(site: number, exports: T): T;
}

// --- what the builds of a page or process share ---------------------------------------------------------------

type WithoutBase<E> = E extends TraceEvent ? Omit<E, 'seq' | 'time'> : never;
/** An event that has no place in the trace yet. */
export type NewEvent = WithoutBase<TraceEvent>;

/** The trace, as a build writes it. */
export interface Realm {
  readonly trace: Trace;
  /** Those of {@link Trace.modules}, where a build puts its own. */
  readonly modules: Record<string, TracedModule>;
  /** Adds an event and tells subscribers; returns the event as it stands in the trace. */
  log(event: NewEvent): TraceEvent;
  /** Counts what the program can repeat: whether it is among the first `limit`, or is not to be lost. */
  admit(limit: number, isVital: boolean): boolean;
  /** The process exits, or the page is hidden. */
  onExit(listener: () => void): void;
  /** Nothing caught an error: its text, and whether it may be of a promise that no module waits for. */
  onError(listener: (text: string, isRejection: boolean) => void): void;
  /** Counts what must not reach the program. */
  fail(): void;
}

/** A trace as bundles of one version find it: the way in for their builds is not enumerable. */
export interface Installed extends Trace {
  /** Each bundle has a runtime of its own, whose parts are those that it can use. */
  connect(createBuild: (realm: Realm) => Build): Build;
}
