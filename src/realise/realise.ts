/** Rendered chunk → traced chunk. */
import type { Node, Program } from 'estree';
import { declaredNames } from '../ast/declares.ts';
import type { NodePath } from '../ast/node-path.ts';
import type { EditedText } from '../edited-text.ts';
import type { ParseFailure } from '../errors.ts';
import type { Extent, Layout, LocatedPiece, LocatedSite } from '../located.ts';
import type { ChunkModule, RealisedSite, Site } from '../model.ts';
import { realiseAwaits } from './awaits.ts';
import { type Entry, extentsOf, realiseBodies, realiseEntry, realiseReturns } from './bodies.ts';
import type { ChunkContext, Context, DeclaredBinding, Names } from './context.ts';
import { realiseInitializations } from './declarations.ts';
import { realiseDynamicImports } from './dynamic-imports.ts';
import { Edits } from './edits.ts';
import { realiseNamespaces } from './namespaces.ts';
import { type LocatedPieces, locatePieces } from './pieces.ts';
import { publishersOf } from './printed-by-rollup.ts';
import { getterFunctions, headOffset, prologueOffset } from './prologue.ts';
import { realiseReads } from './reads.ts';
import { realiseRequires } from './requires.ts';
import { realiseSnapshots } from './snapshots.ts';
import { unusedNames } from './unused-names.ts';
import { realiseWrites } from './writes.ts';

export interface RealiseInput {
  layout: Layout;
  /** Number of the chunk's first site in the build. */
  first: number;
  tracesNamespaces: boolean;
  /** Absent where the chunk is not that of a static entry. */
  entry?: Entry | undefined;
  /** Whether an entry's chunk is traced even if it has no statement of a module, as one that only re-exports. */
  mayBeEmpty: boolean;
  /** Whether the tracer is given by a call of `names.holder`, which is a function, else by that variable. */
  isHolderFunction: boolean;
}

/** The code around the modules of a realised chunk: formats put the runtime there. */
export interface Around {
  code: string;
  /** See {@link Layout}. */
  skeleton: Program;
  body: NodePath;
  names: Names;
  edits: Edits;
  /** Offset before the first statement or import, after directives. */
  head: number;
}

/** The contents of a chunk, for the tables. */
export interface ChunkContents {
  /** Indices of the modules of which it has statements. */
  modules: number[];
  declared: readonly DeclaredBinding[];
  sites: readonly RealisedSite[];
  /** Of `modules` those that have nothing to run, so the chunk shows neither their start nor their end. */
  unstarted: ReadonlySet<number>;
  /**
   * Reads that the bundler has dropped, or in whose place it has put the value of a constant: module, and index of the
   * record's `sites`.
   */
  gone: readonly { module: number; number: number }[];
}

export interface RealisedChunk {
  contents: ChunkContents;
  around: Around;
  /**
   * Returns the traced chunk. Called once.
   *
   * @param prologue statements that declare `names`
   */
  finish(prologue: string): EditedText;
}

/** Realises a chunk, or returns the reason why it can't be traced. */
export function realise(input: RealiseInput): RealisedChunk | ParseFailure | 'no statement' | 'no wrapper' {
  const { layout, entry } = input;
  const isEmpty = (extents: readonly Extent[]): boolean =>
    extents.length === 0 && !(entry && input.mayBeEmpty);
  const { text, code, skeleton, body, pieces, offsetOf } = layout;
  if (layout.extents && isEmpty(layout.extents)) return 'no statement';
  const located = locatePieces(layout);
  const chunk = contextOf(input, located);

  const unslicedSites: LocatedSite[] = [];
  const bodiesOf = new Map<ChunkModule, readonly Extent[]>();
  for (const piece of pieces) {
    const locatedPiece = located.take(piece);
    if (!locatedPiece) continue;
    chunk.gone.push(
      ...(locatedPiece.gone ?? []).map(({ module, number }) => ({ module: module.index, number })),
    );
    if (piece.module && locatedPiece.bodies) bodiesOf.set(piece.module, locatedPiece.bodies);
    realisePiece(chunk, locatedPiece, layout).apply(text, locatedPiece.offsetOf);
    if (!piece.module) unslicedSites.push(...locatedPiece.sites);
  }
  const failure = located.failure();
  if (failure) return failure;
  const extents = layout.extents ?? extentsOf(body.node.body, unslicedSites);
  if (!extents) return 'no wrapper';
  if (isEmpty(extents)) return 'no statement';
  const bodies = extents.flatMap((extent) => bodiesOf.get(extent.module) ?? extent);

  const started = new Set(bodies.map(({ module }) => module));

  const edits = new Edits(code);
  if (input.tracesNamespaces) realiseNamespaces(chunk, body.node.body, edits);
  const { names } = chunk;
  return {
    contents: {
      modules: [...new Set(bodies.concat(extents).map(({ module }) => module.index))],
      declared: [...chunk.declared.values()],
      sites: chunk.sites,
      unstarted: new Set(extents.flatMap(({ module }) => (started.has(module) ? [] : [module.index]))),
      gone: chunk.gone,
    },
    around: { code, skeleton, body, names, edits, head: headOffset(code, skeleton.body) },
    finish(prologue) {
      const insert = (offset: number, added: string): void => text.insert(offsetOf(offset), added, '');
      edits.apply(text, offsetOf);
      const at = prologueOffset(code, body);
      insert(at, `${at === 0 ? '' : '\n'}${getterFunctions(chunk)}${prologue}${at === 0 ? '\n' : ''}`);
      const context = { code, names, insert };
      if (entry) realiseEntry(context, entry, body.node.body, extents, at);
      realiseBodies(context, bodies, at);
      return text;
    },
  };
}

function contextOf(
  { layout, first, isHolderFunction }: RealiseInput,
  { declared, declarationOf }: LocatedPieces,
): ChunkContext {
  const unusedName = unusedNames(layout.code);
  const holder = unusedName('__phases');
  return {
    names: {
      build: isHolderFunction ? `${holder}()` : holder,
      holder,
      seen: unusedName('__seen'),
      getter: unusedName('__get'),
      using: unusedName('__using'),
    },
    first,
    sites: [],
    gone: [],
    removesDeadCode: layout.removesDeadCode ?? false,
    declared,
    declarationOf,
    publishers: new Set([...publishersOf(layout.body), ...(layout.publishers ?? [])]),
    getters: new Map(),
  };
}

type Realiser = (context: Context, located: readonly LocatedSite[]) => void;

/**
 * Called once per piece, in this order, which decides the nesting of edits with the same range. A realiser of several
 * kinds of sites gets them together.
 */
const REALISERS: Readonly<Record<Site['kind'], Realiser>> = {
  read: realiseReads,
  write: realiseWrites,
  declaration: realiseInitializations,
  default: realiseInitializations,
  require: realiseRequires,
  body: realiseRequires,
  import: realiseDynamicImports,
  await: realiseAwaits,
  disposal: realiseAwaits,
};

const IN_ORDER: readonly Realiser[] = [...new Set(Object.values(REALISERS))];

function realisePiece(chunk: ChunkContext, piece: LocatedPiece, layout: Layout): Edits {
  const { code, sites } = piece;
  const edits = new Edits(code);
  const isDeclared = declarationsOf(piece, layout);
  const context: Context = { ...chunk, code, edits, handlers: new Set(), isDeclared };
  for (const realiser of IN_ORDER) {
    realiser(
      context,
      sites.filter(({ site }) => REALISERS[site.kind] === realiser),
    );
  }
  realiseReturns(context, piece.returns ?? []);
  // Last, so that their calls go around those of the await.
  realiseSnapshots(context, sites);
  return edits;
}

/**
 * Whether the chunk declares a name that the piece uses: in the piece itself, around the pieces, or in another piece,
 * from which the piece imports it. The names are collected on the first call, since few pieces need them.
 */
function declarationsOf({ program, sites }: LocatedPiece, { skeleton }: Layout): Context['isDeclared'] {
  let names: Set<string> | undefined;
  return (name) => {
    names ??= new Set([
      ...declaredNames(skeleton),
      ...declaredNames(program),
      ...sites.flatMap(({ nodePath }) => firstName(nodePath.node)),
    ]);
    return names.has(name);
  };
}

/** `a` of `a.b.c` */
function firstName(node: Node): string[] {
  let at = node;
  while (at.type === 'MemberExpression') at = at.object;
  return at.type === 'Identifier' ? [at.name] : [];
}
