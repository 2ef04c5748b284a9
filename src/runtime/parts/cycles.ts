/** Part for modules that import each other in a circle: says what the circle does. */
import { cycleFindings } from '../../findings/cycles.ts';
import { pushAll } from '../list.ts';
import type { Part } from '../state.ts';

export default function createCycles(): Part {
  return {
    find: (explained, found) => pushAll(found, cycleFindings(explained)),
  };
}
