/** Import and export entries of a module: ECMA-262, ParseModule (sec-parsemodule). */
import type { Identifier, ImportDeclaration, Literal, Node, Pattern, Program } from 'estree';
import { startOf } from '../ast/node-path.ts';
import type { Binding, ImportEntry, ModuleRecord } from '../model.ts';

export type Entries = Pick<
  ModuleRecord,
  'requests' | 'imports' | 'localExports' | 'indirectExports' | 'starExports' | 'bindings'
> & {
  /** Local names of imports → index of `imports`. */
  importsByLocal: Map<string, number>;
  /** Local names of exported bindings → index of `bindings`. */
  bindingsByLocal: Map<string, number>;
};

const moduleExportName = (node: Identifier | Literal): string =>
  node.type === 'Identifier' ? node.name : String(node.value);

/** `import source x` binds the module's source, not a binding of the module. */
const isSourcePhase = (node: ImportDeclaration): boolean => 'phase' in node && node.phase === 'source';

export function readEntries(program: Program): Entries {
  const entries: Entries = {
    requests: [],
    imports: [],
    localExports: [],
    indirectExports: [],
    starExports: [],
    bindings: [],
    importsByLocal: new Map(),
    bindingsByLocal: new Map(),
  };
  const requestIndices = new Map<string, number>();

  /** Its place is the whole statement, which may have many lines. */
  const request = (statement: Node, source: Literal): number => {
    const specifier = String(source.value);
    let index = requestIndices.get(specifier);
    if (index === undefined) {
      index = entries.requests.length;
      requestIndices.set(specifier, index);
      entries.requests.push({ specifier, offset: startOf(statement) });
    }
    return index;
  };

  const importEntry = (entry: ImportEntry): void => {
    entries.importsByLocal.set(entry.local, entries.imports.length);
    entries.imports.push(entry);
  };

  const bindingOf = (local: string, kind: Binding['kind'], offset: number): number => {
    const known = entries.bindingsByLocal.get(local);
    if (known !== undefined) return known;
    const index = entries.bindings.length;
    entries.bindingsByLocal.set(local, index);
    entries.bindings.push({ name: local, kind, offset });
    return index;
  };

  const exportBinding = (name: string, local: string, kind: Binding['kind'], offset: number): void => {
    entries.localExports.push({ name, binding: bindingOf(local, kind, offset) });
  };

  // Imports first: an `export { x }` of an import is an indirect export, even before the import declaration.
  for (const node of program.body) {
    if (node.type !== 'ImportDeclaration') {
      if ('source' in node && node.source) request(node, node.source);
      continue;
    }
    const from = request(node, node.source);
    if (isSourcePhase(node)) continue;
    for (const specifier of node.specifiers) {
      importEntry({
        local: specifier.local.name,
        request: from,
        name:
          specifier.type === 'ImportSpecifier'
            ? moduleExportName(specifier.imported)
            : specifier.type === 'ImportDefaultSpecifier'
              ? 'default'
              : null,
      });
    }
  }

  for (const node of program.body) {
    if (node.type === 'ExportAllDeclaration') {
      const from = request(node, node.source);
      if (node.exported) {
        entries.indirectExports.push({
          name: moduleExportName(node.exported),
          request: from,
          imported: null,
        });
      } else entries.starExports.push(from);
    } else if (node.type === 'ExportNamedDeclaration') {
      const { declaration, source } = node;
      if (declaration?.type === 'VariableDeclaration') {
        const kind = variableKind(declaration.kind);
        for (const { id } of declaration.declarations) {
          for (const { name, offset } of boundNames(id)) exportBinding(name, name, kind, offset);
        }
      } else if (declaration) {
        const kind = declaration.type === 'ClassDeclaration' ? 'class' : 'function';
        exportBinding(declaration.id.name, declaration.id.name, kind, startOf(declaration.id));
      }
      for (const specifier of node.specifiers) {
        const name = moduleExportName(specifier.exported);
        const local = moduleExportName(specifier.local);
        if (source) {
          entries.indirectExports.push({ name, request: request(node, source), imported: local });
          continue;
        }
        const imported = entries.imports[entries.importsByLocal.get(local) ?? -1];
        if (imported) {
          entries.indirectExports.push({ name, request: imported.request, imported: imported.name });
        } else {
          // findSites sets kind and offset when it reaches the declaration.
          exportBinding(name, local, 'var', startOf(specifier.local));
        }
      }
    } else if (node.type === 'ExportDefaultDeclaration') {
      const { declaration } = node;
      const isFunction = declaration.type === 'FunctionDeclaration';
      if (isFunction || declaration.type === 'ClassDeclaration') {
        // TypeScript's estree types give declarations a name that `export default` may leave out.
        const id = declaration.id as Identifier | null;
        exportBinding(
          'default',
          id?.name ?? 'default',
          isFunction ? 'function' : 'class',
          startOf(id ?? (declaration as Node)),
        );
      } else {
        exportBinding('default', 'default', 'default-expression', startOf(declaration));
        const isLocal = declaration.type === 'Identifier' && !entries.importsByLocal.has(declaration.name);
        if (isLocal) Object.assign(entries.bindings.at(-1) ?? {}, { local: declaration.name });
      }
    }
  }
  return entries;
}

/** `using` and `await using` declare constants. */
export const variableKind = (kind: string): 'const' | 'let' | 'var' =>
  kind === 'var' || kind === 'let' ? kind : 'const';

/** BoundNames of a binding pattern (sec-static-semantics-boundnames). */
export function boundNames(pattern: Pattern): { name: string; offset: number }[] {
  const names: { name: string; offset: number }[] = [];
  const visit = (node: Node | null): void => {
    switch (node?.type) {
      case 'Identifier':
        names.push({ name: node.name, offset: startOf(node) });
        break;
      case 'ObjectPattern':
        for (const property of node.properties)
          visit(property.type === 'Property' ? property.value : property);
        break;
      case 'ArrayPattern':
        for (const element of node.elements) visit(element);
        break;
      case 'AssignmentPattern':
        visit(node.left);
        break;
      case 'RestElement':
        visit(node.argument);
        break;
    }
  };
  visit(pattern);
  return names;
}
