/** Modules that wait for each other in top-level await: DEADLOCK. */
import { shortestPath } from '../graph/shortest-path.ts';
import { waitsOf } from '../graph/waits.ts';
import type { Loc } from '../protocol/events.ts';
import type { Finding, FindingStep } from '../protocol/finding.ts';
import type { Manifest } from '../protocol/manifest.ts';
import type { PendingImport, Seen } from './run.ts';
import { importSteps, isBefore, ONLY_HERE, pathAt, placeText, specifierTo } from './words.ts';

/**
 * An import() is fulfilled once the chunk of its target has ended, and all chunks that this imports. So it never is, if
 * one of these has the module that awaits it.
 *
 * @param isSure only of awaits that wait for the import() itself, not for something that is made of it
 */
export function deadlocks({ manifest, run, requests }: Seen, isSure = false): Finding[] {
  const { modules, chunks = [] } = manifest;
  const hasEnded = (module: number): boolean =>
    run.endOf[module] !== undefined || run.errorOf[module] !== undefined;
  /** Those for which a top-level await of the importer waits. */
  const awaited = run.pendingImports.filter(({ importer, seq, loc }) => {
    const wait = run.waits[importer];
    if (!wait || hasEnded(importer) || seq > wait.seq) return false;
    return isSure ? isOperand(loc, wait.loc) : !isBefore(loc, wait.loc);
  });
  // Without them no chunk that waits leads back to itself.
  if (!chunks[0]?.file || awaited.length === 0) return [];
  const numbers = new Map(chunks.map(({ file }, chunk) => [file, chunk]));
  const chunkOf = modules.map(({ chunk }) => numbers.get(chunk ?? ''));
  const imports = chunks.map((chunk) => chunk.imports);
  const waits = waitsOf(
    requests,
    chunkOf,
    imports,
    awaited.map(({ importer, target }) => [importer, target]),
  );
  const natively = requests.map((list, module) =>
    (run.errorOf[module] === undefined ? list : []).concat(
      awaited.flatMap(({ importer, target }) => (importer === module ? target : [])),
    ),
  );
  const known = new Set<string>();
  return awaited.flatMap(({ importer, target, loc }): Finding[] => {
    const own = chunkOf[importer];
    if (own === undefined || chunkOf[target] === own) return [];
    const here = shortestPath(waits, target, modules.length + own);
    const path = shortestPath(natively, target, importer);
    const isNative = path.length > 0;
    const links = isNative ? path : here;
    const members = [...new Set([importer, ...links.filter((node) => node < modules.length)])];
    const key = members
      .slice()
      .sort((a, b) => a - b)
      .join();
    if (here.length === 0 || known.has(key)) return [];
    known.add(key);
    const name = pathAt(manifest, importer);
    const steps = links.slice(1).map((to, i) => linkStep(manifest, awaited, links[i] as number, to));
    const last = steps.pop() as FindingStep;
    const end = `${last.text}, which ${isNative ? '' : `has ${name} in it and `}has not ended`;
    return [
      {
        code: 'DEADLOCK',
        severity: 'error',
        message: `${isNative ? '' : ONLY_HERE}${awaitsText(manifest, { importer, target, loc })}, ${links.length > 2 ? 'whose' : 'and'} ${end}`,
        native: isNative ? 'same' : 'differs',
        modules: members.map((module) => pathAt(manifest, module)),
        loc,
        path: steps.concat(
          { ...last, text: end },
          isNative
            ? []
            : { text: `by ECMA-262 ${pathAt(manifest, target)} does not wait for ${name}`, loc: null },
        ),
        cause: isNative ? 'await' : 'build',
        remedies: [
          {
            text: isNative
              ? `try not to await it at the top level of ${name}`
              : `try an output that has ${name} in a chunk of its own`,
            checked: false,
          },
        ],
      },
    ];
  });
}

/** Why one node of a circle waits for the next one; nodes behind the modules are chunks. */
function linkStep(manifest: Manifest, awaited: readonly Awaited[], from: number, to: number): FindingStep {
  const { modules, chunks = [] } = manifest;
  const [chunk, next] = [chunks[from - modules.length]?.file, chunks[to - modules.length]?.file];
  if (next !== undefined) {
    const text = chunk === undefined ? `${pathAt(manifest, from)} is in` : `chunk ${chunk} imports`;
    return { text: `${text} chunk ${next}`, loc: null };
  }
  const dynamic = awaited.find(
    ({ importer, target }) =>
      target === to && (chunk === undefined ? importer === from : modules[importer]?.chunk === chunk),
  );
  const isRequest = modules[from]?.requests.some(({ module }) => module === to);
  if (dynamic && !isRequest) return { text: awaitsText(manifest, dynamic), loc: dynamic.loc };
  return importSteps(manifest, [from, to])[0] as FindingStep;
}

type Awaited = Pick<PendingImport, 'importer' | 'target' | 'loc'>;

function awaitsText({ modules }: Manifest, { importer, target, loc }: Awaited): string {
  const [from, to] = [modules[importer], modules[target]];
  return `${placeText(loc)} awaits import(${from && to ? `'${specifierTo(from, to)}'` : ''})`;
}

/** `await import('a')`, by the places of the import() and of the await. */
export const isOperand = (loc: Loc, wait: Loc): boolean =>
  loc.line === wait.line && loc.column === wait.column + 'await '.length;
