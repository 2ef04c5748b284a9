/** State that the realisers share: the text and its edits, the chunk's tables, and the injected names. */
import type { Node } from 'estree';
import { endOf, startOf } from '../ast/node-path.ts';
import type { Layout, LocatedSite } from '../located.ts';
import type { RealisedSite, Target } from '../model.ts';
import type { Edits } from './edits.ts';

/** Injected names; no identifier of the chunk begins with one of them. */
export interface Names {
  /** The expression that gives the runtime's `Tracer`: `holder`, or a call of it. */
  build: string;
  /** Variable that holds the tracer, or function that returns it. */
  holder: string;
  /** Variable that holds the tracer's `seen` cells. */
  seen: string;
  /** Prefix, before a number, of functions that read an identifier of the chunk. */
  getter: string;
  /** Prefix, before a number, of the variable that a block with `await using` disposes of first. */
  using: string;
}

/** A binding that the chunk declares. */
export interface DeclaredBinding {
  module: number;
  binding: number;
  /** Expression that reads it; 0 where reading may run user code. */
  expression: string | 0;
  /** State before any module runs, by the printed declaration: index of `STATES`. */
  state: number;
  /** The declaration's site: index of the record's `sites`. */
  site: number;
}

export const declarationKey = ({ module, binding }: Pick<Target, 'module' | 'binding'>): string =>
  `${module}:${binding}`;

export interface ChunkContext {
  names: Names;
  /** Number of the chunk's first site in the build. */
  first: number;
  sites: RealisedSite[];
  /** See `ChunkContents`. */
  gone: { module: number; number: number }[];
  /** See {@link Layout}. */
  removesDeadCode: boolean;
  /** By {@link declarationKey}: the bindings that the pieces located so far declare. */
  declared: Map<string, DeclaredBinding>;
  /** Locates the module's piece first, if that has not happened yet. */
  declarationOf(target: Target): DeclaredBinding | undefined;
  /** Names of objects that publish bindings of this chunk or another one: `exports`, and results of `require`. */
  publishers: ReadonlySet<string>;
  /** By identifier: name of the function of the chunk that reads it. */
  getters: Map<string, string>;
}

/** The context of one piece of the chunk. Offsets are those of the piece's `code`. */
export interface Context extends ChunkContext {
  code: string;
  edits: Edits;
  /** Blocks that have a `caught` call already. */
  handlers: Set<Node>;
  /** Whether the chunk declares the name in some scope. */
  isDeclared(name: string): boolean;
}

type WithoutOwner<S> = S extends RealisedSite ? Omit<S, 'module' | 'site'> : never;

/** Adds a site to those of the chunk; returns its number in the build. */
export function addSite(
  context: ChunkContext,
  { module, number }: LocatedSite,
  site: WithoutOwner<RealisedSite>,
): number {
  return context.first + context.sites.push({ ...site, module: module.index, site: number }) - 1;
}

/** An expression that calls the runtime unless the site's cell is set. */
export const guard = ({ names }: ChunkContext, site: number, call: string): string =>
  `${names.seen}[${site}]||${names.build}.${call}`;

export const textOf = ({ code }: Pick<Context, 'code'>, node: Node): string =>
  code.slice(startOf(node), endOf(node));
