/** Words that findings share: places, and the specifier by which one module imports another. */
import type { BindingKind } from '../protocol/events.ts';
import type { FindingStep, Place } from '../protocol/finding.ts';
import type { Manifest, ManifestBinding, ManifestModule } from '../protocol/manifest.ts';

const { assign, create } = Object;

/** Suffix of a position in compiled code. */
const COMPILED = ' of the compiled code';

/** `file:line:column` with the column from 1, as editors and stack traces count; `column` counts it from 0. */
export function placeText(place: Place): string {
  // Own properties only: a page may have added some to `Object.prototype`.
  const { file, line, column, compiled }: Place = assign(create(null), place);
  return `${file}:${line}${column === undefined ? '' : `:${column + 1}`}${compiled ? COMPILED : ''}`;
}

/** Whether one place of a file comes before another. */
export const isBefore = (a: Position, b: Position): boolean =>
  a.line < b.line || (a.line === b.line && a.column < b.column);

type Position = Readonly<{ line: number; column: number }>;

/** `a`, or `the default export` where the binding has no name of its own. */
export const bindingText = (name: string): string =>
  name === 'default' ? 'the default export' : name === '*' ? 'the namespace' : name;

/** The first words of what the unbundled modules don't do. */
export const ONLY_HERE = 'only in this build: ';

/** Why a finding says less, where an entry failed and another one may have. */
export const ENTRY_UNKNOWN = 'which entry was asked for is unknown';

/** Bindings that throw when they are read before their declaration has run. */
export const isLexical = (kind: BindingKind | undefined): boolean =>
  kind === 'const' || kind === 'let' || kind === 'class' || kind === 'default-expression';

/** Whether a user can change the module: it is neither a package's nor a plugin's. */
export const isOwn = ({ path }: ManifestModule): boolean =>
  !path.startsWith('virtual:') && !`/${path}`.includes('/node_modules/');

export const pathAt = ({ modules }: Manifest, module: number): string => modules[module]?.path ?? '';

export const bindingOf = ({ modules }: Manifest, module: number, name: string): ManifestBinding | undefined =>
  modules[module]?.bindings.find((binding) => binding.name === name);

/** Null where the manifest has none. */
export const declarationOf = (manifest: Manifest, module: number, name: string): Place | null =>
  placeIn(manifest, module, bindingOf(manifest, module, name));

/** The line by which a module requests another; null where the manifest has none. */
export const requestPlace = (manifest: Manifest, importer: number, requested: number): Place | null =>
  placeIn(
    manifest,
    importer,
    manifest.modules[importer]?.requests.find(({ module }) => module === requested),
  );

function placeIn(
  { modules }: Manifest,
  module: number,
  at: { line?: number; column?: number } | undefined,
): Place | null {
  const row = modules[module];
  if (!row || !at?.line) return null;
  const { line, column } = at;
  return {
    file: row.path,
    line,
    ...(column !== undefined && { column }),
    ...(row.isCompiled && { compiled: true as const }),
  };
}

/** `index.js:1`, or the module's path where the line is unknown. */
export function requestText(manifest: Manifest, importer: number, requested: number): string {
  const place = requestPlace(manifest, importer, requested);
  return place ? placeText(place) : pathAt(manifest, importer);
}

/** A step for each request of a path. */
export function importSteps(manifest: Manifest, path: readonly number[]): FindingStep[] {
  return path.slice(1).map((requested, i) => {
    const importer = path[i] as number;
    return {
      text: `${requestText(manifest, importer, requested)} imports ${pathAt(manifest, requested)}`,
      loc: requestPlace(manifest, importer, requested),
    };
  });
}

/** `./a.js`, as the importer writes it. */
export function specifierTo({ path: from }: ManifestModule, { path: to }: ManifestModule): string {
  const base = from.split('/').slice(0, -1);
  const target = to.split('/');
  let shared = 0;
  while (shared < base.length && base[shared] === target[shared]) shared++;
  const up = base.slice(shared).map(() => '..');
  return (up.length > 0 ? up : ['.']).concat(target.slice(shared)).join('/');
}
