import { readFileSync } from 'node:fs';
import { getQuickJS, type QuickJSContext, type QuickJSWASMModule } from 'quickjs-emscripten';
import type { Graph } from './graph.ts';
import { textsOf } from './text.ts';

const host = readFileSync(new URL('host.mjs', import.meta.url), 'utf8');

/** Its event loop is a list of tasks, which is called from outside. */
const MAIN = `
import { createHost } from 'host';
const tasks = [];
const { globals, run } = createHost((task) => tasks.push(task), true);
Object.assign(globalThis, globals);
globalThis.turn = () => {
  const task = tasks.shift();
  task?.();
  return task !== undefined;
};
globalThis.result = 'null';
globalThis.main = (entries) => {
  run(entries, (module) => import(String(module))).then((log) => {
    globalThis.result = JSON.stringify(log);
  });
};
`;

/** What QuickJS logs of graphs that are {@link marked}. */
export async function runInQuickJS(sample: readonly Graph[]): Promise<string[][]> {
  const engine = await getQuickJS();
  return sample.map((graph) => run(engine, graph));
}

function run(engine: QuickJSWASMModule, graph: Graph): string[] {
  const runtime = engine.newRuntime();
  const texts = textsOf(graph);
  runtime.setModuleLoader((name) => (name === 'host' ? host : (texts[Number(name)] ?? '')));
  const context = runtime.newContext();
  try {
    const call = (code: string, type: 'global' | 'module' = 'global'): unknown => {
      const value = evaluated(context, code, type);
      context.unwrapResult(runtime.executePendingJobs());
      return value;
    };
    call(MAIN, 'module');
    call(`main(${JSON.stringify(graph.entries)})`);
    while (call('turn()'));
    return JSON.parse(String(call('result')));
  } finally {
    context.dispose();
    runtime.dispose();
  }
}

function evaluated(context: QuickJSContext, code: string, type: 'global' | 'module'): unknown {
  const handle = context.unwrapResult(context.evalCode(code, 'main', { type }));
  const value = context.dump(handle);
  handle.dispose();
  return value;
}
