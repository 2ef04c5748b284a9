import './style.css';
import { mount } from './app.tsx';
import { Currency, format, type Price } from './money.ts';
import { cart } from './store/index.js';

const total: Price = { amount: cart.items.length * 450, currency: Currency.Euro };

function summed(numbers: number[]): Promise<number> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  worker.postMessage(numbers);
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
}

async function run(): Promise<void> {
  console.log(`app: ${cart.items.length} things, ${format(total)}`);
  const show = mount(document.getElementById('app') as HTMLElement, format(total));
  console.log(`app: the worker says ${await summed([1, 2, 3])}`);
  const home = await import('./routes/home.js');
  show(home.title);
  await import('./routes/about.js').then(({ title, visits }) => show(`${title} ${visits}`));
  console.log('app: done');
}

run();
