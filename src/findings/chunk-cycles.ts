/** Chunks that import each other, with the bindings that cross: CHUNK_CYCLE. Only a build knows its chunks whole. */
import { componentsOf } from '../graph/components.ts';
import { shortestPath } from '../graph/shortest-path.ts';
import type { Finding, FindingStep, Remedy } from '../protocol/finding.ts';
import type { Manifest } from '../protocol/manifest.ts';
import { bindingText, pathAt, requestPlace, requestText } from './words.ts';

/** Bindings, or modules, that are named. */
const NAMED = 3;

export function chunkCycles(manifest: Manifest): Finding[] {
  const edges = (manifest.chunks ?? []).map(({ imports }) => imports);
  const { componentOf } = componentsOf(edges);
  const known = new Set<number>();
  return edges.flatMap((imports, chunk): Finding[] => {
    const component = componentOf[chunk] ?? -1;
    if (known.has(component) || !imports.some((other) => componentOf[other] === component)) return [];
    known.add(component);
    const path = shortestPath(edges, chunk, chunk);
    // Chunks of one module each import each other as their modules do.
    if (path.every((each) => manifest.chunks?.[each]?.modules.length === 1)) return [];
    return [cycleFinding(manifest, path)];
  });
}

/** @param path from a chunk to itself */
function cycleFinding(manifest: Manifest, path: readonly number[]): Finding {
  const crossings = path.slice(1).map((to, i) => crossingsOf(manifest, path[i] as number, to));
  const all = crossings.flat();
  const links = path.slice(1).map((to, i) => {
    const [first] = crossings[i] ?? [];
    const what = first ? `${first.what} from ` : '';
    return `imports ${what}${fileOf(manifest, to)}`;
  });
  return {
    code: 'CHUNK_CYCLE',
    severity: 'info',
    message: `only in this build: chunks import each other: ${fileOf(manifest, path[0])} ${links.join(', which ')}`,
    native: 'differs',
    modules: [...new Set(all.flatMap(({ importer, needed }) => [importer, needed]))].map((module) =>
      pathAt(manifest, module),
    ),
    loc: all[0]?.step.loc ?? null,
    path: crossings.flatMap((crossing) => crossing.slice(0, NAMED).map(({ step }) => step)),
    cause: 'build',
    remedies: remediesFor(manifest, path, crossings),
  };
}

const fileOf = ({ chunks }: Manifest, chunk: number | undefined): string => chunks?.[chunk ?? -1]?.file ?? '';

interface Crossing {
  importer: number;
  needed: number;
  /** `a of a.js` */
  what: string;
  step: FindingStep;
}

/** What modules of one chunk import of another one: bindings where they are known, else the modules. */
function crossingsOf(manifest: Manifest, from: number, to: number): Crossing[] {
  const file = fileOf(manifest, to);
  const crossings = new Map<string, Crossing>();
  for (const importer of manifest.chunks?.[from]?.modules ?? []) {
    const { imports = [], requests = [] } = manifest.modules[importer] ?? {};
    const add = (needed: number, request: number, name: string): void => {
      if (manifest.modules[needed]?.chunk !== file) return;
      const what = `${name}${pathAt(manifest, needed)}`;
      const text = `${requestText(manifest, importer, request)} imports ${what}, which is in ${file}`;
      const step = { text, loc: requestPlace(manifest, importer, request) };
      crossings.set(text, { importer, needed, what, step });
    };
    for (const { module, binding, way } of imports) {
      const { name = '*' } = manifest.modules[module]?.bindings[binding] ?? {};
      add(module, way[0] ?? module, `${bindingText(name)} of `);
    }
    const listed = new Set(imports.map(({ module }) => module));
    for (const { module } of requests) if (!listed.has(module)) add(module, module, '');
  }
  return [...crossings.values()];
}

/** A chunk of their own for the modules that one chunk needs of another, if that opens the circle. */
function remediesFor(
  manifest: Manifest,
  path: readonly number[],
  crossings: readonly (readonly Crossing[])[],
): Remedy[] {
  const [moved] = crossings
    .map((crossing) => [...new Set(crossing.map(({ needed }) => needed))])
    .filter(
      (modules) => modules.length > 0 && modules.length <= NAMED && isOpenWithout(manifest, path, modules),
    )
    .sort((a, b) => a.length - b.length);
  if (!moved) return [];
  const names = moved.map((module) => pathAt(manifest, module)).join(', ');
  return [
    { text: `try to put ${names} into a chunk of ${moved.length > 1 ? 'their' : 'its'} own`, checked: false },
  ];
}

/** Whether the chunks of the path no longer lead back to themselves once these modules are in a chunk of their own. */
function isOpenWithout(
  { modules, chunks = [] }: Manifest,
  path: readonly number[],
  moved: readonly number[],
): boolean {
  const chunkOf = new Map(chunks.flatMap(({ modules: own }, chunk) => own.map((module) => [module, chunk])));
  for (const module of moved) chunkOf.set(module, chunks.length);
  const edges = [...chunks, undefined].map((_, chunk) =>
    modules.flatMap(({ imports = [], requests }, module) =>
      chunkOf.get(module) === chunk
        ? [...imports, ...requests].flatMap((needed) => chunkOf.get(needed.module) ?? [])
        : [],
    ),
  );
  const leadsBack = (chunk: number): boolean =>
    edges[chunk]?.some((other) => other !== chunk && shortestPath(edges, other, chunk).length > 0) === true;
  return ![...path, chunks.length].some(leadsBack);
}
