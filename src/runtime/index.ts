/** What the bundle carries. */
import type { Build, BuildTable } from '../protocol.ts';
import { createTracer } from './build.ts';
import { connect } from './realm.ts';

/** Called once by a bundle, before any of its modules runs. */
export default (table: BuildTable): Build => connect(table, createTracer);
