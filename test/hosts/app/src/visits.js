export let visits = 0;

export function visit() {
  visits++;
}
