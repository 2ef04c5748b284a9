/** The table of docs/cycles.md is what its script says today. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Rows of the table by name of what they are of; each has its line. */
function rowsOf(text: string): Map<string, { version: string; line: string }> {
  const rows = text.matchAll(/^\| (\S+) (\d\S*) (?:\| \d+ )+\|$/gm);
  return new Map(Array.from(rows, ([line, name = '', version = '']) => [name, { version, line }]));
}

describe('cycles of packages', () => {
  const documented = rowsOf(readFileSync(pathOf('../../docs/cycles.md'), 'utf8'));

  it('are documented for the versions that are installed', () => {
    expect(documented.size).to.be.at.least(8);
    for (const [name, { version }] of documented) {
      const [packageName] = /^(?:@[^/]+\/)?[^/]+/.exec(name) ?? [];
      const file = pathOf(`../../node_modules/${packageName}/package.json`);
      expect(JSON.parse(readFileSync(file, 'utf8')).version, name).to.equal(version);
    }
  });

  // One without a cycle, and one with latent and harmless ones.
  it('are as documented: rxjs, chevrotain', function () {
    this.timeout(180_000);
    const names = ['rxjs', 'chevrotain'];
    const args = ['--import=tsx', pathOf('cycles.mjs'), ...names];
    const counted = rowsOf(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe' }));
    expect([...counted.keys()]).to.deep.equal(names);
    for (const [name, { line }] of counted) expect(line).to.equal(documented.get(name)?.line);
  });
});
