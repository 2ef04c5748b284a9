/** The pieces of a chunk, each located in its turn. */
import type { ParseFailure } from '../errors.ts';
import { type DeclaredBinding, declarationKey } from '../realise/context.ts';
import { collectDeclarations } from '../realise/declarations.ts';
import type { Layout, Piece } from './layout.ts';
import { type ChunkModule, type LocatedPiece, locate } from './marks/locate.ts';

/** A tree is made when its piece's turn comes, or an earlier one asks what it declares, and dropped with its edits. */
export interface LocatedPieces {
  /** Once for each piece. */
  take(piece: Piece): LocatedPiece;
  /** By {@link declarationKey}: what the pieces declare that were looked into. */
  declared: Map<string, DeclaredBinding>;
  /** Looks into the module's piece, if need be. */
  declarationOf(module: number | string, binding: number | string): DeclaredBinding | undefined;
  /** Of a piece that does not parse. */
  failure(): ParseFailure | undefined;
}

export function locatePieces(
  { code, pieces }: Layout,
  moduleOf: (token: string) => ChunkModule | undefined,
): LocatedPieces {
  const declared = new Map<string, DeclaredBinding>();
  const waiting = new Map(
    pieces.flatMap((piece) => (piece.module ? [[piece.module.index, piece] as const] : [])),
  );
  const ahead = new Map<Piece, LocatedPiece>();
  let failure: ParseFailure | undefined;

  return {
    take(piece) {
      const known = ahead.get(piece);
      ahead.delete(piece);
      return known ?? look(piece);
    },
    declared,
    declarationOf(module, binding) {
      const piece = typeof module === 'number' ? waiting.get(module) : undefined;
      if (piece) ahead.set(piece, look(piece));
      return declared.get(declarationKey(module, binding));
    },
    failure: () => failure,
  };

  function look(piece: Piece): LocatedPiece {
    const { start, end, marks, module } = piece;
    if (module) waiting.delete(module.index);
    const nothing: LocatedPiece = { sites: [], noise: [] };
    if (marks.length === 0 && !(module && hasImports(module))) return nothing;
    const program = piece.program();
    if (!('body' in program)) {
      failure = { message: program.message, pos: start + (program.pos ?? 0) };
      return nothing;
    }
    const located = locate(code.slice(start, end), program, marks, start, moduleOf);
    collectDeclarations(declared, located.sites);
    return located;
  }
}

/** What a plugin prints in the stead of a dynamic import may not be JavaScript. */
const hasImports = ({ record }: ChunkModule): boolean => record.sites.some(({ kind }) => kind === 'import');
