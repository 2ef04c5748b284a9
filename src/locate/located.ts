/** What a way of locating finds: the seam between asking a bundler where sites are, and realising them there. */
import type { Program } from 'estree';
import type { Ancestor } from '../ast/walk.ts';
import type { ModuleRecord, Site, Target } from '../model.ts';
import type { ModuleRow } from '../protocol/tables.ts';

/** A module of the build; `index` is its number there. */
export interface ChunkModule {
  index: number;
  record: ModuleRecord;
  /** When its start and end are shown, if they are. */
  phases: ModuleRow['phases'] | undefined;
  /**
   * By site, what a read, a dynamic import or a require asks for: by how many of the members that follow are taken
   * along (`ns`, `ns.a`, `ns.a.b`); null where it resolves to nothing.
   */
  targets: readonly (readonly (Target | null)[])[];
}

/** A site that survived, and the node that stands for it now. */
export interface LocatedSite {
  module: ChunkModule;
  /** Index of the record's `sites`. */
  number: number;
  site: Site;
  /** The reference, the target, the declared name, the awaiting node or the declaration. */
  place: Ancestor;
}

/** A piece of a chunk as the bundler would have printed it if nobody had asked. */
export interface LocatedPiece {
  code: string;
  program: Program;
  /** In their order. */
  sites: readonly LocatedSite[];
  /** Offset of the code → offset of the chunk. */
  offsetOf(offset: number): number;
}
