/** Finds every site of a module, in one walk, and whether the module waits. */
import type { FunctionDeclaration, Identifier, ImportExpression, Node, Program } from 'estree';
import { walk } from 'estree-walker';
import { endOf, isFunction, type NodePath, startOf, Trail } from '../ast/node-path.ts';
import { isDecoratorHead, memberName, roleOf } from '../ast/role.ts';
import { skipTrivia } from '../ast/trivia.ts';
import type { Binding, ImportEntry, Site, WantedSites } from '../model.ts';
import { bodyOf, isGenerated, isRequire, isVariableRequire, requireFunctionOf } from './commonjs.ts';
import { followNamespace } from './dynamic.ts';
import { type Entries, variableKind } from './entries.ts';
import { guardOf, isConditional, isFatalUndefined, isHeritage } from './evaluation.ts';
import { findScopes } from './scopes.ts';

/** A site, and the offset at which its mark goes. */
export interface FoundSite {
  mark: number;
  site: Site;
}

export interface FoundSites {
  sites: FoundSite[];
  /** ECMA-262 [[HasTLA]]. */
  hasTLA: boolean;
}

type WithoutOffset<S> = S extends Site ? Omit<S, 'offset'> : never;

export interface SitesInput {
  program: Program;
  code: string;
  entries: Entries;
  wanted: WantedSites;
  /** Whether functions may have sites. */
  withFunctions: boolean;
}

export function findSites({ program, code, entries, wanted, withFunctions }: SitesInput): FoundSites {
  const { importsByLocal, bindingsByLocal } = entries;
  const foundSites: FoundSite[] = [];
  const names = new Set([...importsByLocal.keys(), ...bindingsByLocal.keys()]);
  /** The binding of `export default a`. */
  const ofDefault = entries.bindings.findIndex(({ local }) => local !== undefined);
  const local = entries.bindings[ofDefault]?.local;
  if (local !== undefined) names.add(local);
  const scopeFinder = findScopes(names);
  const requireFunction = requireFunctionOf(entries);
  /**
   * Identifiers with the name of an import, an exported binding, or the local of the default binding; after the walk,
   * scopes decide whether they refer to it.
   */
  const named: NodePath[] = [];
  /** Dynamic imports whose namespace is followed; `dynamic` is the number of the site. */
  const requests: { dynamic: number; specifier: string; nodePath: NodePath }[] = [];
  let functionDepth = 0;
  let hasTLA = false;
  /** End of the first `throw` of the module's own body: what stands behind it may not run. */
  let thrown = Infinity;
  const trail = new Trail();

  const add = (mark: number, offset: number, content: WithoutOffset<Site>): void => {
    foundSites.push({ mark, site: { ...content, offset } });
  };

  walk(program, {
    enter(node, parent, key) {
      // Half of all nodes are identifiers: they have no children and no scope, so the rest is skipped.
      if (node.type === 'Identifier') {
        if (names.has(node.name)) named.push(trail.pathTo(node, key));
        return;
      }
      // Rollup's parser adds annotation comments to `body` under another key.
      if (parent?.type === 'Program' && key === 'body') topLevelStatement(node);
      if (!withFunctions && isFunction(node)) {
        this.skip();
        return;
      }
      trail.enter(node, key);
      scopeFinder.enter(node);
      if (isFunction(node)) functionDepth++;
      else if (functionDepth === 0) {
        topLevelAwait(node, parent);
        if (node.type === 'ThrowStatement') thrown = Math.min(thrown, endOf(node));
      }
    },
    leave(node, _parent, key) {
      if (node.type === 'Identifier') return;
      trail.leave();
      // On leaving: Rollup resolves nested dynamic imports from the inside out.
      if (node.type === 'ImportExpression') dynamicImport(node, trail.pathTo(node, key));
      scopeFinder.leave(node);
      if (isFunction(node)) functionDepth--;
    },
  });
  const scopes = scopeFinder.scopes();
  for (const nodePath of named) identifier(nodePath.node as Identifier, nodePath);
  for (const { dynamic, specifier, nodePath } of requests)
    namespaceReads(dynamic, `import('${specifier}')`, nodePath);
  return { sites: foundSites, hasTLA };

  function topLevelStatement(node: Node): void {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
        return;
      case 'ExportDefaultDeclaration': {
        const id = 'id' in node.declaration ? node.declaration.id : null;
        const isDeclaration = /Declaration$/.test(node.declaration.type);
        if (isDeclaration && id) {
          declaration(id, node.declaration.type === 'ClassDeclaration' ? 'class' : 'function');
        } else {
          const binding = bindingsByLocal.get('default');
          if (binding !== undefined && wanted.bindings)
            add(startOf(node), startOf(node.declaration as Node), { kind: 'default', binding });
        }
        return;
      }
      case 'ExportNamedDeclaration':
        if (node.declaration) declarationStatement(node.declaration);
        return;
      default:
        declarationStatement(node);
    }
  }

  function declarationStatement(node: Node): void {
    if (node.type === 'FunctionDeclaration') {
      declaration(node.id, 'function');
      if (node.id.name === requireFunction) commonJSBody(node);
    } else if (node.type === 'ClassDeclaration') declaration(node.id, 'class');
  }

  function commonJSBody(node: FunctionDeclaration): void {
    const body = bodyOf(node);
    if (!body) return;
    add(endOf(body.first), startOf(body.first), { kind: 'body', edge: 'start' });
    add(endOf(body.last), startOf(body.last), { kind: 'body', edge: 'end' });
  }

  function declaration(id: Identifier, kind: Binding['kind']): void {
    const index = bindingsByLocal.get(id.name);
    const binding = index === undefined ? undefined : entries.bindings[index];
    if (index === undefined || !binding) return;
    Object.assign(binding, { kind, offset: startOf(id) });
    if (wanted.bindings) add(endOf(id), startOf(id), { kind: 'declaration', binding: index });
  }

  function identifier(node: Identifier, nodePath: NodePath): void {
    const imported = importsByLocal.get(node.name);
    const binding = bindingsByLocal.get(node.name);
    if (!scopes.isModuleScoped(node.name, startOf(node))) return;
    const role = roleOf(nodePath);
    if (imported !== undefined) {
      const entry = entries.imports[imported] as ImportEntry;
      if (role !== 'reference' || isDecoratorHead(nodePath)) return;
      if (isRequire(entry, nodePath)) add(endOf(node), startOf(node), { kind: 'require', import: imported });
      else if (isVariableRequire(entry, nodePath))
        add(endOf(node), startOf(node), { kind: 'require', import: imported, isVariable: true });
      else if (wanted.reads && !isGenerated(entries.requests[entry.request]?.specifier ?? '')) {
        read(imported, nodePath);
      }
    } else if (role === 'declaration') declaration(node, declaredKind(nodePath));
    else if (role === 'target' && wanted.writes) {
      add(endOf(node), startOf(node), { kind: 'write', binding: binding ?? ofDefault });
    }
  }

  /**
   * Of a namespace's member chain `ns.a.b` Rollup may replace any prefix by one name. So the mark goes after the whole
   * chain, outside of the replaced text, which source maps name.
   */
  function read(index: number, nodePath: NodePath): void {
    const path: string[] = [];
    let end = nodePath;
    if (entries.imports[index]?.name === null) {
      for (
        let { key, parent } = nodePath;
        parent?.node.type === 'MemberExpression';
        { key, parent } = parent
      ) {
        const { node } = parent;
        const name = memberName(node);
        if (key !== 'object' || name === undefined || roleOf(parent) !== 'reference') break;
        path.push(name);
        end = parent;
      }
    }
    const offset = startOf(nodePath.node);
    const guard = guardOf(end);
    add(endOf(end.node), offset, {
      kind: 'read',
      import: index,
      path,
      ...(offset < thrown && !isConditional(nodePath) && { isUnconditional: true }),
      ...(isHeritage(nodePath) && { isHeritage: true }),
      ...(isFatalUndefined(end) && { isFatalUndefined: true }),
      ...(guard && { guard }),
    });
  }

  function dynamicImport(node: ImportExpression, nodePath: NodePath): void {
    // `import.source(x)` and `import.defer(x)` do not evaluate.
    if ('phase' in node && node.phase) return;
    const specifier = specifierOf(node);
    const dynamic = foundSites.length;
    add(endOf(node), startOf(node), { kind: 'import', specifier });
    if (specifier !== null && wanted.reads) requests.push({ dynamic, specifier, nodePath });
  }

  /** Adds the reads of a dynamic import's namespace; `shown` is printed for the namespace where it has no name. */
  function namespaceReads(dynamic: number, shown: string, request: NodePath): void {
    const entryOf = (local: string): number => {
      const known = entries.imports.findIndex((entry) => entry.dynamic === dynamic && entry.local === local);
      return known >= 0 ? known : entries.imports.push({ local, request: -1, name: null, dynamic }) - 1;
    };
    followNamespace(request, {
      reference(nodePath) {
        // A reference without a member, such as an argument, reads no binding.
        if (nodePath.parent?.node.type !== 'MemberExpression' || nodePath.key !== 'object') return;
        const { node } = nodePath;
        if (node.type === 'Identifier') read(entryOf(node.name), nodePath);
        else if (memberName(nodePath.parent.node) !== undefined) read(entryOf(`(await ${shown})`), nodePath);
      },
      snapshot(name, variable) {
        const site = { import: entryOf(variable.name), path: [name], variable: variable.name };
        add(endOf(variable), startOf(variable), { kind: 'read', ...site });
      },
    });
  }

  function topLevelAwait(node: Node, parent: Node | null): void {
    if (node.type === 'AwaitExpression') {
      hasTLA = true;
      add(startOf(node) + 'await'.length, startOf(node), { kind: 'await' });
    } else if (node.type === 'ForOfStatement' && node.await) {
      hasTLA = true;
      const keyword = skipTrivia(code, startOf(node) + 'for'.length);
      add(keyword + 'await'.length, startOf(node), { kind: 'await' });
    } else if (node.type === 'VariableDeclaration' && node.kind === 'await using') {
      hasTLA = true;
      // Not at the top level, where Rollup disposes of the resource with the whole chunk; nor in a `for await`, whose
      // own site covers the wait.
      const isToldHere =
        parent?.type === 'BlockStatement' || (parent?.type === 'ForOfStatement' && !parent.await);
      if (!isToldHere) return;
      for (const { id } of node.declarations) add(endOf(id), startOf(node), { kind: 'disposal' });
    }
  }
}

/** The specifier if it is a literal, by Rollup's definition; else null. */
function specifierOf({ source }: ImportExpression): string | null {
  if (source.type === 'Literal') return typeof source.value === 'string' ? source.value : null;
  if (source.type !== 'TemplateLiteral' || source.expressions.length > 0) return null;
  return source.quasis[0]?.value.cooked ?? null;
}

function declaredKind(nodePath: NodePath): Binding['kind'] {
  for (let { parent } = nodePath; parent; { parent } = parent) {
    if (parent.node.type === 'VariableDeclaration') return variableKind(parent.node.kind);
  }
  return 'var';
}
