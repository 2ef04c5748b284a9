/** Part that says what the events mean: `explain` and `why` of the trace, and what the console prints of them. */
import { explain, explainRead, type Traced, whyBefore } from '../../findings/explain.ts';
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
  shared.onExplain({
    explain: () => explain(given(), traced()),
    why: (first, second) => whyBefore(given(), traced(), first, second),
  });
  state.findings = {
    all: () => explain(given(), traced()),
    ofRead: (seq) => explainRead(given(), traced(), seq),
  };
  return {};
}
