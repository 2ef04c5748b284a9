/**
 * Finds the nodes of a slice that stand for the sites of its module, by their place in the original source. Two sites
 * may share a place, as in code that another plugin compiled: then they are told apart by their order, or left untraced.
 */
import type { Identifier, Node, Program } from 'estree';
import { walk } from 'estree-walker';
import { endOf, type NodePath, startOf, Trail } from '../../ast/node-path.ts';
import { memberName, roleOf } from '../../ast/role.ts';
import type { Extent, LocatedPiece, LocatedSite, ReturnOf } from '../../located.ts';
import type { ChunkModule, Position, Site } from '../../model.ts';
import type { SliceText } from '../layout.ts';
import type { ChunkMap, Place } from './chunk-map.ts';
import {
  countDirectives,
  countImports,
  requiredBy,
  standsForDynamicImport,
  wrapped,
} from './printed-by-rolldown.ts';

export interface MappedSlices {
  map: ChunkMap;
  /** Places of a module's sites in the original sources, by their index. */
  placesOf(module: ChunkModule): readonly Position[];
  /** Names of variables that hold the exports of CommonJS modules or other chunks. */
  publishers: ReadonlySet<string>;
  /** The module that runs, or may run, when the function with this name is called. */
  wrappedBy(name: string): ChunkModule | undefined;
}

/** The sites of one kind, at one place, and the nodes that may stand for them. */
interface Sought {
  kind: Kind;
  sites: number[];
  nodes: NodePath[];
}

/** What a node may stand for. */
type Kind = 'read' | 'variable' | 'write' | 'declaration' | 'default' | 'import' | 'await' | 'disposal';

const KINDS: Readonly<Record<Site['kind'], Kind | undefined>> = {
  read: 'read',
  // Rolldown prints it without a place of its own.
  require: undefined,
  write: 'write',
  declaration: 'declaration',
  default: 'default',
  import: 'import',
  await: 'await',
  disposal: 'disposal',
  body: undefined,
};

export function locateByMap(slice: SliceText, program: Program, slices: MappedSlices): LocatedPiece {
  const { module, text, start } = slice;
  const { map, publishers } = slices;
  const soughtSites: Sought[] = [];
  const soughtAt = soughtByPlace();
  const bodies: Extent[] = [];
  const returns: ReturnOf[] = [];
  /** Expressions that stand for a `require`, by what it requires. */
  const requires = new Map<number | string, NodePath[]>();
  /** Expressions that stand for an `import()`. */
  const dynamicImports: NodePath[] = [];
  const identifiers: Identifier[] = [];
  /** The nodes that stand for a site. */
  const known = new Set<Node>();
  const trail = new Trail();
  /** A function around the module itself, which is not called where it has nothing to run. */
  let isWrapped = false;

  walk(program, {
    enter(node, parent, key) {
      const path = (): NodePath => trail.pathTo(node, key);
      const wrapper = wrapped(node);
      if (wrapper) {
        isWrapped = true;
        const body = bodyOf(wrapper.block.body, wrapper);
        if (body) bodies.push(body);
      }
      if (isWrapped && node.type === 'ReturnStatement' && isOfBody(path()))
        returns.push({ module, nodePath: path() });
      notePossibleRequire(node, path);
      if (node.type === 'Identifier') identifiers.push(node);
      if (standsForDynamicImport(node) && !isUsersOwn(node)) dynamicImports.push(path());
      const kinds = kindsOf(node);
      const ownPlace = kinds.length > 0 ? placeOf(node) : undefined;
      const place = ownPlace ?? (kinds.includes('read') ? placeBeside(parent, key) : undefined);
      for (const sought of (place && soughtAt.get(keyOf(place))) ?? []) {
        if (ownPlace ? !kinds.includes(sought.kind) : sought.kind !== 'read') continue;
        const found = nodeFor(sought.kind, path());
        if (found) sought.nodes.push(...found);
      }
      trail.enter(node, key);
    },
    leave() {
      trail.leave();
    },
  });

  const sites = soughtSites.flatMap(paired);
  sites.push(...remainingDynamicImports(), ...locatedRequires());
  sites.sort((a, b) => startOf(a.nodePath.node) - startOf(b.nodePath.node));
  if (!isWrapped) {
    const whole = bodyOf(program.body, undefined);
    if (whole && whole.end > whole.start) bodies.unshift(whole);
  }
  return {
    code: text,
    program,
    sites,
    offsetOf: (offset) => start + offset,
    bodies,
    returns,
    gone: goneSites(),
  };

  function notePossibleRequire(node: Node, path: () => NodePath): void {
    const required = requiredBy(node);
    if (!required) return;
    const target = required.name === undefined ? required.specifier : slices.wrappedBy(required.name)?.index;
    if (target === undefined) return;
    requires.set(target, [...(requires.get(target) ?? []), path()]);
  }

  /** Rolldown gives what it prints instead of an `import()` no place, but keeps the order. */
  function remainingDynamicImports(): LocatedSite[] {
    const found = new Set(sites.map(({ number }) => number));
    const numbers = [...module.record.sites.entries()]
      .filter(([number, { kind }]) => kind === 'import' && !found.has(number))
      .sort(([, a], [, b]) => a.offset - b.offset)
      .map(([number]) => number);
    return paired({ sites: numbers, nodes: dynamicImports });
  }

  /**
   * Reads that Rolldown has dropped, or in whose place it has put the value of a constant, which has no place: no
   * identifier is left that could be the read.
   */
  function goneSites(): Pick<LocatedSite, 'module' | 'number'>[] {
    const missing = soughtSites.filter(
      ({ kind, nodes }) => nodes.length === 0 && (kind === 'read' || kind === 'variable'),
    );
    if (missing.length === 0) return [];
    const names = new Set<string>();
    for (const node of identifiers) {
      if (!known.has(node)) names.add(unnumbered(node.name));
    }
    const mayBeDefault = [...names].some((name) => name.endsWith('_default'));
    return missing.flatMap(({ sites: numbers }) =>
      numbers.flatMap((number) => {
        const site = module.record.sites[number];
        if (site?.kind !== 'read') return [];
        const { local = '', name = null } = module.record.imports[site.import] ?? {};
        if (name === null || (name === 'default' && mayBeDefault)) return [];
        const declared = module.targets[number]?.[0]?.name;
        const isGone = [local, name, declared].every(
          (other) => other === undefined || !names.has(unnumbered(other)),
        );
        return isGone ? [{ module, number }] : [];
      }),
    );
  }

  /** Whether the original has the expression as well. */
  function isUsersOwn(node: Node): boolean {
    const place = placeOf(node);
    return place !== undefined && map.originalAt(place)?.startsWith('Promise') === true;
  }

  /** The requires of one target, told apart by their order. */
  function locatedRequires(): LocatedSite[] {
    const numbers = new Map<number | string, number[]>();
    for (const [number, site] of module.record.sites.entries()) {
      const target = site.kind === 'require' ? module.targets[number]?.[0]?.module : undefined;
      if (target != null) numbers.set(target, [...(numbers.get(target) ?? []), number]);
    }
    return [...numbers].flatMap(([target, of]) => paired({ sites: of, nodes: requires.get(target) ?? [] }));
  }

  function placeOf(node: Node): Place | undefined {
    return map.placeAt(start + startOf(node));
  }

  /**
   * The place of an identifier that has none of its own: of `{ first }`, printed as `{ first: head }`, the key's; of `c.f`,
   * printed as `import_c.f`, and of `ns.a.f`, printed as `a.f`, where the chain before the `f` begins in the original.
   */
  function placeBeside(beside: Node | null, key: unknown): Place | undefined {
    if (beside?.type === 'Property' && key === 'value') return placeOf(beside.key);
    if (beside?.type !== 'MemberExpression' || key !== 'object' || beside.computed) return undefined;
    const member = placeOf(beside.property);
    const before = member && map.originalAt({ ...member, column: 0 })?.slice(0, member.column);
    const chain = before && CHAIN.exec(before);
    return chain ? { ...member, column: chain.index } : undefined;
  }

  function soughtByPlace(): Map<string, Sought[]> {
    const byPlace = new Map<string, Sought[]>();
    const places = slices.placesOf(module);
    for (const [number, site] of module.record.sites.entries()) {
      const kind = site.kind === 'read' && site.variable !== undefined ? 'variable' : KINDS[site.kind];
      const place = places[number];
      if (!kind || !place) continue;
      const key = keyOf({ line: place.line - 1, column: place.column });
      const there = byPlace.get(key) ?? [];
      const same = there.find((sought) => sought.kind === kind);
      if (same) same.sites.push(number);
      else {
        const sought = { kind, sites: [number], nodes: [] };
        soughtSites.push(sought);
        byPlace.set(key, [...there, sought]);
      }
    }
    return byPlace;
  }

  /** The range of a body's own statements, in the chunk. */
  function bodyOf(list: readonly Node[], wrapper: ReturnType<typeof wrapped>): Extent | undefined {
    const block = wrapper?.block;
    // A CommonJS module has no imports: all that stands in its function is its own.
    const imports = wrapper?.isCommonJS ? countDirectives(list) : countImports(list, isOwnCall);
    const before = list[imports - 1];
    const first = list[imports];
    const last = list.at(-1);
    if (block) {
      if (!first) return undefined;
      const from = before ? endOf(before) : startOf(block) + 1;
      const to = last ? endOf(last) : from;
      return { module, start: start + from, end: start + Math.max(from, to), isInside: true };
    }
    if (!before) return { module, start, end: start + text.length };
    return { module, start: start + (first ? endOf(before) : text.length), end: start + text.length };
  }

  /** The user's own call of a function that is named `init_a` maps to itself, one that stands for an import to that. */
  function isOwnCall(statement: Node): boolean {
    const place = placeOf(statement);
    const original = place && map.originalAt(place);
    return (
      original !== undefined && /^(?:await\s|new\s|(?:var|let|const)\s|[\w$]+\s*(?:\(|=))/.test(original)
    );
  }

  function nodeFor(kind: Kind, nodePath: NodePath): NodePath[] | undefined {
    const { node, key } = nodePath;
    switch (kind) {
      case 'read':
        return node.type === 'AwaitExpression' || roleOf(nodePath) === 'reference' ? [nodePath] : undefined;
      case 'variable':
        // { late } is a key and a value.
        return key !== 'key' && roleOf(nodePath) !== 'reference' ? [nodePath] : undefined;
      case 'write':
        return roleOf(nodePath) === 'target' ? [nodePath] : undefined;
      case 'declaration': {
        const role = roleOf(nodePath);
        const isName = key === 'id' && role === 'other' && nodePath.parent?.node.type !== 'ClassExpression';
        return role === 'declaration' || role === 'target' || isName ? [nodePath] : undefined;
      }
      case 'default': {
        const name = defaultName(nodePath);
        return name && [name];
      }
      case 'disposal':
        return node.type === 'VariableDeclaration'
          ? node.declarations.map((declarator) => ({
              node: declarator.id,
              key: 'id',
              parent: { node: declarator, key: 'declarations', parent: nodePath },
            }))
          : undefined;
      case 'import':
      case 'await':
        return [nodePath];
    }
  }

  function paired({ sites: numbers, nodes }: Pick<Sought, 'sites' | 'nodes'>): LocatedSite[] {
    if (nodes.length !== numbers.length) return [];
    return numbers.flatMap((number, index): LocatedSite[] => {
      const site = module.record.sites[number];
      const nodePath = nodes[index];
      if (!site || !nodePath) return [];
      known.add(nodePath.node);
      return [
        {
          module,
          number,
          site,
          nodePath: site.kind === 'read' ? chainOf(site, nodePath) : nodePath,
        },
      ];
    });
  }

  /** The read's whole member chain, as far as it is printed: of `ns.a.b` that is `ns.a.b`, `a.b`, or `b`. */
  function chainOf(site: Site & { kind: 'read' }, identifier: NodePath): NodePath {
    const { path } = site;
    const name = identifier.node.type === 'Identifier' ? identifier.node.name : '';
    const isNamespace = module.record.imports[site.import]?.name === null;
    const isPublished = publishers.has(name);
    let at = identifier;
    // import_a.default, require_chunk.a
    if (isPublished && !isNamespace) at = memberOf(at) ?? at;
    const chain = [at];
    const names: string[] = [];
    for (let member = memberOf(at); member && names.length < path.length; member = memberOf(member)) {
      const property = member.node.type === 'MemberExpression' ? memberName(member.node) : undefined;
      if (property === undefined) break;
      names.push(property);
      chain.push(member);
    }
    for (let count = names.length; count > 0; count--) {
      const rest = path.slice(path.length - count);
      if (rest.every((part, index) => part === names[index])) return chain[count] as NodePath;
    }
    return at;
  }
}

/** The member expression whose object the node is. */
const memberOf = ({ key, parent }: NodePath): NodePath | undefined =>
  parent?.node.type === 'MemberExpression' && key === 'object' ? parent : undefined;

/** `ns.a.` at the end of a text. */
const CHAIN = /(?<![\p{ID_Continue}$.])(?:[\p{ID_Continue}$]+\.)+$/u;

/** Rolldown renames `a` to `a$1` where the name is used already. */
const unnumbered = (name: string): string => name.replace(/\$\d+$/, '');

const keyOf = ({ line, column }: Pick<Place, 'line' | 'column'>): string => `${line}:${column}`;

/** The kinds of sites for which a node may stand, by its type alone. */
function kindsOf(node: Node): readonly Kind[] {
  switch (node.type) {
    case 'Identifier':
      return OF_IDENTIFIER;
    case 'ImportExpression':
      return OF_IMPORT;
    case 'AwaitExpression':
      return OF_AWAIT;
    case 'ForOfStatement':
      return node.await ? OF_LOOP : NONE;
    case 'VariableDeclaration':
      return node.kind === 'await using' ? OF_DISPOSAL : OF_DEFAULT;
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'ExpressionStatement':
      return OF_DEFAULT;
    default:
      return NONE;
  }
}

const NONE: readonly Kind[] = [];
const OF_IDENTIFIER: readonly Kind[] = ['read', 'variable', 'write', 'declaration'];
const OF_IMPORT: readonly Kind[] = ['import'];
const OF_DEFAULT: readonly Kind[] = ['default'];
const OF_AWAIT: readonly Kind[] = ['await', 'read'];
const OF_LOOP: readonly Kind[] = ['await'];
const OF_DISPOSAL: readonly Kind[] = ['disposal'];

/**
 * The name that the statement gives a default export: `var a_default = …`, `function a_default() {}`, `a_default = …`.
 * Rolldown gives only the statement a place, that of the `export default`.
 */
function defaultName(statement: NodePath): NodePath | undefined {
  const { node } = statement;
  switch (node.type) {
    case 'VariableDeclaration': {
      const [declarator] = node.declarations;
      const parent = declarator && { node: declarator, key: 'declarations', parent: statement };
      return parent && { node: parent.node.id, key: 'id', parent };
    }
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return { node: node.id, key: 'id', parent: statement };
    case 'ExpressionStatement': {
      const { expression } = node;
      if (expression.type !== 'AssignmentExpression') return undefined;
      return {
        node: expression.left,
        key: 'left',
        parent: { node: expression, key: 'expression', parent: statement },
      };
    }
    default:
      return undefined;
  }
}

/** Whether the return statement leaves a CommonJS module's own function. */
function isOfBody({ parent }: NodePath): boolean {
  for (let at = parent; at; at = at.parent) {
    if (!/Function/.test(at.node.type)) continue;
    const call = at.parent?.node.type === 'Property' ? at.parent.parent?.parent : at.parent;
    return call !== null && call !== undefined && wrapped(call.node)?.isCommonJS === true;
  }
  return false;
}
