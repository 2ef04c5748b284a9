/** Part for modules that import each other in a circle: says what the circle does. */
import { cycleFindings } from '../../findings/cycles.ts';
import { each, push } from '../list.ts';
import type { Part } from '../state.ts';

export default function createCycles(): Part {
  return {
    find: (explained, found) => each(cycleFindings(explained), (finding) => push(found, finding)),
  };
}
