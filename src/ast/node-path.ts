import type { Node } from 'estree';

/** A node of Rollup's parser: it always has its range, in UTF-16 code units. */
export type Ranged<T extends Node = Node> = T & { start: number; end: number };

/** A node with its ancestors: `key` is the property of the parent that holds the node, or holds the array with it. */
export interface NodePath {
  node: Node;
  key: string;
  parent: NodePath | null;
}

export const isFunction = ({ type }: Node): boolean =>
  type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression';

export const startOf = (node: Node): number => (node as Ranged).start;
export const endOf = (node: Node): number => (node as Ranged).end;

/** Records the ancestors of the current node of a walk, from the program or from `root` on. */
export class Trail {
  private readonly root: NodePath | null;
  private readonly nodes: Node[] = [];
  private readonly keys: unknown[] = [];

  constructor(root: NodePath | null = null) {
    this.root = root;
  }

  enter(node: Node, key: unknown): void {
    this.nodes.push(node);
    this.keys.push(key);
  }

  leave(): void {
    this.nodes.pop();
    this.keys.pop();
  }

  /** An ancestor: 1 is the node entered last. */
  above(steps: number): Node | undefined {
    return this.nodes[this.nodes.length - steps];
  }

  /** Path of a child of the node entered last. Built on demand, because few nodes of a program need one. */
  pathTo(node: Node, key: unknown): NodePath {
    let parent = this.root;
    for (let depth = 0; depth < this.nodes.length; depth++) {
      parent = { node: this.nodes[depth] as Node, key: String(this.keys[depth]), parent };
    }
    return { node, key: String(key), parent };
  }
}
