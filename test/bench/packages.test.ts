/** What the benchmark builds of real packages runs as without the tracer: react-dom/server and CommonJS among them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Run, run } from '../support/run.ts';

const build = fileURLToPath(new URL('build.mjs', import.meta.url));

describe('packages of the benchmark', () => {
  const out = mkdtempSync(join(tmpdir(), 'module-phases-packages-'));
  after(() => rmSync(out, { recursive: true, force: true }));

  // antd as a whole takes a minute: only with PACKAGES=all, as in `npm run test:long`.
  const whole = process.env.PACKAGES === 'all' ? ([['antd', 'traced-gated']] as const) : [];
  for (const [name, traced] of [
    ...whole,
    ['rxjs', 'traced-gated'],
    ['effect', 'traced-gated'],
    ['date-fns', 'traced-gated'],
    ['app-antd', 'default-gated'],
  ] as const) {
    it(`${name}: the traced bundle prints what the plain one prints, and no finding is an alarm, of the build neither`, async function () {
      this.timeout(180_000);
      const built = async (mode: string): Promise<Run> => {
        const folder = join(out, name, mode);
        execFileSync(process.execPath, [build, name, mode, folder]);
        return run(join(folder, 'main.mjs'));
      };
      const plain = await built('plain');
      const found = await built(traced);
      expect(plain.stdout).to.match(/\d/);
      expect(found.stdout).to.equal(plain.stdout);
      expect(found.findings?.filter(({ severity }) => severity !== 'info')).to.deep.equal([]);
    });
  }
});
