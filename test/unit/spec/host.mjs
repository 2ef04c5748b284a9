// What the bodies of a graph call, in any engine, and the log of what they did.

/**
 * @param {(task: () => void) => void} later runs a task in a turn of the event loop of its own
 * @param {boolean} isLoadedAtOnce whether the engine evaluates what it imports in the turn in which it is called
 */
export function createHost(later, isLoadedAtOnce = false) {
  const lines = [];
  /** Tasks, and imports whose evaluation has not begun: what will still run by itself. */
  let running = 0;

  const log = (line) => lines.push(line);

  function tick() {
    running++;
    return new Promise((resolve) =>
      later(() => {
        running--;
        resolve();
      }),
    );
  }

  /** The graph of an entry or of an `import()` is loaded, and its evaluation begins. */
  function evaluates(module) {
    running--;
    log(`evaluate ${module}`);
  }

  async function imported(module, load) {
    running++;
    if (isLoadedAtOnce) await tick();
    await load().then(
      () => log(`fulfilled ${module}`),
      (error) => log(`rejected ${module} by ${error.message}`),
    );
  }

  /** Loads the entries; returns the log once all has come to rest. What waits for itself never ends. */
  async function run(entries, load) {
    for (const { module, ticks } of entries) {
      for (let i = 0; i < ticks; i++) await tick();
      imported(module, () => load(module));
    }
    do await new Promise(later);
    while (running > 0);
    return lines;
  }

  return { globals: { log, tick, evaluates, imported }, run };
}
