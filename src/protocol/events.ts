/** Types of the trace's events. This file imports nothing. */

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
 * `uninitialized`: the binding is in its temporal dead zone, and reading it throws. `undefined`: reading it gives
 * undefined, because it was not initialized yet. `initialized`: it has its value.
 */
export type BindingState = 'uninitialized' | 'undefined' | 'initialized';

/** Status of a module's own body. ECMA-262's [[Status]] is coarser: all modules of a cycle share it. */
export type ModuleStatus = 'linked' | 'evaluating' | 'evaluating-async' | 'evaluated' | 'errored';

/** A position in the user's own source. */
export interface Loc {
  /** Path relative to `root`, with `/`. */
  file: string;
  /** 1-based. */
  line: number;
  /** 0-based, in UTF-16 code units. */
  column: number;
  /** Present where line and column are positions in compiled code, because its source map was not available. */
  compiled?: true;
}

interface EventBase {
  /** Index of the event in `events` of the trace. */
  seq: number;
  /** Milliseconds since the trace began, to the microsecond. */
  time: number;
}

/** A binding of an instantiated module, with its state before any module ran. */
export interface InstantiatedBinding {
  name: string;
  kind: BindingKind;
  state: BindingState;
  /**
   * True where the binding's chunk began before the module was instantiated, so that the trace could read the binding,
   * unless it was in its temporal dead zone. Else the state follows from the code.
   */
  observed: boolean;
}

/** A module was linked: its bindings exist. */
export interface InstantiateEvent extends EventBase {
  type: 'instantiate';
  module: string;
  chunk: string;
  /** Null for a module that `include` and `exclude` leave out: its bindings are not traced. */
  bindings: InstantiatedBinding[] | null;
}

/**
 * The chunk of a static entry, which may hold no module of its own (a facade), has reached its own body: the chunks that
 * it imports have run. The sequence of entries is that of these events.
 */
export interface EntryEvent extends EventBase {
  type: 'entry';
  module: string;
  chunk: string;
  /** As of an {@link EvaluateStartEvent}. */
  job: number;
}

/** A module's own body begins: the modules that it imports have run, except those that a cycle puts after it. */
export interface EvaluateStartEvent extends EventBase {
  type: 'evaluate-start';
  module: string;
  chunk: string;
  /**
   * Number of the job (ECMA-262 sec-jobs) in which it happened, counted by those in which modules of the build start: what
   * starts in one job was asked for at once.
   */
  job: number;
}

/** A module's own body has run to its end. */
export interface EvaluateEndEvent extends EventBase {
  type: 'evaluate-end';
  module: string;
  /** Milliseconds, without the time in which the module waited or modules ran that it required. */
  duration: number;
}

/** A module threw before its end. */
export interface EvaluateErrorEvent extends EventBase {
  type: 'evaluate-error';
  module: string;
  /** Text of the error. Absent until the host reports it, `thrown value` where the error has no message. */
  error?: string;
}

/** A top-level await begins to wait (`suspend`) or goes on (`resume`); so does each step of a `for await`. */
export interface SuspendEvent extends EventBase {
  type: 'evaluate-suspend' | 'evaluate-resume';
  module: string;
  loc: Loc;
}

/** A dynamic import: the request, and its outcome where that shows without touching the promise. */
export interface ImportEvent extends EventBase {
  type: 'import-start' | 'import-end' | 'import-error';
  importer: string;
  loc: Loc;
  /** The requested module; absent where it is known only at run time, and for one outside the build. */
  module?: string;
  /** The specifier, where `module` is absent and the specifier is a string. */
  specifier?: string;
  /** `import-start`: status of the module at the request. An `evaluated` module is not evaluated again. */
  status?: ModuleStatus;
  /** `import-end` and `import-error`: `seq` of the `import-start`. */
  start?: number;
  /** `import-error`: text of the error. */
  error?: string;
}

/** A `require` of a CommonJS module that @rollup/plugin-commonjs wraps in a function. */
export interface RequireEvent extends EventBase {
  type: 'require-start' | 'require-end' | 'require-error';
  importer: string;
  loc: Loc;
  module: string;
  /** `require-start`: status of the module at the call. While it is `evaluating`, its exports are incomplete. */
  status?: ModuleStatus;
}

/** A binding gets its first value, and leaves its temporal dead zone. */
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
  /** The value before; absent where it was not seen, and with `values: false`. */
  previous?: string;
  loc: Loc;
  /** Number of writes since the last logged one that nothing had read (`writes: 'observed'`); absent for 0. */
  unobserved?: number;
}

/** A module read a binding that it imports. */
export interface ReadEvent extends EventBase {
  type: 'read';
  importer: string;
  loc: Loc;
  /** The module that declares the binding, behind any chain of re-exports; the id of an external. */
  module: string;
  /** The binding's name there (ECMA-262 [[BindingName]]; `default` for a default expression). */
  name: string;
  /** The importer's own name for it; `ns.x` through a namespace. */
  local: string;
  state: BindingState;
  /** Absent where the read threw, where the trace could not see the value, and with `values: false`. */
  value?: string;
  /** Whether the body of the declaring module had not ended. */
  early: boolean;
  /** Present where the importer keeps the value, not the binding: `const { x } = await import('./x.js')`. */
  snapshot?: true;
}

/** Any event of the trace; `type` decides which. */
export type TraceEvent =
  | InstantiateEvent
  | EntryEvent
  | EvaluateStartEvent
  | EvaluateEndEvent
  | EvaluateErrorEvent
  | SuspendEvent
  | ImportEvent
  | RequireEvent
  | InitializeEvent
  | WriteEvent
  | ReadEvent;
