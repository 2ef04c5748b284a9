/** The manifest: the module graph as the source has it, and what the bundler did with it. */
import type { BindingKind, BindingState } from './events.ts';

/** Version of the manifest's shape. */
export const MANIFEST_VERSION = 1;

/** Modules refer to each other by their index in `modules`. */
export interface Manifest {
  version: typeof MANIFEST_VERSION;
  modules: readonly ManifestModule[];
  /** Static entries, in the order in which the bundler lists their chunks. */
  entries: readonly number[];
  /** Format of the output, as `es`. A bundle carries it only with `chunks`. */
  format?: string;
  /**
   * A bundle carries them only where an entry's chunk is imported by another one, or where a chunk may wait for itself.
   * Of each it has the imports and the entry; the file only in the latter case, else `file` is empty.
   */
  chunks?: readonly ManifestChunk[];
}

/** A chunk of the output. */
export interface ManifestChunk {
  /** File name. */
  file: string;
  /** Modules of which it has statements, in the order in which it has them. */
  modules: readonly number[];
  /** Chunks that it imports statically (indices of `chunks`), in the order of its imports. */
  imports: readonly number[];
  /** The static entry whose chunk it is. */
  entry?: number;
}

/** A module record (ECMA-262 Source Text Module Record), and where the bundle has it. */
export interface ManifestModule {
  /** Relative to `root`, with `/`. */
  path: string;
  /** File name of its chunk; absent for a module of which the bundle has no statement. */
  chunk?: string;
  /**
   * `true` where the bundle shows the start and end of its body; `required` for a CommonJS module that is wrapped in a
   * function and runs when it is required; absent where the bundle shows neither start nor end.
   */
  phases?: true | 'required';
  /** `include` and `exclude` leave it out: nobody looked for its reads. */
  isExcluded?: true;
  /** Its lines and columns are positions in compiled code. */
  isCompiled?: true;
  /** ECMA-262 [[HasTLA]]: its source has an `await` at its top level, reached or not. */
  hasTLA?: true;
  /** Requested modules of this build, in source order, each once (ECMA-262 [[RequestedModules]]). */
  requests: readonly ManifestRequest[];
  bindings: readonly ManifestBinding[];
  /** Names that it imports and reads. Absent where nobody looked for them. */
  imports?: readonly ManifestImport[];
  /** Of a CommonJS module with `phases: 'required'`: where its body assigns properties of `exports`, in source order. */
  exportsAt?: readonly ManifestProperty[];
  /** Of such a module: the `require` calls of whose value it reads properties by name, for sure, when it runs. */
  requires?: readonly ManifestRequire[];
}

/** A property of `exports`. */
export interface ManifestProperty {
  /** Empty where it may be any: `exports` is handed on to other code, or replaced by nobody knows what. */
  name: string;
  /** 1-based. */
  line: number;
  /** 0-based, in UTF-16 code units. */
  column: number;
  /**
   * It comes with `module.exports = …`: in place of another object, or of nothing, where the bundle has no object before
   * that, as \@rollup/plugin-commonjs prints it.
   */
  replaces?: 'object' | 'nothing';
}

/** A `require` call of a CommonJS module. */
export interface ManifestRequire {
  /** The required module. */
  module: number;
  /** 1-based. */
  line: number;
  /** 0-based, in UTF-16 code units. */
  column: number;
  /** The properties that are read, each where it is read first. */
  reads: readonly ManifestProperty[];
}

/** A module that another one requests. */
export interface ManifestRequest {
  module: number;
  /** 1-based line of the first import or re-export of the module, where it is known. */
  line?: number;
  /**
   * Something else than `imports` needs it too: a re-export, an import without names, a name that is not in `imports`,
   * or a namespace object that is passed on as a whole. True where `imports` is absent.
   */
  isKept?: true;
  /** The module imports names through it, reads none of them, and needs it for nothing else. */
  isUnread?: true;
}

/** A binding that the module declares and exports. */
export interface ManifestBinding {
  name: string;
  kind: BindingKind;
  /** 1-based. */
  line: number;
  /** 0-based, in UTF-16 code units. */
  column: number;
  /** The name under which the module exports it, where that is another one: `b` of `export { a as b }`. */
  exportedAs?: string;
  /**
   * Its state in the bundle before any module runs, by the declaration that the bundler printed; absent where the bundle
   * has no such binding.
   */
  state?: BindingState;
  /** Of `export default a`: `a`, unless that is an import. A bundle carries it only where `a` is written. */
  local?: string;
  /** Where the module writes `local`, its declaration aside; absent if nowhere. A bundle does not carry it. */
  writes?: readonly ManifestWrite[];
  /** This build has no variable for the binding: importers, if there are any, get `local` itself and see its writes. */
  isAliased?: true;
}

/** A place that writes a variable. */
export interface ManifestWrite {
  /** 1-based. */
  line: number;
  /** 0-based, in UTF-16 code units. */
  column: number;
  /** Its file, where that is not the module itself. */
  file?: string;
}

/** A name that a module imports statically and reads. */
export interface ManifestImport {
  /** The importer's own name for it; `ns.x` through a namespace object. As `local` of a read. */
  local: string;
  /** The module that declares the binding. */
  module: number;
  /** Index of `bindings` there; -1 for the namespace object. */
  binding: number;
  /**
   * The modules through which the name resolves (ECMA-262 ResolveExport): first the one that the importer requests, last
   * the one that declares the binding.
   */
  way: readonly number[];
  /** Evaluating the module reads it for sure: at its top level, in no branch, loop, `try` or function, after no `throw`. */
  isUnconditional?: true;
  /** The bundler dropped the reads for which `isUnconditional` stands. */
  isDropped?: true;
  /** Beside `isDropped`: the bundler may have put the value of a constant in their place. */
  isInlined?: true;
  /**
   * The first of the reads for which `isUnconditional` stands. A bundle carries it only with `isDropped`, and nothing of
   * `throwsAt`.
   */
  at?: ReadPosition;
  /** The first of these that throws at once where it gives `undefined`: `a()`, `a.b`, `extends a`. */
  throwsAt?: ReadPosition;
  /** A class extends it, so it can't be read any later. */
  isHeritage?: true;
  /** What each read of it is prepared for; the weaker one where they differ, absent where one is prepared for nothing. */
  guard?: ReadGuard;
}

export interface ReadPosition {
  /** 1-based. */
  line: number;
  /** 0-based, in UTF-16 code units. */
  column: number;
  /** Present where it is not the module itself. */
  file?: string;
}

/** What code does that is prepared for a read without a value: `catch` an error, or `test` for `undefined`. */
export type ReadGuard = 'catch' | 'test';
