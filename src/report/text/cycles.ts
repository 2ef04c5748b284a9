/** Cycles in one line: how many of each rank. */
import { type Finding, RANKS } from '../../protocol/finding.ts';
import { count, list } from './line.ts';

/** `3 imports of a module in progress: 1 fatal, 2 harmless`; empty where there is none. */
export function cyclesText(findings: readonly Finding[]): string {
  const ranks = findings.flatMap(({ code, rank }) => (code === 'CYCLE' && rank ? [rank] : []));
  if (!ranks.length) return '';
  const parts = RANKS.map((rank) => {
    const number = ranks.filter((other) => other === rank).length;
    return number && `${number} ${rank}`;
  });
  return `${count(ranks.length, 'import')} of a module in progress: ${list(parts)}`;
}
