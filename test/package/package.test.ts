/** The package as npm packs it: what is in it, what its types say, and that it works in a project of its own. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { publint } from 'publint';
import * as plugin from 'rollup-plugin-module-phases';
import ts from 'typescript';
import { RUNTIME_PARTS } from '../../src/runtime-text.ts';
import { oldest, pack, projectWithPackage, repository } from '../support/package.ts';
import { run } from '../support/run.ts';

const execute = promisify(execFile);

/** Runs a package's command in a folder; where it fails, the error has all that it printed. */
async function command(dir: string, program: string, ...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH };
  const path = join(repository, 'node_modules', program);
  const { stdout } = await execute(process.execPath, [path, ...args], { cwd: dir, env }).catch(
    (error: Error & { stdout: string }) => {
      throw new Error(`${error.message}\n${error.stdout}`);
    },
  );
  return stdout;
}

describe('the tarball', () => {
  let tarball: string;
  before(() => {
    tarball = pack();
  });

  it('has what a user needs, and nothing else', () => {
    const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
    expect(files).to.have.members(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        ...readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' })
          .filter((file) => /\.(?:md|json)$/.test(file))
          .map((file) => `docs/${file}`),
        'dist/cli.js',
        ...readdirSync(join(repository, 'dist/cli')).map((file) => `dist/cli/${file}`),
        'dist/index.d.ts',
        'dist/index.js',
        ...RUNTIME_PARTS.map((part) => `dist/runtime/${part}.js`),
        'package.json',
      ].map((file) => `package/${file}`),
    );
  });

  it('has what its documents link to, and they say what only a clone has', () => {
    const dir = mkdtempSync(join(tmpdir(), 'module-phases-tarball-'));
    execFileSync('tar', ['-xzf', tarball, '-C', dir]);
    const root = join(dir, 'package');
    const documents = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.md'),
    );
    let links = 0;
    for (const file of documents) {
      const text = readFileSync(join(root, file), 'utf8');
      const targets = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, target = '']) => target);
      links += targets.length;
      const missing = targets.filter((target) => !existsSync(join(root, dirname(file), target)));
      const elsewhere = missing.filter((target) => existsSync(join(repository, dirname(file), target)));
      expect(elsewhere, file).to.deep.equal(missing);
      if (missing.length > 0) expect(text, file).to.include('only in a clone of the repository');
    }
    expect(links).to.be.above(10);
  });

  it('pleases publint, suggestions included', async () => {
    const { buffer, byteOffset, byteLength } = readFileSync(tarball);
    const data = buffer.slice(byteOffset, byteOffset + byteLength);
    const { messages } = await publint({ pack: { tarball: data }, strict: true });
    expect(messages).to.deep.equal([]);
  });

  it('has types that are right wherever ES modules are resolved', async () => {
    const attw = '@arethetypeswrong/cli/dist/index.js';
    // It exits with an error for a problem that the profile minds; the report has the others too.
    const report = await command(repository, attw, tarball, '--profile', 'esm-only', '--format', 'json');
    expect(JSON.parse(report).analysis.types).to.deep.equal({ kind: 'included' });
  });
});

describe('the package in a project of its own', () => {
  const sources = (extension: string) => ({
    [`src/main.${extension}`]: `import { tax } from './tax.${extension}';\nconsole.log('tax', tax(100));\n`,
    [`src/tax.${extension}`]: 'export const rate = 0.19;\nexport const tax = (net) => net * rate;\n',
  });

  const CONFIGS: Record<string, { files: Record<string, string>; args: string[]; source: string }> = {
    'rollup.config.js': {
      source: 'js',
      args: [],
      files: {
        ...sources('js'),
        'rollup.config.js': `
          import modulePhases from 'rollup-plugin-module-phases';
          export default {
            input: 'src/main.js',
            output: { file: 'dist/main.js', format: 'es' },
            plugins: [modulePhases()],
          };`,
      },
    },
    'rollup.config.cjs': {
      source: 'js',
      args: [],
      files: {
        ...sources('js'),
        'rollup.config.cjs': `
          const modulePhases = require('rollup-plugin-module-phases');
          module.exports = {
            input: 'src/main.js',
            output: { file: 'dist/main.js', format: 'es' },
            plugins: [modulePhases()],
          };`,
      },
    },
    'rollup.config.ts': {
      source: 'ts',
      args: ['--configPlugin', 'esbuild'],
      files: {
        ...sources('ts'),
        'src/tax.ts': 'export const rate: number = 0.19;\nexport const tax = (net: number) => net * rate;\n',
        'rollup.config.ts': `
          import { defineConfig, type Plugin } from 'rollup';
          import esbuild from 'rollup-plugin-esbuild';
          import { modulePhases, type Options } from 'rollup-plugin-module-phases';
          const options: Options = { console: { detail: 'full' } };
          const plugins: Plugin[] = [esbuild(), modulePhases(options)];
          export default defineConfig({
            input: 'src/main.ts',
            output: { file: 'dist/main.js', format: 'es' },
            plugins,
          });`,
      },
    },
  };

  it('its command builds with the bundler of the project', async () => {
    const dir = projectWithPackage(sources('js'));
    const cli = join(dir, 'node_modules/rollup-plugin-module-phases/dist/cli.js');
    const { stdout } = await execute(process.execPath, [cli, 'run', 'src/main.js'], { cwd: dir });
    expect(stdout).to.equal('tax 19\n');
  });

  it('`require` gives the plugin itself, by its names too', async () => {
    const dir = projectWithPackage({
      'main.cjs': `
        const modulePhases = require('rollup-plugin-module-phases');
        const named = require('rollup-plugin-module-phases');
        console.log(modulePhases().name, named.modulePhases().name, named.default().name);`,
    });
    const { stdout, stderr } = await run(join(dir, 'main.cjs'));
    expect(stdout, stderr).to.equal('module-phases module-phases module-phases\n');
  });

  for (const [config, { files, args, source }] of Object.entries(CONFIGS)) {
    it(`${config}, by Rollup's command: the bundle runs and prints its trace`, async () => {
      const dir = projectWithPackage(files, { others: ['rollup-plugin-esbuild'] });
      await command(dir, 'rollup/dist/bin/rollup', '--config', config, ...args, '--failAfterWarnings');
      const { code, stdout, stderr } = await run(join(dir, 'dist/main.js'));
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'tax 19\n' });
      const lines = stderr.split('\n').map((line) => line.replace(/ in \d+(?:\.\d+)? ms/, ''));
      expect(lines).to.include.members([
        `│ evaluate-start    src/main.${source}`,
        `│   initialize      src/tax.${source}:1:14  rate → 0.19`,
        `│ evaluate-end      src/main.${source} `,
      ]);
      expect(stderr).to.match(/│ module-phases: 2 modules evaluated in /);
    });
  }

  const RESOLUTIONS = {
    nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
    bundler: { module: 'esnext', moduleResolution: 'bundler' },
  };
  for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
    for (const [rollup, rollupOf] of Object.entries({ newest: repository, oldest })) {
      it(`types, by ${name}, with the ${rollup} Rollup: right uses compile, and wrong ones don't`, async () => {
        const compilerOptions = {
          ...resolution,
          target: 'es2022',
          lib: ['es2023'],
          types: ['node'],
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          noEmit: true,
        };
        const usage = readFileSync(join(repository, 'test/types/usage.ts'), 'utf8');
        const files = { 'usage.ts': usage, 'tsconfig.json': JSON.stringify({ compilerOptions }) };
        const dir = projectWithPackage(files, { rollupOf, others: ['@types/node'] });
        await command(dir, 'typescript/bin/tsc', '--project', dir);
      });
    }
  }
});

describe('the public names', () => {
  const file = join(repository, 'dist/index.d.ts');
  const program = ts.createProgram([file], { module: ts.ModuleKind.NodeNext, types: [] });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  const names = module ? checker.getExportsOfModule(module) : [];
  const declared = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const isUndocumented = (symbol: ts.Symbol): boolean => symbol.getDocumentationComment(checker).length === 0;
  const optionsOf = (name: string): ts.Symbol[] => {
    const found = names.find((symbol) => symbol.name === name);
    return found ? checker.getDeclaredTypeOfSymbol(declared(found)).getProperties() : [];
  };
  const options = [...optionsOf('Options'), ...optionsOf('ConsoleOptions')];

  it('that are values are those that the code exports', () => {
    const values = names.filter((symbol) => declared(symbol).flags & ts.SymbolFlags.Value);
    expect(values.map(({ name }) => name)).to.have.members(Object.keys(plugin));
  });

  it('are all documented', () => {
    expect(names.length).to.be.above(20);
    expect(names.filter((symbol) => isUndocumented(declared(symbol))).map(({ name }) => name)).to.deep.equal(
      [],
    );
  });

  it('of options are documented, with their defaults, and stand in the README', () => {
    expect(options.length).to.be.above(10);
    const readme = readFileSync(join(repository, 'README.md'), 'utf8');
    for (const option of options) {
      expect(isUndocumented(option), `${option.name} is documented`).to.equal(false);
      const [tag] = option.getJsDocTags(checker).filter(({ name }) => name === 'default');
      expect(ts.displayPartsToString(tag?.text), `@default of ${option.name}`).not.to.equal('');
      expect(readme).to.match(new RegExp(`^\\| \`(?:console\\.)?${option.name}\` \\|`, 'm'));
    }
  });
});
