/** Part that every bundle carries, with the functions that other parts import from it. */
import { reversed } from '../../graph/edges.ts';
import { linkOrder } from '../../graph/link-order.ts';
import { reachedFrom } from '../../graph/paths.ts';
import { has, rootsOf } from '../../graph/roots.ts';
import type { Sink, Tracer } from '../../protocol/calls.ts';
import type { BuildTable } from '../../protocol/tables.ts';
import { bare } from '../bare.ts';
import { attempt, errorOutput, isNative, nodeProcess, ownProperty } from '../globals.ts';
import { createHost } from '../host.ts';
import { connect } from '../shared-trace.ts';
import type { CreatePart } from '../state.ts';
import { createTracer } from '../tracer.ts';

/**
 * Gives `createBuild`, which a bundle calls once, before any of its modules runs: with its table, and with the function of
 * the option `sink`, if there is one.
 */
function createBuildOf(parts: readonly CreatePart[]): (table: BuildTable, sink?: Sink) => Tracer {
  const host = createHost();
  return (table, sink) => connect(host, (shared) => createTracer(shared, host, table, parts, sink));
}

/** Parts are built with imports of these modules replaced by members of `core` (`TAKEN_FROM` in rollup.config.ts). */
type ForOtherParts = Pick<typeof import('../../graph/edges.ts'), 'reversed'> &
  Pick<typeof import('../../graph/roots.ts'), 'has' | 'rootsOf'> &
  typeof import('../../graph/link-order.ts') &
  typeof import('../../graph/paths.ts') &
  typeof import('../bare.ts') &
  typeof import('../globals.ts');

const forOtherParts: ForOtherParts = {
  attempt,
  bare,
  errorOutput,
  has,
  isNative,
  linkOrder,
  nodeProcess,
  ownProperty,
  reachedFrom,
  reversed,
  rootsOf,
};
export default { createBuildOf, ...forOtherParts };
