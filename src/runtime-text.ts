/** The runtime that a bundle carries: of its parts those that the bundle can use, joined into one statement. */
import type { RuntimeSettings, SiteRow } from './protocol.ts';

/** Each is a file of `src/runtime/parts`, built on its own, and comes after those that it takes from. */
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
const SHARED: readonly RuntimePart[] = ['core', 'lines'];

/** Kinds of sites whose calls a part answers. */
const PART_OF: Partial<Record<SiteRow[0], RuntimePart>> = { d: 'imports', q: 'requires', a: 'awaits' };

/** What a bundle can use, by its settings and by the sites that survived. */
export function partsFor(settings: RuntimeSettings, kinds: Iterable<SiteRow[0]>): RuntimePart[] {
  const used = new Set<RuntimePart | undefined>(['core']);
  for (const kind of kinds) used.add(PART_OF[kind]);
  if (settings.devtools) used.add('tracks').add('lines');
  if (settings.console) used.add('console').add('lines');
  return RUNTIME_PARTS.filter((part) => used.has(part));
}

/** Declares `createBuild`. */
export function runtimeText(texts: RuntimeTexts, parts: readonly RuntimePart[]): string {
  const joined = parts.map((part) => texts[part]).join('');
  const told = parts.filter((part) => !SHARED.includes(part)).join();
  return `const createBuild=(function(){'use strict';const{${GLOBALS}}=globalThis;${joined}return core.createBuildOf([${told}])})();`;
}
