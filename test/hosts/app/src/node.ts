import { Currency, format, type Price } from './money.ts';
import { cart } from './store/index.js';
import { visits } from './visits.js';

const total: Price = { amount: cart.items.length * 450, currency: Currency.Pound };

async function run(): Promise<void> {
  console.log(`app: ${format(total)}, at most ${cart.limit}`);
  const { title } = await import('./routes/home.js');
  console.log(`app: ${title}, visit ${visits}`);
}

run();
