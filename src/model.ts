/** The data model of the build: records of modules, and their sites. */
import type { BindingKind } from './protocol/events.ts';
import type { ReadGuard } from './protocol/manifest.ts';
import type { ModuleRow } from './protocol/tables.ts';

export type { ReadGuard };

/** A position in the user's own source: 1-based line, 0-based column in UTF-16 code units. */
export interface Position {
  line: number;
  column: number;
  /** Absent where the file is the module itself. */
  file?: string;
}

/** A source map with encoded mappings (ECMA-426). */
export interface RawMap {
  version: 3;
  names: string[];
  sources: (string | null)[];
  sourcesContent?: (string | null)[];
  mappings: string;
}

interface Recorded {
  /** UTF-16 code units from the start of the code that was recorded. */
  offset: number;
}

/** A requested module (ECMA-262 [[RequestedModules]]): each specifier once, in source order. */
export interface ModuleRequest extends Recorded {
  specifier: string;
  /**
   * Set if a transform after ours changed the code: index of the specifier in the code that was parsed in the end, -1
   * if it has none.
   */
  index?: number;
}

/**
 * ECMA-262 ImportEntry; `request` is an index of `requests`, `name` is null for a namespace object. The namespace of a
 * dynamic import is an entry too: `dynamic` is the index of its site, and `request` is -1.
 */
export interface ImportEntry {
  local: string;
  request: number;
  name: string | null;
  dynamic?: number;
}

/** A binding that the module declares and exports. A default expression's name is `default`. */
export interface Binding extends Recorded {
  name: string;
  kind: Exclude<BindingKind, 're-export' | 'namespace'>;
  /** Of `export default a`: `a`, unless that is an import. */
  local?: string;
}

export interface LocalExport {
  name: string;
  /** Index of `bindings`. */
  binding: number;
}

/** `export { imported as name } from`; `imported` is null for the namespace object (`export * as name from`). */
export interface IndirectExport {
  name: string;
  request: number;
  imported: string | null;
}

/**
 * A place in the code of a module that gets a mark. Its number is its index in `sites`. By kind, the mark goes:
 * - `default`: before an `export default` without a name of its own.
 * - `declaration`: after the declared name of an exported binding.
 * - `read`: after a reference to an import; for a namespace object after the chain of member names (`path`). With a
 *   `variable`, which keeps a member of a dynamic import's namespace, after that variable.
 * - `write`: after the target of a write to an exported binding; or to the variable `a` of `export default a` where that
 *   is not exported itself, since Rollup may use `a` for the default binding.
 * - `await`: after the keyword of a top-level await.
 * - `disposal`: after a name that a block or loop declares by `await using`.
 * - `require`: after the name of the function that runs an imported CommonJS module, or (`isVariable`) of the helper
 *   that returns a `require` function for specifiers known only at run time.
 * - `body`: before and after the code of a CommonJS module in its function.
 * - `import`: after a dynamic import; `specifier` is null where it is known only at run time.
 */
export type Site = Recorded &
  (
    | { kind: 'default'; binding: number }
    | { kind: 'declaration'; binding: number }
    | {
        kind: 'read';
        import: number;
        path: string[];
        variable?: string;
        /** Evaluating the module runs it for sure. */
        isUnconditional?: true;
        /** A class extends it. */
        isHeritage?: true;
        /** It throws at once where it gives `undefined`. */
        isFatalUndefined?: true;
        guard?: ReadGuard;
      }
    | { kind: 'write'; binding: number }
    | { kind: 'await' }
    | { kind: 'disposal' }
    | { kind: 'import'; specifier: string | null }
    | { kind: 'require'; import: number; isVariable?: true }
    | { kind: 'body'; edge: 'start' | 'end' }
  );

/**
 * What a CommonJS module does with a property of exports. With a `site`, the number of a `require`, it reads the property
 * of what that returned, when it runs and for sure. Else it assigns its own.
 */
export interface Property extends Recorded {
  /** Empty where it may be any: `exports` is handed on, or replaced by nobody knows what. */
  name: string;
  site?: number;
  /** It comes with `module.exports = …`: in place of another object, or of nothing, where the bundle has none before. */
  replaces?: 'object' | 'nothing';
}

/**
 * Which sites of a module are recorded. Those of its phases (awaits, dynamic imports, requires) always are. `bindings`
 * are declarations of exported bindings, and false for a module that is not included.
 */
export interface WantedSites {
  bindings: boolean;
  reads: boolean;
  writes: boolean;
}

/** Record of a module (ECMA-262 Source Text Module Record), kept in Rollup's `meta`, so it has to be plain JSON. */
export interface ModuleRecord {
  /** Version of the plugin that made it. */
  version: string;
  /** Token of its marks; the module's own code does not contain it. */
  token: string;
  wanted: WantedSites;
  requests: ModuleRequest[];
  imports: ImportEntry[];
  localExports: LocalExport[];
  indirectExports: IndirectExport[];
  /** `export * from`: indices of `requests`. */
  starExports: number[];
  bindings: Binding[];
  sites: Site[];
  /** Of a CommonJS module that is wrapped in a function. */
  properties?: Property[];
  /** ECMA-262 [[HasTLA]]: an `await` at its top level, be it one that has no site. */
  hasTLA?: true;
  positions: Positions;
  /** Its positions are in compiled code, because no source map was available. */
  isCompiled?: true;
}

/** Positions of a record's requests, bindings, sites and properties, by their index. */
export interface Positions {
  requests: Position[];
  bindings: Position[];
  sites: Position[];
  properties?: Position[];
}

/** The resolved target of a read, a dynamic import or a require. */
export interface Target {
  /** Index of the module; the id or specifier of one outside the build; null where it is known only at run time. */
  module: number | string | null;
  /** Index of the binding; -1 for the namespace object; the binding's name where no declaration is known. */
  binding: number | string;
  /** Name of the binding in a module that is not included, where its declaration has no mark. */
  name?: string;
}

/** A site that is realised in a chunk, from which its row of the table is made. `site` is its index in the record. */
export type RealisedSite = { module: number; site: number } & (
  | { kind: 'r' | 's'; target: Target; local: string }
  | { kind: 'w' | 'i'; binding: number }
  | { kind: 'd'; target: Target; isAwaited: boolean }
  | { kind: 'q'; target: Target }
  | { kind: 'a' }
);

/** A module of the build; `index` is its index in the build's table. */
export interface ChunkModule {
  index: number;
  record: ModuleRecord;
  /** As in {@link ModuleRow}. */
  phases: ModuleRow['phases'] | undefined;
  /**
   * By site, the targets of a read, a dynamic import or a require: one for each number of member names (`ns`, `ns.a`,
   * `ns.a.b`); null where the name resolves to nothing.
   */
  targets: readonly (readonly (Target | null)[])[];
}
