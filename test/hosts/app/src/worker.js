import { sum } from './work/sum.js';

self.onmessage = ({ data }) => {
  const total = sum(data);
  console.log(`worker: worked out ${total}`);
  self.postMessage(total);
};
