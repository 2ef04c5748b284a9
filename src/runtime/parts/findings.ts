/** Part that says what the events mean: `explain` and `why` of the trace, and what the console prints of them. */
import { explain, explainRead, type Find, seenIn, type Traced, whyBefore } from '../../findings/explain.ts';
import type { Finding } from '../../protocol/finding.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import { manifestOf } from '../manifest.ts';
import type { BuildState, Part } from '../state.ts';

export default function createFindings(state: BuildState): Part {
  const { shared, table } = state;
  let manifest: Manifest | undefined;
  const given = (): Manifest => {
    manifest ??= manifestOf(table);
    return manifest;
  };
  const traced = (): Traced => ({ events: state.events, dropped: shared.trace.dropped });
  const find: Find = (explained) => {
    const found: Finding[] = [];
    state.tell('find', explained, found);
    return found;
  };
  const all = (): Finding[] => explain(given(), traced(), find);
  shared.join({
    manifest: given,
    explain: all,
    why: (first, second) => whyBefore(given(), traced(), first, second),
  });
  state.findings = {
    all,
    ofRead: (seq) => explainRead(given(), traced(), seq),
    seen: () => seenIn(given(), state.events),
  };
  return {};
}
