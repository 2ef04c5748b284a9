/** Places in the user's own source, whatever transforms stand before and after ours. */
import { expect } from 'chai';
import MagicString from 'magic-string';
import type { Plugin } from 'rollup';
import { bundle, write } from '../../support/bundle.ts';
import { run } from '../../support/run.ts';

const APP = {
  'main.js': `import { n, inc } from './counter.js';
import * as words from './words.js';

inc();
console.log(n, words.unit);
`,
  'counter.js': `import './words.js';

export let n = 0;
export function inc() {
  n++;
}
`,
  'words.js': `export const unit = 'times', plural = unit + 's';
export default unit + '!';
`,
};

type Order = 'pre' | 'post' | null;

/** Each event that has a place, with it. */
async function places(before: Plugin[], after: Plugin[]): Promise<string[]> {
  const built = await bundle({
    source: APP,
    trace: { reads: 'all', writes: 'all' },
    treeshake: false,
    plugins: before,
    after,
  });
  expect(built.warnings.map(({ message }) => message)).to.deep.equal([]);
  const { events = [], code, stderr } = await run(write(built, 'es', 'traced'));
  expect(code, stderr).to.equal(0);
  return events.flatMap((event) =>
    'loc' in event
      ? [
          `${event.type} ${'name' in event ? `${event.name} of ${event.module}` : ''} at ${event.loc.file}:${event.loc.line}:${event.loc.column}`,
        ]
      : [],
  );
}

const transform = (
  name: string,
  order: Order,
  edit: (code: MagicString) => void,
  withMap = true,
): Plugin => ({
  name,
  transform: {
    order,
    handler(code) {
      const text = new MagicString(code);
      edit(text);
      return { code: text.toString(), map: withMap ? text.generateMap({ hires: true }) : { mappings: '' } };
    },
  },
});

const linesBefore = (order: Order): Plugin =>
  transform('lines before', order, (code) => {
    code.prepend('/* 1 */\n/* 2 */\n/* 3 */\n');
  });
const widened = (order: Order): Plugin =>
  transform('widened', order, (code) => {
    code.replaceAll(';', ' ; ').replaceAll(' = ', '   =   ').replaceAll('console', '  console');
  });
/** What stands between the place of a site and its mark is another text then. */
const rewritten = transform('rewritten', 'post', (code) => {
  code.replaceAll('words.unit', 'words /* wide */ .unit');
});
const moreImports = (order: Order): Plugin =>
  transform('more imports', order, (code) => {
    if (code.original.includes('counter.js')) code.prepend("import plural from './words.js'; plural;\n");
  });

describe("places in the user's own source", () => {
  let expected: string[];
  before(async () => {
    expected = await places([], []);
  });

  it('are those of what stands there', () => {
    expect(expected).to.deep.equal([
      'initialize unit of words.js at words.js:1:13',
      'initialize plural of words.js at words.js:1:29',
      'initialize default of words.js at words.js:2:15',
      'initialize n of counter.js at counter.js:3:11',
      'read inc of counter.js at main.js:4:0',
      'write n of counter.js at counter.js:5:2',
      'read n of counter.js at main.js:5:12',
      'read unit of words.js at main.js:5:15',
    ]);
  });

  const orders: Order[] = ['pre', null, 'post'];
  for (const order of orders) {
    it(`after a transform before ours (order: ${order})`, async () => {
      expect(await places([linesBefore(order), widened(order)], [])).to.deep.equal(expected);
    });
    it(`after a transform listed behind ours (order: ${order})`, async () => {
      expect(await places([], [linesBefore(order), widened(order)])).to.deep.equal(expected);
    });
    it(`after transforms before and behind ours (order: ${order})`, async () => {
      expect(
        await places([widened(null), linesBefore(order)], [linesBefore('post'), widened(order)]),
      ).to.deep.equal(expected);
    });
    it(`where one behind ours adds an import before all others (order: ${order})`, async () => {
      const found = await places([], [moreImports(order)]);
      expect(found.filter((line) => !line.startsWith('read default'))).to.deep.equal(expected);
    });
  }

  it('where a transform behind ours rewrote an expression', async () => {
    expect(await places([], [rewritten])).to.deep.equal(expected);
  });

  it('after a transform behind ours without a map are those of the code that came to us', async () => {
    const lost = transform('lost', 'post', (code) => code.prepend('/* 1 */\n'), false);
    expect(await places([], [lost])).to.deep.equal(expected);
  });
});
