/** Events of the trace, its words, and the object that it stands in. It imports nothing. */

/** Version of the events and of the installed object. Runtimes of one version share a realm. */
export const PROTOCOL_VERSION = 1;

/** The runtime installs itself at `globalThis[Symbol.for(REALM_KEY)]`. */
export const TRACE_KEY = 'module-phases';

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
