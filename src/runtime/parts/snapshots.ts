/** Part for values that importers keep of a binding that is written later. */
import { snapshots } from '../../findings/snapshots.ts';
import { each, push } from '../list.ts';
import type { BuildState, Part } from '../state.ts';

export default function createSnapshots(state: BuildState): Part {
  return {
    find: (seen, found) => each(snapshots(seen, state.events), (finding) => push(found, finding)),
  };
}
