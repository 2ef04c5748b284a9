/** Locates the pieces of a chunk, one at a time. */
import type { ParseFailure } from '../errors.ts';
import type { Layout, LocatedPiece, Piece } from '../located.ts';
import type { Target } from '../model.ts';
import { type DeclaredBinding, declarationKey } from './context.ts';
import { collectDeclarations } from './declarations.ts';

/**
 * A piece is parsed when it is taken, or when an earlier piece needs its declarations, so that few trees are in memory.
 */
export interface LocatedPieces {
  /** Called once for each piece; null where it has no sites. */
  take(piece: Piece): LocatedPiece | null;
  /** By {@link declarationKey}: the bindings that the pieces located so far declare. */
  declared: Map<string, DeclaredBinding>;
  /** Locates the module's piece first, if that has not happened yet. */
  declarationOf(target: Target): DeclaredBinding | undefined;
  /** The failure of a piece that does not parse. */
  failure(): ParseFailure | undefined;
}

export function locatePieces({ pieces }: Layout): LocatedPieces {
  const declared = new Map<string, DeclaredBinding>();
  const waiting = new Map(
    pieces.flatMap((piece) => (piece.module ? [[piece.module.index, piece] as const] : [])),
  );
  const ahead = new Map<Piece, LocatedPiece | null>();
  let failure: ParseFailure | undefined;

  return {
    take(piece) {
      const known = ahead.get(piece);
      ahead.delete(piece);
      return known === undefined ? look(piece) : known;
    },
    declared,
    declarationOf(target) {
      const { module } = target;
      const piece = typeof module === 'number' ? waiting.get(module) : undefined;
      if (piece) ahead.set(piece, look(piece));
      return declared.get(declarationKey(target));
    },
    failure: () => failure,
  };

  function look(piece: Piece): LocatedPiece | null {
    if (piece.module) waiting.delete(piece.module.index);
    const located = piece.locate();
    if (!located) return null;
    if ('message' in located) {
      failure = located;
      return null;
    }
    collectDeclarations(declared, located.sites);
    return located;
  }
}
