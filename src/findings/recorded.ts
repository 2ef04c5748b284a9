/** Findings of a trace that was recorded: what `explain` and `why` of the trace gave. */
import type { TraceEvent } from '../protocol/events.ts';
import type { Finding } from '../protocol/finding.ts';
import type { Manifest } from '../protocol/manifest.ts';
import { cycleFindings } from './cycles.ts';
import { deadlocks } from './deadlocks.ts';
import { explain, type Find, type Traced, whyBefore, worstFirst } from './explain.ts';
import { partialExports } from './partial-exports.ts';
import { snapshots } from './snapshots.ts';
import { noBuildWith } from './why.ts';

export interface Recorded extends Traced {
  /** Of the builds that share the trace. */
  builds: readonly Manifest[];
}

/** The worst first. A module of a path that several builds have counts for each of them. */
export const findingsOf = ({ builds, events, dropped }: Recorded): Finding[] =>
  worstFirst(
    builds.flatMap((manifest) => {
      const own = eventsOf(manifest, events);
      // As parts of the runtime, and in their order.
      const find: Find = (explained) => [
        ...partialExports(explained),
        ...deadlocks(explained),
        ...snapshots(explained, own),
        ...cycleFindings(explained),
      ];
      return explain(manifest, { events: own, dropped }, find);
    }),
  );

/** See `why` of the trace. */
export function whyOf({ builds, events, dropped }: Recorded, first: string, second: string): string {
  for (const manifest of builds) {
    const answer = whyBefore(manifest, { events: eventsOf(manifest, events), dropped }, first, second);
    if (answer !== undefined) return answer;
  }
  return noBuildWith(first, second);
}

/** Those that modules of the build have made. */
function eventsOf({ modules }: Manifest, events: readonly TraceEvent[]): readonly TraceEvent[] {
  const paths = new Set(modules.map(({ path }) => path));
  return events.filter((event) => paths.has('importer' in event ? event.importer : event.module));
}
