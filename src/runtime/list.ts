/** Lists without their methods and iterators, which a page can patch. */

export function each<T>(list: readonly T[], use: (item: T, index: number) => void): void {
  for (let i = 0; i < list.length; i++) use(list[i] as T, i);
}

export function push<T>(list: T[], item: T): void {
  list[list.length] = item;
}

export const pushAll = <T>(list: T[], items: readonly T[]): void => each(items, (item) => push(list, item));

/** A copy of the list without one item. */
export function without<T>(list: readonly T[], left: T): T[] {
  const others: T[] = [];
  each(list, (item) => {
    if (item !== left) push(others, item);
  });
  return others;
}
