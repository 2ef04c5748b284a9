// What the benches build: programs on real packages, generated graphs, and work that is timed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @param app a name of those below, or `1000-modules`, `2000-modules-ts`, `2000-modules-300-entries` */
export function writeModules(app, folder) {
  for (const [path, text] of Object.entries(modulesOf(app))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Texts by path. */
function modulesOf(app) {
  if (isGraph(app)) return generated(Number.parseInt(app, 10), isTyped(app));
  if (app in PACKAGES) return { 'main.js': PACKAGES[app] };
  return WORK[app] ?? APPS[app];
}

export const isGraph = (app) => /^\d+-modules/.test(app);
export const isTyped = (app) => app.endsWith('-ts');

/** Paths of what is built as entries. */
export function entriesOf(app) {
  const count = Number(/(\d+)-entries$/.exec(app)?.[1] ?? 0);
  if (count === 0) return [isTyped(app) ? 'main.ts' : 'main.js'];
  // Of the first half, so that each has modules of its own and shares others.
  return Array.from({ length: count }, (_, i) => pathOf(3 * i));
}

/** Each is to be built and loaded. */
const PACKAGES = {
  three: `import * as THREE from 'three';
const scene = new THREE.Scene();
for (let i = 0; i < 50; i++) {
  const mesh = new THREE.Mesh(new THREE.BoxGeometry(1, 2, 3), new THREE.MeshBasicMaterial());
  mesh.position.set(i, 2, 3);
  scene.add(mesh);
}
scene.updateMatrixWorld(true);
console.log(scene.children[7].matrixWorld.elements.join());`,
  'lodash-es': `import _, { chunk, groupBy, map } from 'lodash-es';
console.log(_.sortBy([3, 1, 2]), map([1, 2], (x) => x * 2), chunk([1, 2, 3], 2), groupBy([1.2, 1.3, 2.1], Math.floor));`,
  d3: `import * as d3 from 'd3';
console.log(d3.scaleLinear([0, 1], [0, 10])(0.5), d3.format('.2f')(Math.PI), d3.extent([3, 1, 2]), d3.line()([[0, 1], [2, 3]]), Object.keys(d3).length);`,
  rxjs: `import * as rx from 'rxjs';
rx.range(0, 20).pipe(rx.map((x) => x * 2), rx.filter((x) => x % 3 === 0), rx.scan((a, b) => a + b, 0), rx.toArray()).subscribe((x) => console.log(x.join(), Object.keys(rx).length));`,
  effect: `import { Effect, Option, Schema } from 'effect';
const program = Effect.gen(function* () { const n = yield* Effect.succeed(20); return Option.some(n + 1); });
console.log(Effect.runSync(program).value, typeof Schema);`,
  'date-fns': `import * as fns from 'date-fns';
console.log(fns.format(new Date(2026, 10, 21), 'yyyy-MM-dd'), fns.addDays(new Date(2026, 0, 31), 1).getDate(), Object.keys(fns).length);`,
  antd: `import React from 'react';
import { renderToString } from 'react-dom/server';
import { Button, DatePicker, Form, Input, Select, Table } from 'antd';
const h = React.createElement;
const page = h(Form, null, h(Form.Item, { label: 'Name' }, h(Input)), h(Button, { type: 'primary' }, 'Send'), h(Select), h(DatePicker), h(Table, { columns: [{ dataIndex: 'a', title: 'A' }], dataSource: [{ key: 1, a: 2 }] }));
console.log(renderToString(page).length);`,
};

/** A small app of several modules, which read and write each other's exports, around one part that uses a package. */
const around = (view) => ({
  'main.js': `import { render } from './src/view.js';
import { add, total } from './src/cart.js';
import { title } from './src/config.js';
for (const name of ['pen', 'ink', 'paper']) add(name);
console.log(title, total, render());`,
  'src/config.js': `export const title = 'Shop';
export const currency = '€';
export default { digits: 2 };`,
  'src/prices.js': `export const prices = { pen: 2, ink: 5, paper: 8 };
export const priceOf = (name) => prices[name] ?? 0;`,
  'src/cart.js': `import { priceOf } from './prices.js';
export let total = 0;
export const items = [];
export function add(name) { items.push(name); total += priceOf(name); }`,
  'src/format.js': `import options, { currency } from './config.js';
export const format = (n) => n.toFixed(options.digits) + ' ' + currency;`,
  'src/rows.js': `import { items } from './cart.js';
import { format } from './format.js';
import { priceOf } from './prices.js';
export const rows = () => items.map((name, key) => ({ key, name, price: format(priceOf(name)) }));`,
  'src/view.js': view,
});

/** By package, each to be built and loaded. */
const APPS = {
  'app-antd': around(`import React from 'react';
import { renderToString } from 'react-dom/server';
import { Button, DatePicker, Form, Input, Select, Table } from 'antd';
import { rows } from './rows.js';
const h = React.createElement;
const columns = [{ dataIndex: 'name', title: 'Name' }, { dataIndex: 'price', title: 'Price' }];
export const render = () => renderToString(h(Form, null, h(Form.Item, { label: 'Name' }, h(Input)), h(Select), h(DatePicker), h(Button, null, 'Buy'), h(Table, { columns, dataSource: rows() }))).length;`),
  'app-@mui/material': around(`import React from 'react';
import { renderToString } from 'react-dom/server';
import { Button, Card, CardContent, Checkbox, Dialog, List, ListItem, Select, Slider, Tabs, TextField, Typography } from '@mui/material';
import { rows } from './rows.js';
const h = React.createElement;
const others = [Dialog, Select, Slider, Tabs].length;
export const render = () => renderToString(h(Card, null, h(CardContent, null, h(Typography, null, 'Cart'), h(TextField, { id: 'name', label: 'Name' }), h(Checkbox), h(List, null, rows().map(({ key, name, price }) => h(ListItem, { key }, name + price))), h(Button, null, 'Buy')))).length + others;`),
  'app-mathjs': around(`import { all, create } from 'mathjs';
import { rows } from './rows.js';
const math = create(all);
export const render = () => math.evaluate('sqrt(2 ^ 4) + det([1, 2; 3, 4])') + rows().length;`),
  'app-playcanvas': around(`import * as pc from 'playcanvas';
import { rows } from './rows.js';
export function render() {
  const matrix = new pc.Mat4().setTRS(new pc.Vec3(1, 2, 3), new pc.Quat(), new pc.Vec3(2, 2, 2));
  return matrix.transformPoint(new pc.Vec3(rows().length, 1, 1)).toString() + Object.keys(pc).length;
}`),
};

/** Each exports `work`, which is called again and again. Its loops are short calls, so that engines soon have them optimized. */
const WORK = {
  // The binding is written once, so that no engine takes it for a constant.
  'loop-read': {
    'step.js': `export let step = 1;
export function setStep(value) { step = value; }`,
    'main.js': `import { setStep, step } from './step.js';
setStep(3);
function read(sum, times) {
  for (let i = 0; i < times; i++) sum = (sum + step) | 0;
  return sum;
}
export const work = () => Array.from({ length: 2000 }).reduce((sum) => read(sum, 2000), 0);`,
  },
  // A write and a read each turn, and nothing else.
  'loop-events': {
    'step.js': `export let step = 1;
export function setStep(value) { step = value; }`,
    'main.js': `import { setStep, step } from './step.js';
let sum = 0;
for (let i = 0; i < 50000; i++) {
  setStep(i);
  sum += step;
}
console.log(sum);`,
  },
  'loop-write': {
    'count.js': `export let count = 0;
function write(times) {
  for (let i = 0; i < times; i++) count = (count + i) & 1023;
}
export function work() {
  for (let i = 0; i < 2000; i++) write(2000);
  return count;
}`,
    'main.js': `import { count } from './count.js';
export { work } from './count.js';
console.log(count);`,
  },
  // From its sources, whose modules read each other; the package's own entry is two modules.
  'work-three': {
    'main.js': `import { Box3, Euler, Matrix4, Object3D, Quaternion, Ray, Vector3 } from 'three/src/Three.Core.js';
const root = new Object3D();
const leaves = [];
for (let i = 0; i < 300; i++) {
  const object = new Object3D();
  object.position.set(i % 7, i % 11, i % 13);
  object.rotation.set(i, 2 * i, 3 * i);
  (leaves.at(-1 - (i % 5)) ?? root).add(object);
  leaves.push(object);
}
export function work() {
  let sum = 0;
  for (let round = 0; round < 40; round++) {
    root.rotation.y = round;
    root.updateMatrixWorld(true);
    const box = new Box3();
    const ray = new Ray(new Vector3(round, 0, 50), new Vector3(0, 0, -1));
    for (const { matrixWorld } of leaves) {
      const position = new Vector3(), rotation = new Quaternion(), scale = new Vector3();
      new Matrix4().multiplyMatrices(matrixWorld, root.matrixWorld).invert().decompose(position, rotation, scale);
      box.expandByPoint(position.applyEuler(new Euler().setFromQuaternion(rotation)));
      sum += ray.distanceSqToPoint(position) + scale.x;
    }
    sum += box.getSize(new Vector3()).length();
  }
  return sum;
}`,
  },
  'work-lodash-es': {
    'main.js': `import { camelCase, cloneDeep, filter, flatMap, groupBy, isEqual, map, mapValues, merge, orderBy, range, sumBy, uniqBy } from 'lodash-es';
const people = map(range(2000), (id) => ({ id, name: 'person number ' + id, age: (id * 7919) % 90, tags: ['a' + (id % 3), 'b' + (id % 5)] }));
export function work() {
  const adults = orderBy(filter(people, ({ age }) => age >= 18), ['age', 'name'], ['desc', 'asc']);
  const byTag = groupBy(flatMap(adults, ({ id, age, tags }) => map(tags, (tag) => ({ id, age, tag }))), 'tag');
  const totals = mapValues(byTag, (rows) => sumBy(rows, 'age'));
  const copy = cloneDeep(adults.slice(0, 300));
  const names = uniqBy(map(copy, ({ name }) => camelCase(name)), (name) => name.length);
  return JSON.stringify([merge({}, totals, { names }), isEqual(copy, adults.slice(0, 300))]);
}`,
  },
  'work-rxjs': {
    'main.js': `import { bufferCount, concatMap, filter, from, map, mergeMap, of, range, reduce, scan, Subject, takeWhile, withLatestFrom } from 'rxjs';
export function work() {
  let result = 0;
  const clock = new Subject();
  clock.pipe(withLatestFrom(of(2, 3)), map(([a, b]) => a * b), takeWhile((n) => n < 1e6), scan((a, b) => (a + b) % 1009, 0)).subscribe((n) => { result += n; });
  range(0, 20000)
    .pipe(map((n) => n * 3), filter((n) => n % 2 === 0), bufferCount(5), concatMap((list) => from(list)), mergeMap((n) => of(n, n + 1)), reduce((a, b) => (a + b) % 65521, 0))
    .subscribe((n) => { result += n; });
  for (let i = 0; i < 20000; i++) clock.next(i);
  return result;
}`,
  },
};

/** In folders, since Rollup lists a module's whole folder to resolve it. */
const pathOf = (i, extension = 'js') => `part${i >> 6}/m${i}.${extension}`;

/**
 * A graph of that many modules: each imports some of those after it, as a tree with shortcuts, and reads, calls and
 * writes across them. In TypeScript if it is to be `typed`.
 */
function generated(count, typed) {
  const extension = typed ? 'ts' : 'js';
  const as = (type) => (typed ? `: ${type}` : '');
  const modules = {
    [`main.${extension}`]: `import { value0 } from './${pathOf(0, extension)}'; console.log(value0);`,
  };
  for (let i = 0; i < count; i++) {
    const imports = [2 * i + 1, 2 * i + 2, 3 * i + 4].filter((j) => j < count);
    const head = imports.map(
      (j) => `import { add${j}, Thing${j}, value${j} } from '../${pathOf(j, extension)}';`,
    );
    const sum = ['1', ...imports.map((j) => `value${j}`)].join(' + ');
    modules[pathOf(i, extension)] = `${head.join('\n')}
/** Module ${i} of a generated graph. */
export let value${i}${as('number')} = (${sum}) % 1000;
export function add${i}(n${as('number')})${as('number[]')} {
  const list${as('{ k: number; value: number; text: string }[]')} = [];
  for (let k = 0; k < n; k++) {
    if (k % 2 === 0) list.push({ k, value: value${i}, text: \`item \${k}\` });
    else list.push({ k, value: 0, text: 'none' });
  }
  value${i} += list.length;
  return list.filter(({ value }) => value > 0).map(({ k }) => k);
}
export class Thing${i} {
${typed ? '  name: string;\n  parts: string[];\n' : ''}  constructor(name${as('string')}) { this.name = name; this.parts = [${imports.map((j) => `Thing${j}.name`)}]; }
  describe()${as('string')} { return this.name + this.parts.join() + value${i}; }
}
const local${i} = new Thing${i}('thing ${i}');
if (local${i}.describe().length < 3) console.log(local${i}${imports.map((j) => `, add${j}(2)`).join('')});
`;
  }
  return modules;
}
