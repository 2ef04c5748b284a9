/** The threads of bug trackers about what nobody could see: each is a story, or more. */
import { expect } from 'chai';
import { stories } from '../support/story.ts';

/** By what hurt. */
const THREADS = {
  'a second entry runs in the order of the first one': ['rollup#3888', 'rollup#4539', 'rollup#5423'],
  'code splitting hoists a shared module above what it needs': [
    'esbuild#399',
    'esbuild#1679',
    'esbuild#2598',
    'vite#5142',
  ],
  'a manual chunk starts lazy code': ['rollup#5357'],
  'a vendor chunk blanks the page': ['rollup#6233', 'vite#12209', 'rolldown#7449'],
  'a minimum size merges chunks': ['rollup#4327'],
  'the first import is no longer the first': ['rollup#4840'],
  'a barrel with preserveModules changes the order': ['rollup#3834'],
  'top-level await and import() hang': [
    'rollup#6154',
    'rollup#6093',
    'rollup#5774',
    'rollup#4166',
    'bun#36052',
  ],
  'undefined where a ReferenceError belongs': [
    'vite#22291',
    'vite#19959',
    'rollup#4101',
    'rolldown#9680',
    'rolldown#4759',
    'bun#42664',
    'esbuild#3808',
    'esbuild#3577',
  ],
  'a class extends undefined': ['rolldown#9161', 'rolldown#9238', 'rollup#435', 'rollup#1089', 'rollup#6064'],
  'an entry runs the side effects of another': ['rolldown#9450', 'rolldown#9463'],
  'a CommonJS module is required early, late or twice': [
    'rollup/plugins#988',
    'rollup/plugins#1425',
    'rollup#4231',
  ],
  'warnings of many cycles, none of them useful': ['rollup#2372', 'rollup#2271'],
  'a cycle is entered where it never is natively': ['rolldown#10863'],
  'externals run first': ['rolldown#3143'],
  'a facade is read before it is linked': ['vite#22491'],
};

describe('threads of the field', () => {
  const cited = stories().flatMap(({ config }) => config.description.match(/[\w/]+#\d+/g) ?? []);

  for (const [pain, threads] of Object.entries(THREADS)) {
    it(`${pain}: ${threads.join(', ')}`, () => expect(cited).to.include.members(threads));
  }
});
