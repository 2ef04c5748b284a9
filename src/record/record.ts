/** AST of a module → its record. */
import type { Program } from 'estree';
import type { ModuleRecord, WantedSites } from '../model.ts';
import { readEntries } from './entries.ts';
import { createLocator } from './positions.ts';
import { findSites } from './sites.ts';

export interface RecordInput {
  id: string;
  code: string;
  program: Program;
  /** Of the transforms before ours; null where there were none. */
  map: Parameters<typeof createLocator>[2];
  wanted: WantedSites;
}

/** A record whose marks have no token yet, and the offset of each site's mark. */
export interface Recorded {
  record: Omit<ModuleRecord, 'token'>;
  offsets: number[];
}

export function recordModule({ id, code, program, map, wanted }: RecordInput): Recorded {
  const locate = createLocator(code, id, map);
  const entries = readEntries(program, locate);
  const found = findSites(program, code, entries, locate, {
    reads: wanted.includes('reads'),
    writes: wanted.includes('writes'),
  });
  const { importsByLocal: _imports, bindingsByLocal: _bindings, ...plain } = entries;
  return {
    record: { wanted, ...plain, sites: found.map(({ site }) => site) },
    offsets: found.map(({ offset }) => offset),
  };
}
