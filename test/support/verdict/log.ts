/** What a program's own log says of its modules and reads. */

/** A read, as it is known in another run of the program too: its place, whose body or timer ran, and its number there. */
export interface LoggedRead {
  /** The read's own label, `m1:4`. */
  label: string;
  /** The module whose body ran, or the label of the timer. */
  by: string;
  key: string;
  result: 'value' | 'undefined' | 'threw';
}

export interface Told {
  /** Modules in the order of their first starts. */
  starts: string[];
  reads: LoggedRead[];
  /** By module: the lines at which it started and came to its end, or waited first. */
  startOf: Map<string, number>;
  endOf: Map<string, number>;
  /** By module: the entry or timer that was at work when it started. */
  during: Map<string, string>;
  /** Modules that started again. */
  again: Set<string>;
}

export function told(lines: readonly string[]): Told {
  const starts = new Set<string>();
  const startOf = new Map<string, number>();
  const endOf = new Map<string, number>();
  const reads: LoggedRead[] = [];
  const counts = new Map<string, number>();
  const during = new Map<string, string>();
  const again = new Set<string>();
  let by = '';
  let work = '';
  for (const [at, line] of lines.entries()) {
    const [step, name = ''] = line.split(' ');
    if (step === 'start' || step === 'go' || step === 'task') by = name;
    else if (['wait', 'end', 'over', 'entry'].includes(step as string)) by = '';
    if (step === 'entry' || step === 'task') work = line;
    if (step === 'start') {
      if (starts.has(name)) again.add(name);
      else during.set(name, work);
      starts.add(name);
      if (!startOf.has(name)) startOf.set(name, at);
    } else if (step === 'end' && !endOf.has(name)) endOf.set(name, at);
    if (step !== 'ask') continue;
    const place = `${name} in ${by}`;
    const count = counts.get(place) ?? 0;
    counts.set(place, count + 1);
    // Nothing is logged between a read and its result.
    const [next, of, result] = (lines[at + 1] ?? '').split(' ');
    reads.push({
      label: name,
      by,
      key: `${place} ${count}`,
      result: resultOf(of === name ? next : '', result),
    });
  }
  return { starts: [...starts], reads, startOf, endOf, during, again };
}

function resultOf(step: string | undefined, result: string | undefined): LoggedRead['result'] {
  if (step === 'got') return result === 'undefined' ? 'undefined' : 'value';
  // What a class extends was undefined.
  return step === 'caught' && result === 'TypeError' ? 'undefined' : 'threw';
}
