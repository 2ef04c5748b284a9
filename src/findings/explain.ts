/** Events of a trace and the manifest of a build → findings, the worst first. */
import type { TraceEvent } from '../protocol/events.ts';
import type { Finding, Severity } from '../protocol/finding.ts';
import type { Manifest } from '../protocol/manifest.ts';
import { cycleFindings } from './cycles.ts';
import { deadlocks } from './deadlocks.ts';
import { earlyReadAt, earlyReads } from './early-reads.ts';
import type { Context } from './not-run.ts';
import { orderFindings } from './order.ts';
import { partialExports, partialExportsAt } from './partial-exports.ts';
import { predict } from './prediction.ts';
import { runOf } from './run.ts';
import { why } from './why.ts';

function contextOf(manifest: Manifest, events: readonly TraceEvent[]): Context {
  const run = runOf(manifest, events);
  return { manifest, run, prediction: predict(manifest, run) };
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

export function explain(manifest: Manifest, events: readonly TraceEvent[]): Finding[] {
  const context = contextOf(manifest, events);
  const reads = earlyReads(context);
  const findings = reads.concat(
    deadlocks(context, events),
    orderFindings(context),
    partialExports(events),
    cycleFindings(context, reads),
  );
  return SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

/**
 * The finding of one read or `require`, by `seq` of its event; undefined where it is told already, where all is well, and
 * for packages that require each other: most do no harm, and their users can't change them.
 */
export const explainEvent = (
  manifest: Manifest,
  events: readonly TraceEvent[],
  seq: number,
): Finding | undefined =>
  events[seq]?.type === 'read'
    ? earlyReadAt(contextOf(manifest, events), seq)
    : partialExportsAt(manifest, events, seq);

/** See `why` of the trace. */
export const whyBefore = (
  manifest: Manifest,
  events: readonly TraceEvent[],
  first: string,
  second: string,
): string | undefined => why(contextOf(manifest, events), first, second);
