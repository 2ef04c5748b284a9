/**
 * Namespace objects that Rollup prints, with the option `namespaces: 'traced'`:
 *
 * 1. `get n () { return n; }`  →  `get n () { return (guard,n); }`
 */
import type { Node } from 'estree';
import { endOf, startOf } from '../ast/node-path.ts';
import { type ChunkContext, type DeclaredBinding, guard } from './context.ts';
import type { Edits } from './edits.ts';
import { nameOf, namespaceOf, returnedBy } from './printed-by-rollup.ts';

/**
 * The reader is unknown, so the event names the module that declares the binding, and the position of the declaration.
 */
export function realiseNamespaces(context: ChunkContext, statements: readonly Node[], edits: Edits): void {
  const bindings = new Map([...context.declared.values()].map((binding) => [binding.expression, binding]));
  const numbers = new Map<DeclaredBinding, number>();
  for (const property of statements.flatMap((statement) => namespaceOf(statement)?.properties ?? [])) {
    const read = property.type === 'Property' ? returnedBy(property) : undefined;
    const binding = read?.type === 'Identifier' ? bindings.get(read.name) : undefined;
    if (property.type !== 'Property' || !read || !binding) continue;
    const { module, binding: index, expression, site } = binding;
    const target = { module, binding: index };
    // Several objects can have the binding, such as that of a barrel: they share one site.
    const number =
      numbers.get(binding) ??
      context.first +
        context.sites.push({ kind: 'r', module, site, target, local: `*.${nameOf(property)}` }) -
        1;
    numbers.set(binding, number);
    const text = guard(context, number, `read(${number},()=>${expression})`);
    edits.wrapRange(startOf(read), endOf(read), `(${text},`, ')');
  }
}
