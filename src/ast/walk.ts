/** Walks a tree. Builds walk each module several times, so this does nothing that they don't need. */
import type { Node } from 'estree';

/** What `enter` returns to leave out what is below the node; `leave` is not called with it then. */
export const SKIP = Symbol('skip');

export interface Visitor {
  /** `key` is the property of the parent that holds the node, or holds the array with it; the root has none. */
  enter?(node: Node, parent: Node | null, key: string | undefined): unknown;
  leave?(node: Node, parent: Node | null, key: string | undefined): void;
}

/** Calls the visitor with each node below the root, and with the root, in the order of their properties. */
export function walk(root: Node, visitor: Visitor): void {
  visit(root, null, undefined);

  function visit(node: Node, parent: Node | null, key: string | undefined): void {
    if (visitor.enter?.(node, parent, key) === SKIP) return;
    // Half of all nodes are identifiers, which have no children.
    if (node.type !== 'Identifier') {
      for (const name in node) {
        const value: unknown = node[name as keyof Node];
        if (isNode(value)) visit(value, node, name);
        else if (Array.isArray(value)) for (const item of value) if (isNode(item)) visit(item, node, name);
      }
    }
    visitor.leave?.(node, parent, key);
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
