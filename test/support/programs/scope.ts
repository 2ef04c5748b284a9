/** What a piece of a generated program may name. */
export type Shape = 'number' | 'object' | 'array' | 'function' | 'class' | 'namespace' | 'any';

/** An import, or a member of an imported namespace; or the namespace as a whole. */
export interface Reference {
  /** As the importer writes it. */
  local: string;
  /** `module#name` of the declaration. */
  binding: string;
  shape: Shape;
}

/** A binding of the module's own that it exports and may write. */
export interface Target {
  local: string;
  binding: string;
}

export interface Scope {
  file: string;
  reads: readonly Reference[];
  writes: readonly Target[];
  /** Variables of the surrounding functions and blocks. */
  locals: readonly string[];
  /** What `await` is here: of the module, of an async function, or not allowed. */
  awaits: 'module' | 'function' | 'never';
  inGenerator: boolean;
  inFunction: boolean;
  inLoop: boolean;
  /** Labels around, of loops and of blocks. */
  labels: readonly { name: string; isLoop: boolean }[];
}

/** The scope of a function's body. */
export const inFunction = (scope: Scope, kind: { async?: boolean; generator?: boolean } = {}): Scope => ({
  ...scope,
  awaits: kind.async ? 'function' : 'never',
  inGenerator: kind.generator ?? false,
  inFunction: true,
  inLoop: false,
  labels: [],
});

/** The scope of an arrow function's parameters, or of a class's fields. */
export const withoutAwait = (scope: Scope): Scope => ({ ...scope, awaits: 'never', inGenerator: false });

export const withLocals = (scope: Scope, ...names: readonly string[]): Scope => ({
  ...scope,
  locals: [...scope.locals, ...names],
});
