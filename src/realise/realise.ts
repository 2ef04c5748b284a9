/** Rendered chunk → traced chunk. */
import type { Program } from 'estree';
import { declaredNames } from '../ast/declares.ts';
import { EditedText } from '../edited-text.ts';
import type { ModuleRow, SiteRow } from '../protocol.ts';
import type { Context, DeclaredBinding, Names } from './context.ts';
import { collectDeclarations, realiseInitializations } from './declarations.ts';
import { Edits } from './edits.ts';
import { realiseImports } from './imports.ts';
import { type ChunkModule, type LocatedChunk, locate } from './locate.ts';
import { realiseNamespaces } from './namespaces.ts';
import { extentsOf, realiseAwaits, realisePhases } from './phases.ts';
import { chunkTable, getterFunctions, headOffset, prologueOffset } from './prologue.ts';
import { realiseReads } from './reads.ts';
import { realiseRequires } from './requires.ts';
import { realiseSnapshots } from './snapshots.ts';
import { realiseWrites } from './writes.ts';

export interface RealiseInput {
  code: string;
  program: Program;
  /** Number of the chunk's first site in the build. */
  first: number;
  /** The module whose marks carry a token. */
  moduleOf(token: string): ChunkModule | undefined;
  /** When a module's start and end are shown. */
  phasesOf(module: number): ModuleRow['phases'] | undefined;
  tracesNamespaces: boolean;
  resolve: Context['resolve'];
  resolveDynamic: Context['resolveDynamic'];
  pathOf(file: string): string;
  /** Makes the injected names known in the chunk: see {@link Connect}. */
  connect: Connect;
}

/** How `names` come by the build. */
export interface Connect {
  /** The expression that gives the build, once `prologue` has declared its holder. @default the holder */
  build?(program: Program, holder: string): string;
  /** What runs before the first statement: it gives the build the chunk's own table. May edit the wrapper too. */
  prologue(chunk: ConnectedChunk): string;
}

export interface ConnectedChunk {
  code: string;
  program: Program;
  /** The chunk's own table. */
  table: string;
  names: Names;
  edits: Edits;
  contents: ChunkContents;
  /** Offset before the first statement or import, after directives. */
  head: number;
}

/** What a chunk holds, for the build's table. */
export interface ChunkContents {
  /** Numbers of the modules that it has statements of. */
  modules: number[];
  declared: readonly DeclaredBinding[];
  sites: readonly SiteRow[];
}

export interface RealisedChunk {
  text: EditedText;
  contents: ChunkContents;
}

/** The traced chunk; null where no module of it has a statement. */
export function realise(input: RealiseInput): RealisedChunk | null {
  const { code, program } = input;
  const located = locate(code, program, input.moduleOf);
  const extents = extentsOf(located);
  if (extents.length === 0) return null;

  const holder = unusedName(code, located, '__phases');
  const context: Context = {
    code,
    edits: new Edits(code, located.noise),
    names: {
      build: input.connect.build?.(program, holder) ?? holder,
      holder,
      seen: unusedName(code, located, '__seen'),
      getter: unusedName(code, located, '__get'),
      using: unusedName(code, located, '__using'),
    },
    first: input.first,
    sites: [],
    declared: new Map(),
    handlers: new Set(),
    resolve: input.resolve,
    resolveDynamic: input.resolveDynamic,
    publishers: publishersOf(located),
    pathOf: input.pathOf,
    isDeclared: declarationsOf(program),
    getters: new Map(),
  };
  collectDeclarations(context, located.sites);
  realiseReads(context, located.sites);
  if (input.tracesNamespaces) realiseNamespaces(context, located);
  realiseWrites(context, located.sites);
  realiseInitializations(context, located.sites);
  realiseRequires(context, located.sites);
  realiseImports(context, located.sites);
  realiseAwaits(context, located.sites);
  // Of what an await gave.
  realiseSnapshots(context, located.sites);

  const { edits, names, sites, declared } = context;
  const contents: ChunkContents = {
    modules: extents.map(({ module }) => module.index),
    declared: [...declared.values()],
    sites,
  };
  const head = headOffset(code, program.body, located.noise);
  const table = chunkTable(context);
  const prologue = input.connect.prologue({ code, program, table, names, edits, contents, head });
  edits.prologue(`\n${getterFunctions(context)}${prologue}`);
  realisePhases(
    context,
    located,
    extents.filter(({ module }) => input.phasesOf(module.index) === true),
  );
  return { text: textOf(code, located, edits), contents };
}

function textOf(code: string, located: LocatedChunk, edits: Edits): EditedText {
  const text = new EditedText(code);
  for (const { start, end } of located.noise) text.replace(start, end, '');
  edits.apply(text, prologueOffset(code, located));
  return text;
}

/** Few chunks have a place that asks. */
function declarationsOf(program: Program): Context['isDeclared'] {
  let names: Set<string> | undefined;
  return (name) => {
    names ??= declaredNames(program);
    return names.has(name);
  };
}

/** Parameters of the chunk's wrapper, variables that a `require` is assigned to, and `exports`. */
function publishersOf({ body, wrapper }: LocatedChunk): Set<string> {
  const parameters = 'params' in wrapper ? wrapper.params : [];
  const variables = body.flatMap((node) => (node.type === 'VariableDeclaration' ? node.declarations : []));
  const required = variables.filter(
    ({ init }) =>
      init?.type === 'CallExpression' && init.callee.type === 'Identifier' && init.callee.name === 'require',
  );
  const names = [...parameters, ...required.map(({ id }) => id)];
  return new Set(['exports', ...names.flatMap((node) => (node.type === 'Identifier' ? [node.name] : []))]);
}

/**
 * What no name in the code begins with, in no scope: neither to the letter, which `eval` could see, nor escaped.
 */
function unusedName(code: string, { underscored }: LocatedChunk, name: string): string {
  let unused = name;
  const isUsed = (): boolean =>
    code.includes(unused) || [...underscored].some((other) => other.startsWith(unused));
  for (let suffix = 1; isUsed(); suffix++) unused = `${name}_${suffix}`;
  return unused;
}
