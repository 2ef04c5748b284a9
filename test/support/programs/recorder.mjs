// What a recorded program tells of itself, as lines; the numbers of its sites stand in front.

/** @param sites `{ text, binding }` by number */
export function createRecorder(sites, functions) {
  const lines = [];
  const initialized = new Set(functions);
  const ended = new Set();
  const suspended = new Map();
  const log = (site, text) => lines.push({ site, text });

  /** As a trace shows a value. */
  const preview = (value) => {
    switch (typeof value) {
      case 'string':
        return `'${JSON.stringify(value).slice(1, -1)}'`;
      case 'function': {
        const text = Function.prototype.toString.call(value);
        const named = /^(?:async\s+)?(class|function)\b[\s*]*(?!extends\b)([\w$]*)/.exec(text);
        return named ? `${named[1]} ${named[2]}`.trim() : 'function';
      }
      case 'object':
        return value === null ? 'null' : Array.isArray(value) ? 'array' : 'object';
      default:
        return Object.is(value, -0) ? '-0' : String(value);
    }
  };
  const moduleOf = (binding) => binding.split('#')[0];
  const changed = (site, value) => {
    const { binding } = sites[site];
    const name = binding.split('#')[1];
    log(site, `${initialized.has(binding) ? 'write' : 'init'} ${name} ${preview(value)}`);
    initialized.add(binding);
  };
  const resumed = (module) => {
    const site = suspended.get(module);
    if (site === undefined) return;
    suspended.delete(module);
    log(site, 'resume');
  };

  return {
    lines,

    calls: {
      $start: (module) => log(undefined, `start ${module}`),
      $end: (module) => {
        ended.add(module);
        log(undefined, `end ${module}`);
      },
      $read(site, get) {
        const { text, binding } = sites[site];
        const early = ended.has(moduleOf(binding)) ? '' : ' early';
        let value;
        try {
          value = get();
        } catch {
          log(site, `${text} uninitialized${early}`);
          return;
        }
        const isTooSoon = value === undefined && early && !initialized.has(binding);
        log(site, `${text} ${isTooSoon ? 'undefined' : 'initialized'} ${preview(value)}${early}`);
      },
      $wrote(site, value, get) {
        changed(site, get());
        return value;
      },
      $assigned(value, written) {
        written();
        return value;
      },
      $init: (site, get) => changed(site, get()),
      $wait(site, value) {
        const { file } = sites[site];
        resumed(file);
        suspended.set(file, site);
        log(site, 'suspend');
        return value;
      },
      $go(site, value) {
        resumed(sites[site].file);
        return value;
      },
      $caught: resumed,
    },
  };
}
