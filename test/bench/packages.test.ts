/** What the benchmark builds of real packages runs as without the tracer: react-dom/server and CommonJS among them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const build = fileURLToPath(new URL('build.mjs', import.meta.url));

describe('packages of the benchmark', () => {
  const out = mkdtempSync(join(tmpdir(), 'module-phases-packages-'));
  after(() => rmSync(out, { recursive: true, force: true }));

  for (const [name, traced] of [
    ['rxjs', 'traced'],
    ['effect', 'traced'],
    ['date-fns', 'traced'],
    ['antd', 'traced'],
    ['app-antd', 'default'],
  ] as const) {
    it(`${name}: the traced bundle prints what the plain one prints`, function () {
      this.timeout(180_000);
      const printed = ['plain', traced].map((mode) => {
        const folder = join(out, name, mode);
        execFileSync(process.execPath, [build, name, mode, folder]);
        return execFileSync(process.execPath, [join(folder, 'main.mjs')], {
          encoding: 'utf8',
          stdio: 'pipe',
        });
      });
      expect(printed[0]).to.match(/\d/);
      expect(printed[1]).to.equal(printed[0]);
    });
  }
});
