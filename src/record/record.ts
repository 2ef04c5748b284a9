/** AST of a module → its record. */
import type { Program } from 'estree';
import type { ModuleRecord, WantedSites } from '../model.ts';
import { readEntries } from './entries.ts';
import { propertiesIn } from './properties.ts';
import { findSites } from './sites.ts';

export interface RecordInput {
  code: string;
  program: Program;
  wanted: WantedSites;
}

/** Sites of a module that is not included. */
export const PHASES_ALONE: WantedSites = { bindings: false, reads: false, writes: false };

export const isIncluded = ({ bindings }: WantedSites): boolean => bindings;

/**
 * Words without which no function has a site of its module's phases: a dynamic import, or the names that
 * \@rollup/plugin-commonjs uses for modules that run when they are required and for `require` of a variable.
 */
const WORDS_IN_FUNCTIONS = /\bimport\s*[(/]|\b__require\b|\bcreateCommonjsRequire\b/;

/** Words without which code has no site of its phases: those, or an await. */
export const PHASE_WORDS = new RegExp(`\\bawait\\b|${WORDS_IN_FUNCTIONS.source}`);

export const mayHavePhaseSites = (code: string): boolean => PHASE_WORDS.test(code);

/** A record whose marks have no token yet, and the offset at which each site's mark goes. */
export interface Recorded {
  record: Omit<ModuleRecord, 'version' | 'token' | 'positions'>;
  marks: number[];
}

export function recordModule({ code, program, wanted }: RecordInput): Recorded {
  const entries = readEntries(program);
  const withFunctions = isIncluded(wanted) || WORDS_IN_FUNCTIONS.test(code);
  const { sites, hasTLA } = findSites({ program, code, entries, wanted, withFunctions });
  const { importsByLocal: _imports, bindingsByLocal: _bindings, ...plain } = entries;
  const found = sites.map(({ site }) => site);
  const properties = propertiesIn(program, entries, found);
  return {
    record: {
      wanted,
      ...plain,
      sites: found,
      ...(properties.length > 0 && { properties }),
      ...(hasTLA && { hasTLA }),
    },
    marks: sites.map(({ mark }) => mark),
  };
}
