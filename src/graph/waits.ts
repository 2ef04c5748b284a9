import type { Edges } from './edges.ts';

/**
 * What waits for what in a bundle, with modules and chunks as nodes: chunk 0 has the number behind the last module. A
 * module waits for its chunk; without one, for what it requests. A chunk waits for the chunks that it imports, and for
 * the targets of the import() that its modules await. A target in the same chunk is no wait: it is there already.
 *
 * @param chunkOf by module
 * @param imports by chunk: the chunks that it imports
 */
export function waitsOf(
  requests: Edges,
  chunkOf: readonly (number | undefined)[],
  imports: Edges,
  awaited: readonly (readonly [importer: number, target: number])[],
): Edges {
  const size = requests.length;
  const waits: number[][] = [];
  for (let module = 0; module < size; module++) {
    const chunk = chunkOf[module];
    waits[module] = chunk === undefined ? (requests[module] as number[]) : [size + chunk];
  }
  for (let chunk = 0; chunk < imports.length; chunk++) {
    const list: number[] = [];
    const imported = imports[chunk] as readonly number[];
    for (let i = 0; i < imported.length; i++) list[i] = size + (imported[i] as number);
    waits[size + chunk] = list;
  }
  for (let i = 0; i < awaited.length; i++) {
    const [importer, target] = awaited[i] as readonly [number, number];
    const chunk = chunkOf[importer];
    if (chunk === undefined || chunkOf[target] === chunk) continue;
    const list = waits[size + chunk] as number[];
    list[list.length] = target;
  }
  return waits;
}
