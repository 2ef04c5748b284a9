import type { Node } from 'estree';

/** A node of Rollup's parser: it always has its range, in UTF-16 code units. */
export type Ranged<T extends Node = Node> = T & { start: number; end: number };

/** Where a node hangs: the property of its parent, and the parent's own place. */
export interface Ancestor {
  node: Node;
  key: string;
  parent: Ancestor | null;
}

export const startOf = (node: Node): number => (node as Ranged).start;
export const endOf = (node: Node): number => (node as Ranged).end;
