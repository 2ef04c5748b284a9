import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { analyze, type Reference, type ScopeManager, type Variable } from 'eslint-scope';
import type { Identifier, Program, SimpleCallExpression } from 'estree';
import { walk } from 'estree-walker';
import { parseAst } from 'rollup/parseAst';
import ts from 'typescript';
import { endOf, startOf } from '../../src/ast/node-path.ts';
import type { LocatedPiece, LocatedSite } from '../../src/located.ts';
import {
  RUNTIME_PARTS,
  type RuntimePart,
  type RuntimeTexts,
  runtimeText,
  SINKS,
} from '../../src/runtime-text.ts';
import { stories } from '../support/story.ts';

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** Parts of `src`, a file or a folder each, and the parts that each may import. Types count too. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  protocol: [],
  /** Only for its words. */
  model: ['protocol'],
  ast: [],
  /** Pure algorithms over numbers: what build, bundle and findings ask of a graph. */
  graph: [],
  'edited-text': [],
  /** Search in sorted lists. */
  sorted: [],
  /** Lines of a text. */
  lines: [],
  errors: ['model'],
  parse: ['ast', 'errors'],
  options: ['protocol', 'errors'],
  /** The seam between locating and realising: types alone. */
  located: ['model', 'ast', 'edited-text', 'errors'],
  record: ['model', 'ast'],
  places: ['model', 'ast', 'sorted', 'lines'],
  manifest: ['protocol', 'model', 'graph', 'record'],
  locate: ['model', 'ast', 'sorted', 'lines', 'edited-text', 'errors', 'parse', 'located'],
  realise: ['protocol', 'model', 'ast', 'edited-text', 'errors', 'located'],
  /** What ECMA-262 prescribes: shares no code with the tracer, whose mistakes it is to catch. */
  spec: [],
  findings: ['protocol', 'graph', 'spec'],
  'report/text': ['protocol', 'findings'],
  /** What a build says, and what becomes of a trace. */
  report: ['protocol', 'findings', 'errors', 'report/text'],
  runtime: ['protocol', 'graph', 'findings', 'report/text'],
  'runtime-file': [],
  'runtime-text': ['protocol'],
  modules: ['model', 'ast', 'errors', 'parse', 'record', 'places', 'manifest', 'locate'],
  output: [
    'protocol',
    'graph',
    'edited-text',
    'errors',
    'options',
    'located',
    'locate',
    'manifest',
    'realise',
    'runtime-text',
  ],
  /** As `modules`, without marks. */
  'modules-by-place': ['model', 'errors', 'parse', 'record', 'places', 'manifest', 'modules'],
  /** What builds of all bundlers share. */
  build: [
    'protocol',
    'model',
    'edited-text',
    'errors',
    'located',
    'options',
    'parse',
    'record',
    'manifest',
    'findings',
    'report',
    'modules',
    'output',
    'runtime-file',
    'runtime-text',
  ],
  'build-rollup': ['edited-text', 'errors', 'locate', 'modules', 'output', 'build'],
  'rolldown-utils': ['model'],
  'build-rolldown': [
    'model',
    'edited-text',
    'errors',
    'locate',
    'modules-by-place',
    'output',
    'build',
    'rolldown-utils',
  ],
  plugin: [
    'model',
    'errors',
    'options',
    'parse',
    'record',
    'modules',
    'output',
    'build',
    'build-rollup',
    'build-rolldown',
    'rolldown-utils',
    'runtime-text',
  ],
  index: ['plugin', 'options', 'protocol'],
  /** The command: builds with the plugin as any config does. */
  cli: ['protocol', 'errors', 'findings', 'report/text', 'report', 'build', 'index'],
};

/** Parts that import no package, nor anything of Node's: they run in pages too, or hold data alone. */
const ON_THEIR_OWN = ['protocol', 'model', 'graph', 'runtime', 'report/text', 'findings', 'spec'];
/** Those that never import each other: `build` and `output` pass values between them. */
const APART = ['record', 'places', 'locate', 'realise', 'runtime', 'spec'];
/** The only ones that read or write files. */
const WITH_FILES = ['plugin', 'rolldown-utils', 'cli'];

interface Import {
  /** Path of the file, relative to `src`. */
  file: string;
  /** As it is written. */
  specifier: string;
  /** Path of the imported file, relative to `src`; nothing for a package. */
  target: string | undefined;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.split(sep).join('/'));
const textOf = (file: string): string => readFileSync(join(src, file), 'utf8');
const imports = files.flatMap((file): Import[] =>
  ts.preProcessFile(textOf(file), true, true).importedFiles.map(({ fileName: specifier }) => ({
    file,
    specifier,
    target: specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : undefined,
  })),
);

function partOf(file: string): string {
  if (file.startsWith('report/text/')) return 'report/text';
  const [first = ''] = file.split('/');
  return first.replace(/\.ts$/, '');
}

describe('architecture', () => {
  it('is looked at as a whole', () => {
    expect(files.length).to.be.above(45);
    expect(imports.length).to.be.above(150);
    expect(imports.filter(({ target }) => target !== undefined).length).to.be.above(100);
    for (const { file, target } of imports)
      if (target) expect(files, `imported by ${file}`).to.include(target);
  });

  it('every file belongs to a part, and every part has a file', () => {
    expect(Object.keys(MAY_IMPORT)).to.have.members([...new Set(files.map(partOf))]);
    expect(Object.keys(MAY_IMPORT)).to.include.members([...ON_THEIR_OWN, ...APART, ...WITH_FILES]);
    for (const [part, imported] of Object.entries(MAY_IMPORT)) {
      expect(Object.keys(MAY_IMPORT), part).to.include.members([...imported]);
    }
  });

  it('a part imports only what it may', () => {
    const wrong = imports.filter(({ file, target }) => {
      if (target === undefined || partOf(file) === partOf(target)) return false;
      return !MAY_IMPORT[partOf(file)]?.includes(partOf(target));
    });
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).to.deep.equal([]);
  });

  it('dependencies point one way', () => {
    const depth = (part: string, path: readonly string[] = []): number => {
      expect(path, `a cycle through ${part}`).not.to.include(part);
      return 1 + Math.max(0, ...(MAY_IMPORT[part] ?? []).map((other) => depth(other, [...path, part])));
    };
    for (const part of Object.keys(MAY_IMPORT)) expect(depth(part), part).to.be.below(12);
  });

  it('a part may import only what it does import', () => {
    const unused = Object.entries(MAY_IMPORT).flatMap(([part, allowed]) =>
      allowed
        .filter(
          (other) =>
            !imports.some(({ file, target }) => partOf(file) === part && target && partOf(target) === other),
        )
        .map((other) => `${part} does not import ${other}`),
    );
    expect(unused).to.deep.equal([]);
  });

  it(`${APART.join(', ')} never import each other`, () => {
    for (const part of APART) {
      expect(
        APART.filter((other) => MAY_IMPORT[part]?.includes(other)),
        part,
      ).to.deep.equal([]);
    }
  });

  it('what runs in a bundle, and what only computes, imports no package and nothing of Node', () => {
    const wrong = imports.filter(
      ({ file, target }) => ON_THEIR_OWN.includes(partOf(file)) && target === undefined,
    );
    expect(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`)).to.deep.equal([]);
  });

  it('only the plugin and the command touch files', () => {
    const wrong = imports.filter(
      ({ file, specifier }) =>
        /^(?:node:)?(?:fs|child_process)\b/.test(specifier) && !WITH_FILES.includes(partOf(file)),
    );
    expect(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`)).to.deep.equal([]);
  });

  it("only the plugin knows Rollup's hooks, and only `parse` takes more of Rollup than types: its parser", () => {
    const found: string[] = [];
    for (const file of files) {
      for (const [statement, names = ''] of textOf(file).matchAll(
        /import\b([^;]*?)\bfrom '(?:rollup|rollup\/[^']*)'/g,
      )) {
        if (!/^import type\b/.test(statement)) found.push(`${file} imports a value of Rollup`);
        if (/Plugin|Hook/.test(names) && partOf(file) !== 'plugin')
          found.push(`${file} knows hooks: ${names.trim()}`);
      }
    }
    expect(found).to.deep.equal([]);
  });

  it('marks are known to those who write them and to those who look for them, by what they import', () => {
    const knowing = imports.flatMap(({ file, target }) =>
      target?.startsWith('locate/marks/') ? [file] : [],
    );
    expect(new Set(knowing.map(partOf))).to.deep.equal(new Set(['build-rollup', 'locate', 'modules']));
  });

  it('what locating gives says nothing of how it was found, by its type', () => {
    // A property more, or less, does not compile.
    const piece: Record<keyof LocatedPiece, true> = {
      code: true,
      program: true,
      sites: true,
      offsetOf: true,
      bodies: true,
      gone: true,
      returns: true,
    };
    const site: Record<keyof LocatedSite, true> = { module: true, number: true, site: true, nodePath: true };
    expect([...Object.keys(piece), ...Object.keys(site)]).not.to.include.members(['marks', 'token', 'noise']);
    const seam = imports.filter(({ file }) => file === 'located.ts');
    expect(seam.length).to.be.above(3);
    expect(textOf('located.ts').match(/^import (?!type\b)/gm)).to.equal(null);
  });
});

const texts = Object.fromEntries(
  RUNTIME_PARTS.map((part) => [
    part,
    readFileSync(new URL(`../../dist/runtime/${part}.js`, import.meta.url), 'utf8'),
  ]),
) as RuntimeTexts;
/** Parts that a bundle carries or not. */
const OPTIONAL = RUNTIME_PARTS.filter((part) => part !== 'core');

describe('the built runtime', () => {
  const code = runtimeText(texts, RUNTIME_PARTS);
  const program = parsed(code);
  const { scopes } = analyzed(program);

  it('has no free name but `globalThis`, whichever parts it is of', () => {
    // With more parts there are more declarations, so each part with those that it imports from is the hardest case.
    const combinations = OPTIONAL.map((part): RuntimePart[] => [
      'core',
      ...(SINKS.includes(part) ? (['lines'] as const) : []),
      part,
    ]);
    expect(combinations.length).to.be.above(5);
    for (const parts of combinations) {
      const through = analyzed(parsed(runtimeText(texts, parts))).globalScope?.through ?? [];
      const free = new Set(through.map(({ identifier }) => (identifier as Identifier).name));
      expect([...free], parts.join()).to.deep.equal(['globalThis']);
    }
  });

  it('has of another part what each part takes of it', () => {
    const given = runInNewContext(`${texts.core}${texts.lines}({ core, lines })`) as Record<string, object>;
    let taken = 0;
    for (const part of OPTIONAL) {
      const program = parsed(texts[part]);
      const { call, parameters } = wrapperOf(program);
      for (const [at, { references }] of parameters.entries()) {
        const from = (call.arguments[at] as Identifier).name;
        for (const member of membersOf(program, references)) {
          expect(given[from], `${part} takes it of ${from}`).to.have.property(member);
          taken++;
        }
      }
    }
    expect(taken).to.be.above(15);
  });

  it("has no RegExp, whose use would replace what the program's `RegExp.$1` says", () => {
    const found: string[] = [];
    walk(program, {
      enter(node) {
        if (node.type === 'Literal' && 'regex' in node) found.push(node.raw ?? '');
      },
    });
    expect(found).to.deep.equal([]);
    expect(code).to.not.include('RegExp');
  });

  it('makes no code of text', () => {
    /** Each use of what was destructured from `globalThis` as `name`. */
    const usesOf = (name: string): object[] => {
      const local = new RegExp(`\\b${name}:(\\w+)`).exec(code)?.[1] ?? name;
      const variable = scopes.flatMap(({ variables }) => variables).find((found) => found.name === local);
      return (
        variable?.references.filter((reference) => reference.isRead()).map(({ identifier }) => identifier) ??
        []
      );
    };
    expect(code).not.to.match(/\beval\b/);
    const members = new Set<object>();
    walk(program, {
      enter(node) {
        if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return;
        if (node.property.name === 'prototype') members.add(node.object);
        expect(node.property.name).not.to.equal('constructor');
      },
    });
    expect(usesOf('Function')).not.to.be.empty;
    for (const use of usesOf('Function'))
      expect(members.has(use), 'Function.prototype, nothing else').to.equal(true);
  });

  it('of the core alone has at most 7.5 kB gzipped', () => {
    expect(gzipSync(runtimeText(texts, ['core'])).length).to.be.at.most(7500);
  });

  it('is one statement, which declares `createBuild`, in the syntax of ES2020', () => {
    expect(program.body).to.have.length(1);
    expect(code).to.match(/^(?:var|const) createBuild\s*=/);
    const newer: string[] = [];
    walk(program, {
      enter(node) {
        if (
          node.type === 'StaticBlock' ||
          node.type === 'PropertyDefinition' ||
          node.type === 'PrivateIdentifier'
        )
          newer.push(node.type);
        if (node.type === 'AssignmentExpression' && /^(?:\|\||&&|\?\?)=$/.test(node.operator))
          newer.push(node.operator);
      },
    });
    expect(newer).to.deep.equal([]);
  });
});

function parsed(code: string): Program {
  const program = parseAst(code) as Program;
  walk(program, {
    enter(node) {
      node.range = [startOf(node), endOf(node)];
    },
  });
  return program;
}

function analyzed(program: Program): ScopeManager {
  return analyze(program, { ecmaVersion: 2020, sourceType: 'module' });
}

/** `var part=((a,b)=>{…})(core,lines)`: the call, and the variables of the parameters. */
function wrapperOf(program: Program): { call: SimpleCallExpression; parameters: Variable[] } {
  const [statement] = program.body;
  const call = statement?.type === 'VariableDeclaration' ? statement.declarations[0]?.init : undefined;
  if (call?.type !== 'CallExpression') throw new Error('A part is no call');
  const { callee } = call as SimpleCallExpression;
  const scope = analyzed(program).scopes.find(({ block }) => block === callee);
  const parameters = scope?.variables.filter(({ defs }) => defs.some(({ type }) => type === 'Parameter'));
  return { call: call as SimpleCallExpression, parameters: parameters ?? [] };
}

/** Names of the members that are read of these. */
function membersOf(program: Program, references: readonly Reference[]): string[] {
  const objects = new Set<object>(references.map(({ identifier }) => identifier));
  const members: string[] = [];
  walk(program, {
    enter(node) {
      if (node.type !== 'MemberExpression' || !objects.has(node.object)) return;
      members.push((node.property as Identifier).name);
    },
  });
  expect(members.length, 'no other use of them').to.equal(objects.size);
  return members;
}

describe('fixtures', () => {
  it('each says what it shows, and no two the same', () => {
    const descriptions = stories().map(({ config }) => config.description);
    expect(descriptions.length).to.be.above(100);
    expect(new Set(descriptions).size).to.equal(descriptions.length);
    for (const description of descriptions) expect(description).to.match(/\w+ \w+/);
  });
});
