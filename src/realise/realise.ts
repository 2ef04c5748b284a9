/** Rendered chunk → traced chunk. */
import type { Program } from 'estree';
import MagicString from 'magic-string';
import type { BuildTable } from '../protocol.ts';
import type { Context, DeclaredBinding, Target } from './context.ts';
import { realiseDeclarations } from './declarations.ts';
import { Edits } from './edits.ts';
import { type ChunkModule, type LocatedSite, locate } from './locate.ts';
import { extentsOf, realiseAwaits, realisePhases } from './phases.ts';
import { inlineRuntime, prologueOffset, registerChunk } from './prologue.ts';
import { realiseReads } from './reads.ts';
import { realiseWrites } from './writes.ts';

export interface RealiseInput {
  code: string;
  program: Program;
  /** The module whose marks carry a token. */
  moduleOf(token: string): ChunkModule | undefined;
  /** Whether a module's start and end are shown. */
  hasPhases(module: ChunkModule): boolean;
  resolve(read: LocatedSite): Target;
  pathOf(file: string): string;
  /** Text of the runtime. */
  runtime: string;
  /** The build's table, given what the chunk holds. */
  table(contents: ChunkContents): BuildTable;
}

/** What a chunk holds, for the build's table. */
export interface ChunkContents {
  /** Numbers of the modules that it has statements of. */
  modules: number[];
  declared: readonly DeclaredBinding[];
  sites: number;
}

/** The traced chunk; null where no module of it has a statement. */
export function realise(input: RealiseInput): MagicString | null {
  const { code, program } = input;
  const located = locate(code, program, input.moduleOf);
  const extents = extentsOf(located);
  if (extents.length === 0) return null;

  const edits = new Edits(code);
  const context: Context = {
    code,
    edits,
    names: { build: unusedName(code, '__phases'), seen: unusedName(code, '__seen') },
    first: 0,
    sites: [],
    declared: [],
    resolve: input.resolve,
    pathOf: input.pathOf,
  };
  realiseReads(context, located.sites);
  realiseWrites(context, located.sites);
  realiseDeclarations(context, located.sites);
  realiseAwaits(context, located.sites);

  const table = input.table({
    modules: extents.map(({ module }) => module.index),
    declared: context.declared,
    sites: context.sites.length,
  });
  edits.prologue(`\n${inlineRuntime(context, input.runtime, table)}\n${registerChunk(context)}`);
  realisePhases(
    context,
    located,
    extents.filter(({ module }) => input.hasPhases(module)),
  );

  const text = new MagicString(code);
  for (const { start, end } of located.noise) text.remove(start, end);
  edits.apply(text, prologueOffset(code, located));
  return text;
}

/** A name that the code contains nowhere, in no scope. */
function unusedName(code: string, name: string): string {
  let unused = name;
  for (let suffix = 1; code.includes(unused); suffix++) unused = `${name}_${suffix}`;
  return unused;
}
