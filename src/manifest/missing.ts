/** Finds modules that are not included but whose records are needed. */
import { onCycle } from '../graph/components.ts';
import type { ModuleRecord } from '../model.ts';
import { createGraph, edgesOf, type GraphModule, NOT_RECORDED } from './graph.ts';

/** Records modules that are not included where other modules need their records; some may have none to give. */
export async function recordMissing(
  modules: readonly GraphModule[],
  record: (id: string) => Promise<ModuleRecord | undefined>,
): Promise<void> {
  const tried = new Set<GraphModule>();
  let missing = unrecordedOnCycles(modules);
  do {
    await Promise.all(
      missing.map(async (module) => {
        tried.add(module);
        module.record = (await record(module.id)) ?? NOT_RECORDED;
      }),
    );
    missing = unrecordedForReads(modules).filter((module) => !tried.has(module));
  } while (missing.length > 0);
}

/** Modules without a record that are on an import cycle. */
function unrecordedOnCycles(modules: readonly GraphModule[]): GraphModule[] {
  const isCircular = onCycle(edgesOf(modules));
  return modules.filter(({ record }, number) => record === NOT_RECORDED && isCircular[number]);
}

/**
 * Modules without a record in which the resolution of a read looks for a name. Called again after they are recorded,
 * since their records can lead to more.
 */
function unrecordedForReads(modules: readonly GraphModule[]): GraphModule[] {
  const searched = searchedForReads(modules);
  return modules.filter(({ id }) => searched.has(id));
}

function searchedForReads(modules: readonly GraphModule[]): ReadonlySet<string> {
  const graph = createGraph(new Map(modules.map((module) => [module.id, module])));
  for (const module of modules) {
    const resolved = new Set<string>();
    for (const site of module.record.sites) {
      if (site.kind !== 'read') continue;
      const read = [site.import, ...site.path].join();
      if (!resolved.has(read)) graph.resolveImport(module, site.import, site.path);
      resolved.add(read);
    }
  }
  return graph.unrecorded;
}
