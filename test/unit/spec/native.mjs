// Runs graphs of modules natively: `node --experimental-vm-modules native.mjs < graphs.json`. Prints for each what its
// bodies logged, in order, and how its modules ended.
import { readFileSync } from 'node:fs';
import { createContext, SourceTextModule } from 'node:vm';
import { createHost } from './host.mjs';

const graphs = JSON.parse(readFileSync(0, 'utf8'));
const results = [];
for (const graph of graphs) results.push(await run(graph));
process.stdout.write(JSON.stringify(results));

async function run({ texts, entries }) {
  const host = createHost(setImmediate);
  const context = createContext(host.globals);
  const importModuleDynamically = async (specifier) => {
    await host.globals.tick();
    return evaluate(Number(specifier));
  };
  const modules = texts.map(
    (text, index) => new SourceTextModule(text, { context, identifier: `${index}`, importModuleDynamically }),
  );
  const linker = (specifier) => modules[Number(specifier)];
  for (const module of modules) if (module.status === 'unlinked') await module.link(linker);
  const log = await host.run(entries, evaluate);
  const ends = modules.map((module) =>
    module.status === 'errored' ? `errored by ${module.error.message}` : module.status,
  );
  return { log, ends };

  async function evaluate(index) {
    const module = modules[index];
    host.globals.evaluates(index);
    await module.evaluate();
    return module;
  }
}
