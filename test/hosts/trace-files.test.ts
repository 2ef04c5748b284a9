/** Trace files in a browser: a page that downloads its own, and a viewer that reads a Chrome trace. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { findingsOf } from '../../src/findings/recorded.ts';
import type { Finding } from '../../src/protocol/finding.ts';
import { TRACE_KEY, type Trace } from '../../src/protocol/trace.ts';
import { chromeTrace } from '../../src/report/chrome-trace.ts';
import { type RecordedTrace, readTraceFile } from '../../src/report/trace-file.ts';
import { bundle } from '../support/bundle.ts';
import { repository } from '../support/package.ts';
import { openPages, type Pages } from '../support/page.ts';

/** A read that comes too early, and a module that waits. */
const PROGRAM = {
  'main.js': `import { late } from './late.js';
import './config.js';
import { rate } from './tax.js';
document.title = rate + late;
console.log('done');
`,
  'late.js': 'export const late = await new Promise((resolve) => setTimeout(resolve, 20, 1));\n',
  'config.js': "import './tax.js';\nexport var config = 1;\n",
  'tax.js': "import { config } from './config.js';\nexport const rate = String(config);\n",
};

describe('trace files in a browser', () => {
  let pages: Pages;
  let recorded: RecordedTrace;
  let findings: Finding[];
  let name: string;
  before(async () => {
    pages = await openPages();
    const { chunk } = await bundle({ source: PROGRAM });
    const html = `<!doctype html><script type="module" src="main.js"></script>`;
    const { page } = await pages.visit({ files: { 'index.html': html, 'main.js': chunk.code } }, 'done');
    const download = page.waitForEvent('download');
    findings = await page.evaluate((key) => {
      const trace: Trace = Reflect.get(globalThis, Symbol.for(key));
      trace.save();
      return [...trace.explain()];
    }, TRACE_KEY);
    name = (await download).suggestedFilename();
    recorded = readTraceFile(readFileSync(await (await download).path(), 'utf8'));
  });
  after(() => pages.close());

  it('trace.save() downloads the trace so far', () => {
    expect(name).to.equal('module-phases.ndjson');
    expect(recorded).to.deep.include({ isComplete: true, dropped: 0, failures: 0, damage: [] });
    expect(recorded.header).not.to.have.property('process');
    expect(recorded.events.at(-1)).to.include({ type: 'evaluate-end', module: 'main.js' });
    expect(findings.map(({ code }) => code)).to.include('EARLY_READ');
    expect(findingsOf(recorded)).to.deep.equal(findings);
  });

  it('speedscope reads its Chrome trace: a profile a track, with its modules', async () => {
    const release = join(repository, 'node_modules/speedscope/dist/release');
    const viewer = readdirSync(release).map((file) => [file, readFileSync(join(release, file))] as const);
    const trace = chromeTrace(recorded);
    const { page } = await pages.visit({
      files: { ...Object.fromEntries(viewer), 'trace.json': JSON.stringify(trace) },
    });
    await page.goto(`${page.url()}#profileURL=trace.json`);
    await page.reload();
    await page.getByText('(1/2)').waitFor();
    expect(await rowsOf(page)).to.have.members(['tax.js', 'config.js', 'main.js']);
    await page.keyboard.press('n');
    await page.getByText('(2/2)').waitFor();
    expect(await rowsOf(page)).to.have.members(['late.js', 'await at late.js:1:21']);
  });
});

/** Names in its table of spans. */
async function rowsOf(page: Page): Promise<string[]> {
  await page.getByText('Sandwich').click();
  const rows = await page.locator('tr').allInnerTexts();
  // It shows a span's arguments behind its name.
  return rows.flatMap((text) => /%\)\s+(\S.*) \{"status"/.exec(text)?.[1] ?? []);
}
