/**
 * The interface between locating and realising: a chunk taken apart, with the nodes that now stand for the sites of its
 * modules. Nothing here depends on marks. Offsets are UTF-16 code units.
 */
import type { BlockStatement, Program } from 'estree';
import type { NodePath } from './ast/node-path.ts';
import type { EditedText } from './edited-text.ts';
import type { ParseFailure } from './errors.ts';
import type { ChunkModule, Site } from './model.ts';

/** A site that survived in a chunk, with the node that now stands for it. */
export interface LocatedSite {
  module: ChunkModule;
  /** Index of the record's `sites`. */
  number: number;
  site: Site;
  /** The reference, the target, the declared name, the awaiting node or the declaration. */
  nodePath: NodePath;
}

/** A parsed piece of a chunk, as the bundler would have printed it without the plugin. */
export interface LocatedPiece {
  code: string;
  program: Program;
  /** In the order of the code. */
  sites: readonly LocatedSite[];
  /** Offset of the piece's code → offset of the chunk's `text`. */
  offsetOf(offset: number): number;
  /** Where the modules of the piece run, if that is not just where the piece stands. */
  bodies?: readonly Extent[];
  /** Reads that the bundler has dropped, or in whose place it has put the value of a constant. */
  gone?: readonly Pick<LocatedSite, 'module' | 'number'>[];
  /** `return` statements by which CommonJS modules end. */
  returns?: readonly ReturnOf[];
}

export interface ReturnOf {
  module: ChunkModule;
  nodePath: NodePath;
}

/** A module's slice of the chunk, or the chunk as a whole. */
export interface Piece {
  start: number;
  end: number;
  /** The module whose slice it is. */
  module?: ChunkModule;
  /** Parses the piece, each time it is called. */
  program(): Program | ParseFailure;
  /** Finds the sites of the piece. Called once; null where the piece can't have any. */
  locate(): LocatedPiece | ParseFailure | null;
}

/** Range of a module's statements. */
export interface Extent {
  module: ChunkModule;
  start: number;
  end: number;
  /** They stand in a function, which runs when something asks for the module. */
  isInside?: true;
}

export interface Layout {
  /**
   * The chunk as the bundler printed it, to be edited: each piece removes from it what was added to locate its sites.
   */
  text: EditedText;
  /** The chunk as the bundler printed it; where it has no slices, as without the plugin. */
  code: string;
  /** Offset of the code → offset of the text. */
  offsetOf(offset: number): number;
  /** The program with an empty statement instead of each slice; the whole program of a chunk without slices. */
  skeleton: Program;
  /**
   * The node whose `body` is the list of the modules' statements: `skeleton`, or the block of the wrapper's function.
   */
  body: NodePath & { node: Program | BlockStatement };
  /** Offset of some statement in `body`. */
  at: number;
  pieces: readonly Piece[];
  /** Names of variables that hold exports of CommonJS modules or of other chunks, beside those of the format. */
  publishers?: ReadonlySet<string>;
  /** The bundler would have removed dead code from the chunk, and leaves that to the plugin. */
  removesDeadCode?: boolean;
  /** In the order of the chunk; null for a chunk without slices, whose extents follow from the located sites. */
  extents: readonly Extent[] | null;
}
