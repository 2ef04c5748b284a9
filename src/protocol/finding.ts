/** Findings: what the events of a trace mean. */
import type { Loc } from './events.ts';

/**
 * - `EARLY_READ`: a binding was read before its module had given it its value, or a function was called that needs one.
 * - `MASKED_TDZ`: natively this read throws; in this bundle it gave `undefined`.
 * - `ORDER`: the first place where the order in which modules started leaves the one that ECMA-262 prescribes.
 * - `UNREQUESTED`: a module ran that nothing had asked for yet.
 * - `AWAIT_SERIALIZED`: a module started only after another's top-level await, for which it does not wait natively.
 * - `CYCLE`: an import that the prescribed evaluation finds in progress.
 * - `CHUNK_CYCLE`: chunks import each other, though their modules need not. Only the build tells it.
 * - `SNAPSHOT_LOST`: natively the importers of an `export default a` get the value of that moment; in this build they see
 *   later writes to `a`.
 * - `SNAPSHOT`: an importer has a copy of a binding's value, and the binding was written after.
 * - `PARTIAL_EXPORTS`: a CommonJS module was required while it was still running.
 * - `DEADLOCK`: modules wait for each other in top-level await.
 */
export type FindingCode =
  | 'EARLY_READ'
  | 'MASKED_TDZ'
  | 'ORDER'
  | 'UNREQUESTED'
  | 'AWAIT_SERIALIZED'
  | 'CYCLE'
  | 'CHUNK_CYCLE'
  | 'SNAPSHOT_LOST'
  | 'SNAPSHOT'
  | 'PARTIAL_EXPORTS'
  | 'DEADLOCK';

/** How bad it is. `error`: it broke something; `warning`: a program can break by it; `info`: nothing went wrong. */
export type Severity = 'error' | 'warning' | 'info';

/** The worst first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

/**
 * How the unbundled modules behave by ECMA-262, over the graph as the bundler resolved it: `same`: so as well;
 * `differs`: only this build does so.
 */
export type Native = 'same' | 'differs' | 'unknown';

/**
 * Why a module had not run, or ran in another order:
 * - `own-order`: its own body, or what that calls, comes before the declaration.
 * - `await`: a top-level await.
 * - `error`: a module threw before.
 * - `cycle`: its body comes after its imports, and one of these reads it.
 * - `request-order`: a module in progress requests the reader before it.
 * - `build`: this build puts modules into another order, or a binding into another variable.
 * - `unknown`.
 */
export type Cause = 'own-order' | 'await' | 'error' | 'cycle' | 'request-order' | 'build' | 'unknown';

/** A line of the user's source. */
export interface Place extends Omit<Loc, 'column'> {
  /** 0-based, in UTF-16 code units; absent where only the line is known. */
  column?: number;
}

/** A step of an explanation. */
export interface FindingStep {
  /** Part of a sentence, with the place where there is one. */
  text: string;
  /** Null where it is no place of the source. */
  loc: Place | null;
}

/** What mends a finding. */
export interface Remedy {
  /** What to do, as an instruction. */
  text: string;
  /** The prescribed order for the changed sources mends it, and breaks no other read that is known. */
  checked: boolean;
}

/**
 * What a cycle does: `fatal`: a read came too early; `latent`: one would, if the program entered the cycle at another of
 * its modules; `harmless`: no read came too early, and none has to; `unused`: nothing is read through the import that closes it;
 * `unknown`: nobody looked for all reads of its modules.
 */
export type CycleRank = 'fatal' | 'latent' | 'harmless' | 'unused' | 'unknown';

/** The worst first. */
export const RANKS: readonly CycleRank[] = ['fatal', 'latent', 'harmless', 'unused', 'unknown'];

/** What some events of a trace mean: what went wrong, why, and what mends it. */
export interface Finding {
  code: FindingCode;
  severity: Severity;
  /** One line. */
  message: string;
  native: Native;
  /** Paths of the modules that it is about, the first of them the one in which it shows. */
  modules: readonly string[];
  /** Of one binding, or of a property of `exports`: its name in the module that declares it. */
  binding?: string;
  loc: Place | null;
  /** Of a read or a `require`: `seq` of its first event. */
  seq?: number;
  /** Of a read: where the binding is declared, if the manifest has it. */
  declared?: Place;
  /** Steps that explain it. */
  path: readonly FindingStep[];
  cause: Cause;
  remedies: readonly Remedy[];
  /** Of a `CYCLE`. */
  rank?: CycleRank;
  /** Why it says less than it could, such as events that `limit` dropped. */
  caveat?: string;
}
