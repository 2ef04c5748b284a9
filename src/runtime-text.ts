/** Joins the parts of the runtime that a bundle can use into one statement. */
import type { RuntimeSettings, SiteRow } from './protocol/tables.ts';

/**
 * Each is a file of `src/runtime/parts` or `sinks`, built on its own. A part comes after those that it imports from.
 */
export const RUNTIME_PARTS = [
  'core',
  'lines',
  'imports',
  'requires',
  'awaits',
  'deadlocks',
  'snapshots',
  'cycles',
  'findings',
  'tracks',
  'console',
] as const;

export type RuntimePart = (typeof RUNTIME_PARTS)[number];

/** By part: a statement that declares a variable of the part's name. */
export type RuntimeTexts = Readonly<Record<RuntimePart, string>>;

/**
 * Globals that the runtime uses by name. It reads them from `globalThis`, since the chunk around it may declare
 * variables of these names.
 */
const GLOBALS = [
  'Array',
  'Date',
  'Function',
  'Error',
  'JSON',
  'Map',
  'Math',
  'Number',
  'Object',
  'Promise',
  'Reflect',
  'Set',
  'String',
  'Symbol',
  'Uint32Array',
];

/** Parts from which others import; the other parts are passed to `createBuildOf`. */
const PROVIDERS: readonly RuntimePart[] = ['core', 'lines'];

/** Sinks, which get each event, and the settings by which they are included. They import from `lines`. */
const WANTED_SINKS = {
  tracks: ({ devtools }) => devtools,
  console: ({ console }) => console !== false,
} satisfies Partial<Record<RuntimePart, (settings: RuntimeSettings) => boolean>>;

export const SINKS = Object.keys(WANTED_SINKS) as readonly RuntimePart[];

/** By kind of site: the part that implements its calls. */
const PART_OF: Record<SiteRow[0], RuntimePart> = {
  r: 'core',
  s: 'core',
  w: 'core',
  i: 'core',
  d: 'imports',
  q: 'requires',
  a: 'awaits',
};

/** What decides which parts a bundle can use. */
interface Use {
  settings: RuntimeSettings;
  /** Of the surviving sites. */
  kinds: Iterable<SiteRow[0]>;
  /** Whether modules of the build import each other in a circle. */
  isCyclic: boolean;
}

export function partsFor({ settings, kinds, isCyclic }: Use): RuntimePart[] {
  const used = new Set<RuntimePart>(['core', 'findings']);
  if (isCyclic) used.add('cycles');
  for (const kind of kinds) {
    used.add(PART_OF[kind]);
    // A copy is of no interest unless something is written.
    if (kind === 'w') used.add('snapshots');
  }
  // Modules wait for each other only through an import().
  if (used.has('imports') && used.has('awaits')) used.add('deadlocks');
  for (const [sink, isWanted] of Object.entries(WANTED_SINKS)) {
    if (isWanted(settings)) used.add(sink as RuntimePart).add('lines');
  }
  return RUNTIME_PARTS.filter((part) => used.has(part));
}

/** A statement that declares `createBuild`. */
export function runtimeText(texts: RuntimeTexts, parts: readonly RuntimePart[]): string {
  const joined = parts.map((part) => texts[part]).join('');
  const passed = parts.filter((part) => !PROVIDERS.includes(part)).join();
  return `const createBuild=(function(){'use strict';const{${GLOBALS}}=globalThis;${joined}return core.createBuildOf([${passed}])})();`;
}
