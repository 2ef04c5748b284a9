/** Fills `trace.modules`: each module's status, and its exports behind getters that read the live bindings. */
import type { Trace, TracedModule } from '../protocol/trace.ts';
import { bare } from './bare.ts';
import { each } from './list.ts';
import type { ModuleSlot } from './modules.ts';

const { create, defineProperty } = Object;

type Published = { -readonly [path in keyof Trace['modules']]: TracedModule };

/** Publishes a module, unless another build has published one of the same path. */
export function publish(published: Published, modules: readonly ModuleSlot[], module: ModuleSlot): void {
  if (!module.row.chunk) return;
  if (published[module.row.path]) {
    module.isRepeated = true;
    return;
  }
  const exports: Record<string, unknown> = create(null);
  each(module.row.exports, ({ 0: name, 1: owner, 2: binding }) => {
    const get = () => {
      const slot = modules[owner];
      if (binding < 0) return slot && published[slot.row.path]?.exports;
      const getter = slot?.bindings[binding]?.getter;
      return getter ? getter() : undefined;
    };
    defineProperty(exports, name, bare({ get, enumerable: true }));
  });
  published[module.row.path] = {
    get status() {
      return module.status;
    },
    exports,
  };
}
