export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Runs the next ones while one is looked at. */
const AHEAD = 3;

/** Work that is done in order, each only once: `add` gives what waits for it. */
export function ahead<T>(): { add(start: () => Promise<T>): () => Promise<T> } {
  const queue: (() => Promise<T>)[] = [];
  return {
    add(start) {
      const index = queue.push(once(start)) - 1;
      return () => {
        const promises = queue.slice(index, index + 1 + AHEAD).map((next) => next());
        for (const promise of promises) promise.catch(() => {});
        return promises[0] as Promise<T>;
      };
    },
  };
}
