import { sum } from './work/sum.js';

self.onmessage = ({ data }) => {
  const total = sum(data);
  console.log(`app: worked out ${total}`);
  self.postMessage(total);
};
