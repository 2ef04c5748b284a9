/**
 * The seam between locating and realising: a chunk taken apart, and where the sites of its modules stand in it now. It
 * says nothing of how the bundler was asked.
 */
import type { BlockStatement, Program } from 'estree';
import type { NodePath } from './ast/node-path.ts';
import type { EditedText } from './edited-text.ts';
import type { ParseFailure } from './errors.ts';
import type { ModuleRecord, Site, Target } from './model.ts';
import type { ModuleRow } from './protocol/tables.ts';

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
  nodePath: NodePath;
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

/** A module's slice of the chunk, or the chunk as a whole. */
export interface Piece {
  start: number;
  end: number;
  /** The module whose slice it is. */
  module?: ChunkModule;
  /** Parses it, each time. */
  program(): Program | ParseFailure;
  /** Finds its sites, once; null where it can't have any. */
  locate(): LocatedPiece | ParseFailure | null;
}

/** Where a module's statements begin and end. */
export interface Extent {
  module: ChunkModule;
  start: number;
  end: number;
}

export interface Layout {
  /** The chunk as the bundler printed it, to be edited: pieces take out of it what was put in to locate them. */
  text: EditedText;
  /** The chunk; where it has no slices, as if nobody had asked. */
  code: string;
  /** Offset of the code → offset of the text. */
  offsetOf(offset: number): number;
  /** What stands around the slices, with an empty statement for each; the program of a chunk that has none. */
  skeleton: Program;
  /** Holds the list of the modules' statements: `skeleton`, or the block of a wrapper's function. */
  body: NodePath & { node: Program | BlockStatement };
  /** Offset of some statement in it. */
  at: number;
  pieces: readonly Piece[];
  /** In the order of the chunk; null where only located sites tell, as the chunk has no slices. */
  extents: readonly Extent[] | null;
}
