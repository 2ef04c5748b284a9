// Runs graphs of modules natively: `node --experimental-vm-modules native.mjs < graphs.json`. Prints for each what its
// bodies logged, in order.
import { readFileSync } from 'node:fs';
import { createContext, SourceTextModule } from 'node:vm';

const graphs = JSON.parse(readFileSync(0, 'utf8'));
const results = [];
for (const graph of graphs) results.push(await run(graph));
process.stdout.write(JSON.stringify(results));

async function run({ modules, entries }) {
  const log = [];
  // Jobs of one turn are over before the next: nothing comes between the end of a body and what follows from it.
  const tick = () => new Promise(setImmediate);
  const context = createContext({ log: (text) => log.push(text), tick });
  const made = modules.map(
    (module, index) => new SourceTextModule(textOf(module, index), { context, identifier: `${index}` }),
  );
  const linker = (specifier) => made[Number(specifier)];
  for (const module of made) if (module.status === 'unlinked') await module.link(linker);
  const settled = [];
  for (const { module, waits } of entries) {
    await tick();
    const entry = made[module];
    log.push(`evaluate ${module}`);
    const promise = entry.evaluate().then(
      () => log.push(`fulfilled ${module}`),
      () => log.push(`rejected ${module}`),
    );
    settled.push(promise);
    if (waits) await promise;
  }
  await Promise.all(settled);
  return log;
}

function textOf({ requests, hasTLA, ticks, throws }, index) {
  const imports = requests.map((request) => `import '${request}';`).join('');
  const waits = hasTLA ? 'await tick();'.repeat(ticks) : '';
  const end = throws ? `log('throw ${index}'); throw new Error('${index}');` : `log('end ${index}');`;
  return `${imports}log('start ${index}');${waits}${end}`;
}
