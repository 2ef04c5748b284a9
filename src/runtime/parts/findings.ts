/** Part that says what the events mean: `explain` and `why` of the trace, and what the console prints of them. */
import { explain, explainEvent, whyBefore } from '../../findings/explain.ts';
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
  shared.onExplain({
    explain: () => explain(given(), shared.trace),
    why: (first, second) => whyBefore(given(), shared.trace, first, second),
  });
  state.findings = {
    all: () => explain(given(), shared.trace),
    of: (seq) => explainEvent(given(), shared.trace, seq),
  };
  return {};
}
