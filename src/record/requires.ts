/** `require('./a')` in the source of a module, for bundlers that take CommonJS modules as they are. */
import type { Program } from 'estree';
import { walk } from 'estree-walker';
import { startOf } from '../ast/node-path.ts';
import type { ModuleRecord, Site } from '../model.ts';
import { createScopes } from './scopes.ts';

const NAMES: ReadonlySet<string> = new Set(['require']);

/** Adds a module's calls of `require` to its requests and sites: after those of its imports, as Rolldown lists them. */
export function addRequires(
  program: Program,
  code: string,
  { requests, imports, sites }: Pick<ModuleRecord, 'requests' | 'imports' | 'sites'>,
): void {
  const calls = CALL.test(code) ? callsIn(program) : [];
  if (calls.length === 0) return;
  const scopes = createScopes(program, NAMES);
  /** By specifier: index of its import entry. */
  const entries = new Map<string, number>();
  for (const { specifier, offset } of calls) {
    if (!scopes.isModuleScoped('require', offset)) continue;
    let entry = entries.get(specifier);
    if (entry === undefined) {
      const known = requests.findIndex((request) => request.specifier === specifier);
      const request = known >= 0 ? known : requests.push({ specifier, offset }) - 1;
      entry = imports.push({ local: 'require', request, name: null }) - 1;
      entries.set(specifier, entry);
    }
    const site: Site = { kind: 'require', import: entry, offset };
    sites.push(site);
  }
}

/** Text without which code calls no `require`. */
const CALL = /\brequire\s*[(/?]/;

/** Calls of a `require` with the specifier of a module. */
function callsIn(program: Program): { specifier: string; offset: number }[] {
  const calls: { specifier: string; offset: number }[] = [];
  walk(program, {
    enter(node) {
      if (
        node.type !== 'CallExpression' ||
        node.callee.type !== 'Identifier' ||
        node.callee.name !== 'require'
      )
        return;
      const [argument] = node.arguments;
      if (node.arguments.length !== 1 || argument?.type !== 'Literal' || typeof argument.value !== 'string')
        return;
      calls.push({ specifier: argument.value, offset: startOf(node) });
    },
  });
  return calls;
}

/** Whether the program is a CommonJS module: it uses the names that Node gives such a module, and has no ES syntax. */
export function isCommonJS({ body }: Program, code: string): boolean {
  const isModule = body.some(
    ({ type }) =>
      type === 'ImportDeclaration' ||
      type === 'ExportNamedDeclaration' ||
      type === 'ExportDefaultDeclaration' ||
      type === 'ExportAllDeclaration',
  );
  return !isModule && /\b(?:module|exports|require)\b/.test(code);
}
