import type { Price } from './price.ts';

export type { Price };

export enum Currency {
  Euro,
  Pound,
}

export const format = ({ amount, currency }: Price): string =>
  `${(amount / 100).toFixed(2)} ${Currency[currency]}`;
