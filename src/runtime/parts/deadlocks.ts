/** Part for modules that wait for each other: finds such circles, and tells of one as soon as nothing can open it. */
import { deadlocks, isOperand } from '../../findings/deadlocks.ts';
import { bare } from '../bare.ts';
import { each, pushAll } from '../list.ts';
import type { BuildState, Part } from '../state.ts';

export default function createDeadlocks(state: BuildState): Part {
  const { events, table } = state;
  /** A module began to wait for an import() since the last look. */
  let isDue = false;
  const told: Record<string, true> = bare({});
  return {
    find: (seen, found) => pushAll(found, deadlocks(seen)),
    event(event) {
      const before = events[events.length - 2];
      if (event.type !== 'evaluate-suspend' || before?.type !== 'import-start') return;
      // What has been evaluated waits for nothing more.
      if (before.status !== 'evaluated' && isOperand(before.loc, event.loc)) isDue = true;
    },
    idle() {
      // Elsewhere no chunk waits for itself.
      if (!isDue || table.chunks?.[0]?.[2] === undefined || !state.findings) return;
      isDue = false;
      each(deadlocks(state.findings.seen(), true), (finding) => {
        if (told[finding.message]) return;
        told[finding.message] = true;
        state.tell('found', finding);
      });
    },
  };
}
