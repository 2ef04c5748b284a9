/** One output of a build: its chunks, traced one by one, and what they hold together. */

import type { Program } from 'estree';
import type MagicString from 'magic-string';
import type { BuildTable, RuntimeSettings } from './protocol.ts';
import { type ChunkContents, realise } from './realise/realise.ts';
import type { Numbering } from './record/numbering.ts';
import { buildTable, type RenderedModule } from './record/table.ts';

export interface OutputInput {
  numbering: Numbering;
  settings: RuntimeSettings;
  /** Text of the runtime. */
  runtime: string;
  /** Ids of static entries, and of targets of dynamic imports. */
  entries: { static: Iterable<string>; dynamic: Iterable<string> };
  /** Whether a module's start and end are shown. */
  hasPhases(id: string): boolean;
  pathOf(file: string): string;
}

/** The traced chunk; null where no module of it has a statement. */
export function traceChunk(
  output: OutputInput,
  fileName: string,
  code: string,
  program: Program,
): MagicString | null {
  const { numbering, hasPhases } = output;
  return realise({
    code,
    program,
    moduleOf: numbering.moduleOf,
    hasPhases: ({ index }) => hasPhases(numbering.modules[index]?.id ?? ''),
    resolve: ({ module, site }) =>
      site.kind === 'read' ? numbering.targetOf(module.index, site.import, site.path) : null,
    pathOf: output.pathOf,
    runtime: output.runtime,
    table: (contents) => tableOf(output, new Map([[fileName, contents]])),
  });
}

function tableOf(output: OutputInput, chunks: ReadonlyMap<string, ChunkContents>): BuildTable {
  const { numbering, settings, entries, hasPhases, pathOf } = output;
  const rendered = new Map<number, RenderedModule>();
  let cells = 0;
  for (const [chunk, { modules, declared, sites }] of chunks) {
    cells += sites;
    for (const module of modules) {
      const states = new Map(
        declared.filter((binding) => binding.module === module).map(({ binding, state }) => [binding, state]),
      );
      rendered.set(module, { chunk, states, hasPhases: hasPhases(numbering.modules[module]?.id ?? '') });
    }
  }
  return buildTable({ numbering, settings, entries, pathOf, rendered, cells, sites: [] });
}
