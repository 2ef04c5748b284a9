// Programs on real packages, and generated graphs: `modulesOf(name)` gives the entry's text, or all modules' texts.

export const PACKAGES = {
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

/** A graph of that many modules: each imports some of those before it, and reads, calls and writes across them. */
export function generated(count) {
  const modules = {};
  for (let i = 0; i < count; i++) {
    const imports = [i >> 1, i >> 2, (i * 5) >> 3].filter(
      (j, at, all) => j >= 0 && j < i && all.indexOf(j) === at,
    );
    const head = imports.map((j) => `import { value${j}, add${j}, Thing${j} } from './m${j}.js';`);
    const sum = imports.map((j) => `value${j}`).join(' + ') || '0';
    modules[`m${i}.js`] = `${head.join('\n')}
/** Module ${i} of a generated graph. */
export let value${i} = (${sum}) % 1000 + 1;
export function add${i}(n) {
  const list = [];
  for (let k = 0; k < n; k++) {
    if (k % 2 === 0) list.push({ k, value: value${i}, text: \`item \${k}\` });
    else list.push({ k, value: 0, text: 'none' });
  }
  value${i} += list.length;
  return list.filter(({ value }) => value > 0).map(({ k }) => k);
}
export class Thing${i} {
  constructor(name) { this.name = name; this.parts = ${imports.length ? `[${imports.map((j) => `Thing${j}.name`).join(', ')}]` : '[]'}; }
  describe() { return this.name + this.parts.join() + value${i}; }
}
const local${i} = new Thing${i}('thing ${i}');
if (local${i}.describe().length < 3) console.log(local${i}${imports.map((j) => `, add${j}(2)`).join('')});
`;
  }
  modules['main.js'] = `${Object.keys(modules)
    .slice(-50)
    .map((path, at) => `import * as ns${at} from './${path}'; console.log(Object.keys(ns${at}).length);`)
    .join('\n')}\n`;
  return modules;
}
