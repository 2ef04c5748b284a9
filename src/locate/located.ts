/** What a way of locating finds: the seam between asking a bundler where sites are, and realising them there. */
import type { Program } from 'estree';
import type { Ancestor } from '../ast/walk.ts';
import type { ModuleRecord, Site } from '../model.ts';

/** A module of the build; `index` is its number there. */
export interface ChunkModule {
  index: number;
  record: ModuleRecord;
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
