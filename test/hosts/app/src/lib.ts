import { version } from 'react';
import { Currency, format } from './money.ts';
import { cart } from './store/index.js';

console.log(`app: a library for React ${version.split('.')[0]}`);

export { Currency, cart };
export const total = (): string => format({ amount: cart.items.length * 450, currency: Currency.Euro });

console.log(`app: ${total()}`);
