/** Numbers that a generator asks for one by one; beyond the last it gets 0, which stands for what is simplest. */
export interface Choices {
  /** From 0 to below `count`. */
  below(count: number): number;
  oneOf<T>(list: readonly [T, ...T[]]): T;
  /** With a chance of one in `count`. */
  oneIn(count: number): boolean;
}

export function createChoices(numbers: readonly number[]): Choices {
  let used = 0;
  const below = (count: number): number => (numbers[used++] ?? 0) % count;
  return {
    below,
    oneOf: (list) => list[below(list.length)] ?? list[0],
    oneIn: (count) => below(count) === count - 1,
  };
}
