/** Cycles of imports: each request that the prescribed evaluation finds in progress. */
import { componentsOf } from '../graph/components.ts';
import { shortestPath } from '../graph/shortest-path.ts';
import { type CycleRank, type Finding, RANKS } from '../protocol/finding.ts';
import { bodyAt, type Context, type Explained, wayOf } from './not-run.ts';
import { bindingText, importSteps, pathAt, requestPlace, requestText } from './words.ts';

/** Cycles whose shortest path is looked for. Of the others only the import that closes them is known. */
const SHOWN = 200;

/** The worst first. */
export function cycleFindings(context: Explained): Finding[] {
  const { manifest, prediction, requests } = context;
  if (prediction.inProgress.length === 0) return [];
  const fatal = fatalRequests(context);
  const { componentOf } = componentsOf(requests);
  const findings = prediction.inProgress.map(([module, required], index): Finding => {
    const path = index < SHOWN ? closedPath(context, module, required) : [];
    const read = unconditionalRead(context, path, componentOf);
    const rank: CycleRank = fatal.has(`${module} ${required}`)
      ? 'fatal'
      : isUnknown(context, path, componentOf)
        ? 'unknown'
        : read
          ? 'latent'
          : isUnused(context, module, required)
            ? 'unused'
            : 'harmless';
    const steps = importSteps(manifest, path.concat(path.length > 0 ? required : []));
    return {
      code: 'CYCLE',
      severity: 'info',
      message: `${requestText(manifest, module, required)} imports ${pathAt(manifest, required)}, which is in progress: ${WORDS[rank]}`,
      native: 'same',
      modules: (path[0] === undefined ? [required, module] : path).map((each) => pathAt(manifest, each)),
      loc: requestPlace(manifest, module, required),
      path: steps.concat(read && rank === 'latent' ? [{ text: read, loc: null }] : []),
      cause: 'cycle',
      rank,
      remedies: [],
    };
  });
  return RANKS.flatMap((rank) => findings.filter((finding) => finding.rank === rank));
}

const WORDS: Readonly<Record<CycleRank, string>> = {
  fatal: 'a read came too early',
  latent: 'harmless unless another of its modules is imported first',
  harmless: 'no read of it came too early, and none has to',
  unused: 'nothing is read of it',
  unknown: 'nobody looked for all of its reads',
};

/** From the module in progress to the one that requests it. */
const closedPath = ({ requests }: Context, module: number, required: number): number[] =>
  module === required ? [module] : shortestPath(requests, required, module);

/** The requests of modules in progress by which an early read is explained. */
function fatalRequests(context: Explained): ReadonlySet<string> {
  const fatal = new Set<string>();
  const add = (path: readonly number[]): void => {
    path.forEach((module, i) => {
      if (i > 0) fatal.add(`${path[i - 1]} ${module}`);
    });
  };
  for (const [index, read] of context.run.wrong.entries()) {
    const reason = context.reasons[index];
    if (!reason) continue;
    const { knot } = reason;
    const body = bodyAt(context, read);
    add(knot?.way ?? wayOf(context, read));
    // The body is another one's, which reached the importer round the cycle.
    if (knot && body !== undefined && body !== read.importer) add([body, read.importer]);
  }
  return fatal;
}

/**
 * Whether a read may be too early of which nobody knows: in code that is not included, in a CommonJS module, or of a
 * member of a namespace object that is handed on.
 */
const isUnknown = ({ manifest }: Context, path: readonly number[], componentOf: readonly number[]): boolean =>
  path.length === 0 ||
  path.some((reader) => {
    const { imports, phases } = manifest.modules[reader] ?? {};
    return (
      phases === 'required' ||
      !imports?.every(({ module, binding }) => binding >= 0 || componentOf[module] !== componentOf[reader])
    );
  });

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

const isUnused = ({ manifest }: Context, module: number, required: number): boolean =>
  manifest.modules[module]?.requests.find((each) => each.module === required)?.isUnread === true;
