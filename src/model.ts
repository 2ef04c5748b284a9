/** Nouns of the build: the record of a module and the sites in it. It imports only words. */
import type { BindingKind } from './protocol/events.ts';

/** In the user's own source: 1-based line, 0-based column; `file` where it is not the module itself. */
export interface Position {
  line: number;
  column: number;
  file?: string;
}

/** In the code that was recorded. */
interface Recorded {
  offset: number;
}

/** A requested module (ECMA-262 [[RequestedModules]]): each specifier once, in source order. */
export interface ModuleRequest extends Recorded {
  specifier: string;
  /**
   * Its index among the specifiers of the code that was parsed in the end, -1 where that has none, if a transform after
   * ours changed the code.
   */
  index?: number;
}

/**
 * ECMA-262 ImportEntry; `request` is an index of `requests`, `name` is null for a namespace object. What a dynamic
 * import gives is an entry too: `dynamic` is the index of its site, and `request` is -1.
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
 * A place that carries a mark; its number is its index in `sites`.
 * - `default`: before `export default` of what has no name of its own.
 * - `declaration`: after the name, where an exported binding is declared.
 * - `read`: after a reference to an import; for a namespace object after the names of members taken of it (`path`).
 *   With a `variable` it stands after that, which keeps a member of what a dynamic import gave.
 * - `write`: after the target, where an exported binding is written.
 * - `await`: after the keyword of a top-level await.
 * - `require`: after the name of the function that runs an imported CommonJS module, or (`isVariable`) of the one that
 *   makes a function which finds the module as the program runs.
 * - `body`: before the code of a CommonJS module in its function, and after it.
 * - `import`: after a dynamic import; its specifier where the source has it.
 */
export type Site = Recorded &
  (
    | { kind: 'default'; binding: number }
    | { kind: 'declaration'; binding: number }
    | { kind: 'read'; import: number; path: string[]; variable?: string }
    | { kind: 'write'; binding: number }
    | { kind: 'await' }
    | { kind: 'disposal' }
    | { kind: 'import'; specifier: string | null }
    | { kind: 'require'; import: number; isVariable?: true }
    | { kind: 'body'; edge: 'start' | 'end' }
  );

/**
 * Which sites of a module are recorded beside those of its phases: awaits, dynamic imports and requires. `bindings` are
 * the declarations of what it exports; a module without them is not included.
 */
export interface WantedSites {
  bindings: boolean;
  reads: boolean;
  writes: boolean;
}

/** What the plugin knows of a module (ECMA-262 Source Text Module Record), kept in Rollup's `meta`: plain JSON. */
export interface ModuleRecord {
  /** Of the plugin that made it. */
  version: string;
  /** Of its marks; the module's own code does not contain it. */
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
  positions: Positions;
  /** Its positions are those of compiled code: the source map was gone when it was made. */
  isCompiled?: true;
}

/** Of a record, by the indices that it has. */
export interface Positions {
  requests: Position[];
  bindings: Position[];
  sites: Position[];
}

/** What a binding is read from: see {@link RealisedSite}. */
export interface Target {
  /** Its number, or what it is called where it is none of the build's; null where only running tells. */
  module: number | string | null;
  /** Its index, -1 for the namespace object; its name where no declaration is known. */
  binding: number | string;
  /** Its name in its module, if that is not included: its declaration has no mark. */
  name?: string;
}

/** A site of a module that is realised in a chunk: what its {@link SiteRow} is made of. `site` is its index. */
export type RealisedSite = { module: number; site: number } & (
  | { kind: 'r' | 's'; target: Target; local: string }
  | { kind: 'w' | 'i'; binding: number }
  | { kind: 'd'; target: Target; isAwaited: boolean }
  | { kind: 'q'; target: Target }
  | { kind: 'a' }
);
