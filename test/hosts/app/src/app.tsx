import kebabCase from 'lodash-es/kebabCase.js';
import { useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import logo from './logo.svg';
import { cart } from './store/index.js';

let setRoute: (route: string) => void = () => {};

function App({ total }: { total: string }) {
  const [route, set] = useState('Start');
  setRoute = set;
  return (
    <main className={kebabCase(route)}>
      <img src={logo} alt="logo" />
      <h1>{route}</h1>
      <ul>
        {cart.items.map((item: string) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
      <p>
        {total}, at most {cart.limit}
      </p>
    </main>
  );
}

/** Returns what shows a route. */
export function mount(element: HTMLElement, total: string): (route: string) => void {
  const root = createRoot(element);
  flushSync(() => root.render(<App total={total} />));
  return (route) => {
    flushSync(() => setRoute(route));
    console.log(`app: shows ${element.querySelector('main')?.className}`);
  };
}
