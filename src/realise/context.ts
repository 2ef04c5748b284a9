/** What every kind of edit needs: the text, its edits, the chunk's tables, and the words of realised code. */
import type { Node } from 'estree';
import { type Ancestor, endOf, startOf } from '../ast/walk.ts';
import type { LocatedSite } from '../locate/located.ts';
import type { Place } from '../model.ts';
import type { SiteRow } from '../protocol.ts';
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
  /** Of its declaration, in the user's own source. */
  place: Place;
}

export const declarationKey = (module: number | string, binding: number | string): string =>
  `${module}:${binding}`;

/** What a read resolves to, as it stands in a {@link SiteRow}; null where it resolves to nothing. */
export type Target = [module: number | string, binding: number | string] | null;

export interface ChunkContext {
  names: Names;
  /** Number of the chunk's first site in the build. */
  first: number;
  sites: SiteRow[];
  /** By {@link declarationKey}: those of pieces that were looked into. */
  declared: Map<string, DeclaredBinding>;
  /** Looks into the module's piece of the chunk, if need be. */
  declarationOf(module: number | string, binding: number | string): DeclaredBinding | undefined;
  resolve(read: LocatedSite, path: readonly string[]): Target;
  /** The name that a binding has in its module, if that is not included: its declaration has no mark. */
  excludedName(target: NonNullable<Target>): string | undefined;
  /** What a dynamic import (a site of the module) asks for: a module, a specifier, or null for what only running tells. */
  resolveDynamic(module: number, site: number): number | string | null;
  /** Names of objects whose members other chunks, or this one, publish: `exports`, and what `require` gave. */
  publishers: ReadonlySet<string>;
  /** Path of a file that is not the module itself. */
  pathOf(file: string): string;
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

/** Adds a row to the chunk's table; returns the number of the site in the build. */
export function addSite(context: ChunkContext, row: SiteRow): number {
  return context.first + context.sites.push(row) - 1;
}

/** The last element of a row: the file, where it is not the module's own. */
export const fileOf = (context: ChunkContext, { site }: LocatedSite): [file?: string] =>
  site.file === undefined ? [] : [context.pathOf(site.file)];

/** Adds the row of a read; `s` is one of a value that is kept. */
export const addRead = (
  context: Context,
  kind: 'r' | 's',
  read: LocatedSite,
  target: NonNullable<Target>,
  local: string,
): number =>
  addSite(context, [
    kind,
    read.module.index,
    read.site.line,
    read.site.column,
    ...target,
    local,
    ...fileOf(context, read),
  ]);

/** A guard that asks the runtime once, and again after each change. */
export const guard = ({ names }: ChunkContext, site: number, call: string): string =>
  `${names.seen}[${site}]||${names.build}.${call}`;

export const textOf = ({ code }: Pick<Context, 'code'>, node: Node): string =>
  code.slice(startOf(node), endOf(node));

/** `(0, a.b)` stands for `a.b`. */
export function unwrapSequence(place: Ancestor): Ancestor {
  const { node } = place;
  if (node.type !== 'SequenceExpression') return place;
  const last = node.expressions.at(-1);
  return last ? { node: last, key: 'expressions', parent: place } : place;
}
