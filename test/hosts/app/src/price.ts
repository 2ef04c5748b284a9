import type { Currency } from './money.ts';

export interface Price {
  /** In cents. */
  amount: number;
  currency: Currency;
}
