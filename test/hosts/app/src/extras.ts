import debounce from 'lodash-es/debounce.js';
import styles from './extras/box.module.css';
import inlined from './extras/box.module.css?inline';
import { ready } from './extras/later.js';
import note from './extras/note.txt?raw';
import shop, { city } from './extras/shop.json';
import logo from './logo.svg?no-inline';
import Summer from './worker.js?worker&inline';

declare const __VERSION__: string;

const lazy = import.meta.glob<{ title: string }>('./routes/*.js');
const eager = import.meta.glob<{ default: string }>('./extras/words/*.js', { eager: true });

function sum(numbers: number[]): Promise<number> {
  const worker = new Summer();
  worker.postMessage(numbers);
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
}

async function routeOf(name: string): Promise<string> {
  const { title } = await import(`./routes/${name}.js`);
  return title;
}

console.log(`app: ${shop.name} in ${city}, ${note.trim()}, ${__VERSION__} ${import.meta.env.MODE} ${ready}`);
console.log(`app: ${Object.values(eager).map((word) => word.default)}, ${typeof debounce}`);
console.log(`app: ${styles.box?.length} ${inlined.includes('blue')} ${logo.endsWith('.svg')}`);
console.log(`app: the inlined worker says ${await sum([1, 2, 3, 4])}`);
for (const [path, load] of Object.entries(lazy)) console.log(`app: ${path} ${(await load()).title}`);
console.log(`app: again ${await routeOf('home')}`);
await routeOf('missing').catch((error: Error) => console.log(`app: ${error.message}`));
if (import.meta.hot) import.meta.hot.accept();
console.log('app: done');
