/** The runtime that a bundle carries: of its parts those that the bundle can use, joined into one statement. */
import type { RuntimeSettings, SiteRow } from './protocol/tables.ts';

/** Each is a file of `src/runtime/parts` or `sinks`, built on its own, and comes after those that it takes from. */
export const RUNTIME_PARTS = ['core', 'lines', 'imports', 'requires', 'awaits', 'tracks', 'console'] as const;

export type RuntimePart = (typeof RUNTIME_PARTS)[number];

/** A statement each, which declares a variable of the part's name. */
export type RuntimeTexts = Readonly<Record<RuntimePart, string>>;

/**
 * Every global that the runtime uses by name. A chunk may declare a `Symbol` of its own: of the names around it, the
 * runtime trusts `globalThis` alone.
 */
const GLOBALS = [
  'Array',
  'Date',
  'Function',
  'JSON',
  'Object',
  'Promise',
  'Reflect',
  'String',
  'Symbol',
  'Uint32Array',
];

/** Parts that others take from; the rest are told to the build. */
const PROVIDERS: readonly RuntimePart[] = ['core', 'lines'];

/** Sinks, which hear of each event and of the end, and whether they are wanted. They take of `lines`. */
const WANTED_SINKS = {
  tracks: ({ devtools }) => devtools,
  console: ({ console }) => console !== false,
} satisfies Partial<Record<RuntimePart, (settings: RuntimeSettings) => boolean>>;

export const SINKS = Object.keys(WANTED_SINKS) as readonly RuntimePart[];

/** By kind of site, the part that answers its calls. */
const PART_OF: Record<SiteRow[0], RuntimePart> = {
  r: 'core',
  s: 'core',
  w: 'core',
  i: 'core',
  d: 'imports',
  q: 'requires',
  a: 'awaits',
};

/** What a bundle can use, by its settings and by the sites that survived. */
export function partsFor(settings: RuntimeSettings, kinds: Iterable<SiteRow[0]>): RuntimePart[] {
  const used = new Set<RuntimePart>(['core']);
  for (const kind of kinds) used.add(PART_OF[kind]);
  for (const [sink, isWanted] of Object.entries(WANTED_SINKS)) {
    if (isWanted(settings)) used.add(sink as RuntimePart).add('lines');
  }
  return RUNTIME_PARTS.filter((part) => used.has(part));
}

/** Declares `createBuild`. */
export function runtimeText(texts: RuntimeTexts, parts: readonly RuntimePart[]): string {
  const joined = parts.map((part) => texts[part]).join('');
  const passed = parts.filter((part) => !PROVIDERS.includes(part)).join();
  return `const createBuild=(function(){'use strict';const{${GLOBALS}}=globalThis;${joined}return core.createBuildOf([${passed}])})();`;
}
