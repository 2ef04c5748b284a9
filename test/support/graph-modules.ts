import type { Program } from 'estree';
import { parseAst } from 'rollup/parseAst';
import type { GraphModule } from '../../src/manifest/graph.ts';
import type { ModuleRecord, WantedSites } from '../../src/model.ts';
import { createLocator, positionsIn } from '../../src/places/positions.ts';
import { recordModule } from '../../src/record/record.ts';

/** Texts of modules by their ids. */
export type Sources = Record<string, string>;

/**
 * Modules that name each other by their ids; whatever else they name is external, `nowhere` was not resolved, and
 * `also a` stands for `a`.
 */
export const graphModules = (
  sources: Sources,
  wantedOf = (_id: string): WantedSites => ({ bindings: true, reads: true, writes: true }),
): GraphModule[] =>
  Object.entries(sources).map(([id, code]) => {
    const program = parseAst(code) as Program;
    const recorded = recordModule({ code, program, wanted: wantedOf(id) }).record;
    const record: ModuleRecord = {
      version: '',
      token: id,
      ...recorded,
      positions: positionsIn(createLocator(code), recorded),
    };
    const requested = record.requests.map(({ specifier }) =>
      specifier === 'nowhere' ? null : specifier.replace(/^also /, ''),
    );
    return { id, record, requested, dynamic: new Map() };
  });
