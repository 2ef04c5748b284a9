/** Part for values that importers keep of a binding that is written later. */
import { snapshots } from '../../findings/snapshots.ts';
import { pushAll } from '../list.ts';
import type { BuildState, Part } from '../state.ts';

export default function createSnapshots(state: BuildState): Part {
  return {
    find: (seen, found) => pushAll(found, snapshots(seen, state.events)),
  };
}
