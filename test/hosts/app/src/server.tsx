import { renderToString } from 'react-dom/server';
import { Currency, format } from './money.ts';
import { cart } from './store/index.js';

const total = format({ amount: cart.items.length * 450, currency: Currency.Euro });

console.log(`app: ${renderToString(<p>{total}</p>)}`);
