/** What every kind of edit needs: the text, its edits, the chunk's tables, and the words of realised code. */
import type { Node } from 'estree';
import { endOf, startOf } from '../ast/node-path.ts';
import type { LocatedSite } from '../located.ts';
import type { RealisedSite, Target } from '../model.ts';
import type { Edits } from './edits.ts';

/** Injected names; no name in the chunk begins so. */
export interface Names {
  /** The expression that gives the {@link Build}: `holder`, or a call of it. */
  build: string;
  holder: string;
  /** Holds its `seen` cells. */
  seen: string;
  /** With a number: functions of the chunk that read an identifier. */
  getter: string;
  /** With a number: what a block disposes of first. */
  using: string;
}

/** A binding that the chunk declares. */
export interface DeclaredBinding {
  module: number;
  binding: number;
  /** What reads it; 0 where that may run user code. */
  expression: string | 0;
  /** Number of its state before any module runs, as its declaration is printed. */
  state: number;
  /** Of its declaration. */
  site: number;
}

export const declarationKey = ({ module, binding }: Pick<Target, 'module' | 'binding'>): string =>
  `${module}:${binding}`;

export interface ChunkContext {
  names: Names;
  /** Number of the chunk's first site in the build. */
  first: number;
  sites: RealisedSite[];
  /** By {@link declarationKey}: those of pieces that were looked into. */
  declared: Map<string, DeclaredBinding>;
  /** Looks into the module's piece of the chunk, if need be. */
  declarationOf(target: Target): DeclaredBinding | undefined;
  /** Names of objects whose members other chunks, or this one, publish: `exports`, and what `require` gave. */
  publishers: ReadonlySet<string>;
  /** Names of functions of the chunk, by the identifier that each reads. */
  getters: Map<string, string>;
}

/** The same for one piece of the chunk. */
export interface Context extends ChunkContext {
  code: string;
  edits: Edits;
  /** Blocks that note an error. */
  handlers: Set<Node>;
  /** The chunk declares the name that the piece uses, in some scope. */
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

/** A guard that asks the runtime once, and again after each change. */
export const guard = ({ names }: ChunkContext, site: number, call: string): string =>
  `${names.seen}[${site}]||${names.build}.${call}`;

export const textOf = ({ code }: Pick<Context, 'code'>, node: Node): string =>
  code.slice(startOf(node), endOf(node));
