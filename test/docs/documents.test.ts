/** The documents show what the programs really do, and each code of a finding has a page. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { FindingCode } from '../../src/protocol/finding.ts';
import { pageOf } from '../../src/report/text/finding.ts';
import { repository } from '../support/package.ts';
import { documents, EXAMPLES, filled, show } from '../support/pages.ts';

const updating = process.env.UPDATE_DOCS === '1';
const textOf = (path: string): string => readFileSync(join(repository, path), 'utf8');

describe('documents', () => {
  for (const path of documents()) {
    if (!textOf(path).includes('<!-- end -->')) continue;
    it(`${path} has what \`npm run docs:update\` makes of the programs`, async () => {
      const text = textOf(path);
      const made = await filled(path, text);
      if (updating) writeFileSync(join(repository, path), made);
      else expect(text).to.equal(made);
    });
  }
});

describe('pages of findings', () => {
  const codes = Object.keys(EXAMPLES) as FindingCode[];

  it('there is one for each code, and no other', () => {
    expect(documents().filter((path) => path.startsWith('docs/findings/'))).to.have.members(
      codes.map(pageOf),
    );
  });

  for (const code of codes) {
    it(`${code}: its page has every section, and its own program and console`, () => {
      const text = textOf(pageOf(code));
      expect(text, 'what to do comes first').to.match(
        new RegExp(`^# .+\n\n\`${code}\`: .+\n\n\\*\\*The fix:\\*\\* `),
      );
      const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
      expect(sections.filter((title) => title !== 'When it is harmless')).to.deep.equal([
        'What you see',
        'The smallest program',
        'What the tool says',
        'Why',
        'How to mend it',
      ]);
      for (const kind of ['program', 'prints', 'console', 'build']) {
        expect(text).to.include(`<!-- ${kind} -->`);
      }
    });
  }

  for (const code of codes) {
    it(`${code}: its program has a finding of this code, and the overview links to it`, async () => {
      const { findings, logs } = await show(EXAMPLES[code]);
      const told = [...findings.map((finding) => finding.code), ...logs.map(({ pluginCode }) => pluginCode)];
      expect(told).to.include(code);
      expect(textOf('docs/findings.md')).to.include(`(${pageOf(code).replace('docs/', '')})`);
    });
  }
});
