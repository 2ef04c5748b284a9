/** Cycles of imports: each request that the prescribed evaluation finds in progress. */
import { componentsOf } from '../graph/components.ts';
import { shortestPath } from '../graph/shortest-path.ts';
import type { CycleRank, Finding, FindingStep } from '../protocol/finding.ts';
import type { Context } from './not-run.ts';
import { requestsOf } from './prediction.ts';
import { bindingText, pathAt, requestPlace, requestText } from './words.ts';

/** Cycles whose shortest path is looked for; of the others only the import that closes them is shown. */
const SHOWN = 200;

/** @param broken findings of early reads */
export function cycleFindings(context: Context, broken: readonly Finding[]): Finding[] {
  const { manifest, prediction } = context;
  const requests = requestsOf(manifest);
  const { componentOf } = componentsOf(requests);
  return prediction.inProgress.map(([module, required], index): Finding => {
    const path =
      module === required
        ? [module]
        : index < SHOWN
          ? shortestPath(requests, required, module)
          : [required, module];
    const names = path.map((each) => pathAt(manifest, each));
    const read = unconditionalRead(context, path, componentOf);
    const rank: CycleRank = broken.some((finding) => isWithin(finding, names))
      ? 'fatal'
      : read
        ? 'latent'
        : isUnused(context, module, required)
          ? 'unused'
          : 'harmless';
    return {
      code: 'CYCLE',
      severity: 'info',
      message: `${requestText(manifest, module, required)} imports ${pathAt(manifest, required)}, which is in progress: ${WORDS[rank]}`,
      native: 'same',
      modules: names,
      loc: requestPlace(manifest, module, required),
      path: (index < SHOWN ? path : [])
        .map((from, i): FindingStep => {
          const to = path[i + 1] ?? required;
          return {
            text: `${requestText(manifest, from, to)} imports ${pathAt(manifest, to)}`,
            loc: requestPlace(manifest, from, to),
          };
        })
        .concat(read && rank === 'latent' ? [{ text: read, loc: null }] : []),
      cause: 'cycle',
      rank,
      remedies: [],
    };
  });
}

/** Whether the module that read too early is on the cycle, with another one that the finding is about. */
const isWithin = ({ modules: [reader = '', ...others] }: Finding, cycle: readonly string[]): boolean =>
  cycle.includes(reader) && (others.length === 0 || others.some((name) => cycle.includes(name)));

const WORDS: Readonly<Record<CycleRank, string>> = {
  fatal: 'a read came too early',
  latent: 'harmless as long as nothing imports another of its modules first',
  harmless: 'harmless, its bindings are read later',
  unused: 'nothing is read of it',
};

/** A read that is too early if the program enters the cycle at the module that declares the binding. */
function unconditionalRead(
  { manifest }: Context,
  path: readonly number[],
  componentOf: readonly number[],
): string | undefined {
  for (const reader of path) {
    for (const { local, module, binding, isUnconditional } of manifest.modules[reader]?.imports ?? []) {
      if (!isUnconditional || module === reader || componentOf[module] !== componentOf[reader]) continue;
      const row = manifest.modules[module]?.bindings[binding];
      if (!row || row.kind === 'function' || !path.includes(module)) continue;
      return `${pathAt(manifest, reader)} needs ${bindingText(local)} of ${pathAt(manifest, module)} when it runs`;
    }
  }
  return undefined;
}

function isUnused({ manifest }: Context, module: number, required: number): boolean {
  const row = manifest.modules[module];
  const request = row?.requests.find((each) => each.module === required);
  return (
    row?.imports !== undefined &&
    request?.isKept !== true &&
    !row.imports.some(({ way }) => way[0] === required)
  );
}
