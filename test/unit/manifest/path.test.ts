import { posix, win32 } from 'node:path';
import { expect } from 'chai';
import { modulePath, uniquePaths } from '../../../src/manifest/path.ts';

describe('the path of a module', () => {
  const cases: [id: string, root: string, path: string][] = [
    ['/app/src/a.js', '/app', 'src/a.js'],
    ['/app/a.js', '/app/src', '../a.js'],
    ['/app', '/app', ''],
    ['/app2/a.js', '/app', '../app2/a.js'],
    ['/app/a.vue?vue&type=style', '/app', 'a.vue?vue&type=style'],
    ['/app/a.js?to=../b/c.js', '/app', 'a.js?to=../b/c.js'],
    ['/app/a.svg#x/../y', '/app', 'a.svg#x/../y'],
    ['/elsewhere/a.js?q=/x', '/app', '../elsewhere/a.js?q=/x'],
    // What begins a query in an id may stand in a folder's name.
    ['/c#/app/a.js', '/c#/app', 'a.js'],
    ['/what?/app/src/a.js?raw', '/what?/app', 'src/a.js?raw'],
    ['/c#/lib/a.js', '/c#/app', '../lib/a.js'],
    ['/c#/app', '/c#/app/src', '..'],
    ['/a.js', '/', 'a.js'],
    ['\0x', '/app', 'virtual:x'],
    ['\0virtual:answer', '/app', 'virtual:virtual:answer'],
    ['\0/app/a.js?commonjs-module', '/app', 'virtual:a.js?commonjs-module'],
    ['virtual:x', '/app', 'virtual:x'],
    ['lodash', '/app', 'lodash'],
    ['https://example.org/a.js?b', '/app', 'https://example.org/a.js?b'],
  ];
  for (const [id, root, path] of cases) {
    it(`of ${JSON.stringify(id)} in ${root} is ${JSON.stringify(path)}`, () => {
      expect(modulePath(id, root, posix)).to.equal(path);
    });
  }

  const windows: [id: string, root: string, path: string][] = [
    ['C:\\app\\src\\a.js', 'C:\\app', 'src/a.js'],
    ['C:/app/src/a.js', 'C:\\app', 'src/a.js'],
    ['c:/app/src/a.js', 'C:\\app', 'src/a.js'],
    ['C:\\App\\src\\A.js', 'c:\\app', 'src/A.js'],
    ['C:\\lib\\a.js', 'C:\\app', '../lib/a.js'],
    ['D:\\lib\\a.js', 'C:\\app', 'D:/lib/a.js'],
    ['C:\\app\\a.js?x=C:\\b', 'C:\\app', 'a.js?x=C:\\b'],
    ['C:\\c#\\app\\a.js?raw', 'C:\\C#\\app', 'a.js?raw'],
    ['C:/c#/app/a.js?raw', 'C:\\c#\\app', 'a.js?raw'],
    ['\0C:/app/a.js?commonjs-proxy', 'C:\\app', 'virtual:a.js?commonjs-proxy'],
    ['\\\\server\\share\\app\\a.js', '\\\\server\\share\\app', 'a.js'],
  ];
  for (const [id, root, path] of windows) {
    it(`of ${JSON.stringify(id)} in ${root} on Windows is ${path}`, () => {
      expect(modulePath(id, root, win32)).to.equal(path);
    });
  }
});

describe('the paths of modules', () => {
  it('are those of each, but no two the same', () => {
    const paths = uniquePaths(['/app/a.js', 'a.js', '\0x', 'virtual:x', '/app/b.js', 'a.js (2)'], '/app');
    expect([...paths]).to.deep.equal([
      ['\0x', 'virtual:x'],
      ['/app/a.js', 'a.js'],
      ['/app/b.js', 'b.js'],
      ['a.js', 'a.js (2)'],
      ['a.js (2)', 'a.js (2) (2)'],
      ['virtual:x', 'virtual:x (2)'],
    ]);
  });
});
