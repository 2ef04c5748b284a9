/** AST of a module → its record. */
import type { Program } from 'estree';
import type { ModuleRecord, WantedSites } from '../model.ts';
import { readEntries } from './entries.ts';
import { createLocator } from './positions.ts';
import { findSites } from './sites.ts';

export interface RecordInput {
  code: string;
  program: Program;
  wanted: WantedSites;
}

/** A record whose marks have no token yet, and the offset of each site's mark. */
export interface Recorded {
  record: Omit<ModuleRecord, 'version' | 'token'>;
  offsets: number[];
}

export function recordModule({ code, program, wanted }: RecordInput): Recorded {
  const locate = createLocator(code);
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
