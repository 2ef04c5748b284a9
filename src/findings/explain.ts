/** Events of a trace and the manifest of a build → findings, the worst first. */
import type { TraceEvent } from '../protocol/events.ts';
import { type Finding, SEVERITIES } from '../protocol/finding.ts';
import type { Manifest } from '../protocol/manifest.ts';
import { earlyReadAt, earlyReads, errorsNatively, givenNatively } from './early-reads.ts';
import { hiddenReads } from './hidden-reads.ts';
import { type Context, type Explained, whyNotRun } from './not-run.ts';
import { orderFindings } from './order.ts';
import { predict } from './prediction.ts';
import { runOf, type Seen } from './run.ts';
import { why } from './why.ts';

/** The events of a trace, and how many of them it left out. */
export interface Traced {
  events: readonly TraceEvent[];
  dropped: number;
  /** Nothing has run: the events are those that the build foresees. */
  isForeseen?: boolean;
}

/** Looks for findings of which not every bundle can have any. */
export type Find = (explained: Explained) => readonly Finding[];

export const seenIn = (manifest: Manifest, events: readonly TraceEvent[]): Seen => ({
  manifest,
  run: runOf(manifest, events),
  requests: manifest.modules.map((module) => module.requests.map((request) => request.module)),
});

function contextOf(manifest: Manifest, { events, dropped, isForeseen = false }: Traced): Context {
  const { run: seen, requests } = seenIn(manifest, events);
  const first = predict(manifest, seen, requests);
  const context = {
    manifest,
    run: seen,
    prediction: first,
    requests,
    errorOf: seen.errorOf,
    dropped,
    isForeseen,
  };
  const hidden = hiddenReads(context, events);
  const run = { ...seen, wrong: seen.wrong.concat(hidden) };
  const errorOf = errorsNatively({ ...context, run });
  if (errorOf.every((seq, module) => seq === run.errorOf[module])) return { ...context, run };
  const prediction = predict(manifest, { ...seen, errorOf }, requests);
  // A body that fails by one of them keeps others from running.
  const reached = hidden.filter(({ importer }) => prediction.startOf[importer] !== undefined);
  return { ...context, run: { ...seen, wrong: seen.wrong.concat(reached) }, errorOf, prediction };
}

export function explain(manifest: Manifest, traced: Traced, find?: Find): Finding[] {
  const context = contextOf(manifest, traced);
  const given = context.run.wrong.map((read, index) => givenNatively(context, read, index));
  const reasons = context.run.wrong.map((read, index) =>
    given[index] === 'value' ? undefined : whyNotRun(context, read),
  );
  const findings = earlyReads(context, reasons).concat(
    orderFindings(context),
    find?.({ ...context, reasons }) ?? [],
  );
  return worstFirst(findings);
}

export const worstFirst = (findings: readonly Finding[]): Finding[] =>
  SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));

/** The finding of a read, by `seq` of its event; undefined where it is told already. */
export const explainRead = (manifest: Manifest, traced: Traced, seq: number): Finding | undefined =>
  earlyReadAt(contextOf(manifest, traced), seq);

/** See `why` of the trace. */
export const whyBefore = (
  manifest: Manifest,
  traced: Traced,
  first: string,
  second: string,
): string | undefined => why(contextOf(manifest, traced), first, second);
