import { expect } from 'chai';
import type { AstNode, Plugin } from 'rollup';
import { bundle, write } from '../../support/bundle.ts';
import { run } from '../../support/run.ts';

const MODULES = {
  'main.js': `
    const requests = [
      () => import('./a.js'),
      () => import(('./' + 'unknown.js')),
      () => import('./' + 'b.js'),
      () => import(\`./c.js\`),
      async () => import((await import('./' + 'b.js')).d),
      () => import(/* ) */ ('./' + 'unknown.js'), {}),
      () => import('./a.js'),
      async () => import((await import('./c.js')).c + 'd.js'),
    ];
    for (const request of requests) await request().catch(() => {});`,
  'a.js': 'export const a = 1;',
  'b.js': "export const d = './d.js';",
  'c.js': "export const c = './';",
  'd.js': 'export const d = 1;',
};

/** Tells what is asked for by specifiers that end so. */
const resolves = (...endings: string[]): Plugin => ({
  name: 'resolves',
  async resolveDynamicImport(specifier: string | AstNode, importer) {
    if (typeof specifier === 'string' || !('right' in specifier)) return null;
    const { value } = specifier.right as unknown as { value: string };
    return endings.includes(value) ? this.resolve(`./${value}`, importer) : null;
  },
});

/** By line. */
async function requestsOf(...plugins: Plugin[]): Promise<string[]> {
  const built = await bundle({ source: MODULES, plugins });
  const { events = [] } = await run(write(built, 'es', 'traced'));
  return events.flatMap((event) =>
    event.type === 'import-start' ? [`${event.loc.line} ${event.module ?? `'${event.specifier}'`}`] : [],
  );
}

describe('what import() asks for', () => {
  it('is known where the specifier is a literal, and else told as it runs', async () => {
    expect(await requestsOf()).to.deep.equal([
      '3 a.js',
      "4 './unknown.js'",
      "5 './b.js'",
      '6 c.js',
      "7 './b.js'",
      "8 './unknown.js'",
      '9 a.js',
      '10 c.js',
      "10 './d.js'",
    ]);
  });

  it('is known where a plugin resolves an expression, be there others that none resolves', async () => {
    expect(await requestsOf(resolves('b.js'))).to.deep.equal([
      '3 a.js',
      "4 './unknown.js'",
      '5 b.js',
      '6 c.js',
      '7 b.js',
      "7 './d.js'",
      "8 './unknown.js'",
      '9 a.js',
      '10 c.js',
      "10 './d.js'",
    ]);
  });

  it('is known where one is within another, and Rollup prints the outer one alone', async () => {
    const requests = await requestsOf(resolves('b.js', 'd.js'));
    expect(requests.slice(-2)).to.deep.equal(['9 a.js', '10 d.js']);
  });
});
