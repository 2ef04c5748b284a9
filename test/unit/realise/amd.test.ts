import { expect } from 'chai';
import { bundle } from '../../support/bundle.ts';

describe('an AMD chunk that loads the runtime', () => {
  for (const compact of [false, true]) {
    for (const id of [undefined, 'app', 'a, (b']) {
      for (const [source, dependencies] of [
        ['log(1);', []],
        ["import 'ext'; log(1);", ['ext']],
        ["import { x } from 'ext'; log(x);", ['ext']],
        ['export const a = 1; log(1);', ['exports']],
        ["import { x } from 'ext'; import 'other'; export const a = 1; log(x);", ['exports', 'ext', 'other']],
      ] as const) {
        it(`asks for it beside its own dependencies: ${source} (compact: ${compact}, id: ${id})`, async () => {
          const { chunk } = await bundle({
            source: { 'main.js': source },
            format: 'amd',
            trace: { runtime: 'file' },
            external: ['ext', 'other'],
            output: { compact, amd: id ? { id } : {} },
          });
          const defined: unknown[][] = [];
          const calls: string[] = [];
          const build = new Proxy({}, { get: (_, call) => () => calls.push(String(call)) });
          const logged: unknown[] = [];
          const scope = {
            define: (...args: unknown[]) => defined.push(args),
            log: (text: unknown) => logged.push(text),
          };
          new Function(...Object.keys(scope), chunk.code)(...Object.values(scope));
          const [args = []] = defined;
          const [names, factory] = args.slice(-2) as [string[], (...given: unknown[]) => void];
          expect(args).to.have.length(id ? 3 : 2);
          expect(names).to.have.members([...dependencies, './module-phases']);
          const given: Record<string, unknown> = {
            './module-phases': { build, seen: [] },
            exports: {},
            ext: { x: 2 },
          };
          factory(...names.map((name) => given[name]));
          expect(logged).to.have.length(1);
          expect(calls).to.include.members(['chunk', 'start', 'end']);
        });
      }
    }
  }
});
