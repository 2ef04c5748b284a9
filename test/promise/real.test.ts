import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { expect } from 'chai';
import { type OutputChunk, type Plugin, rollup } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import { FORMATS, type Format, type PluginOptions, write } from '../support/bundle.ts';
import { project } from '../support/project.ts';
import { type Run, run } from '../support/run.ts';
import { type Built, expectSameBundle, expectSameRun, listener } from '../support/same-bundle.ts';
import { checkTrace } from '../support/trace.ts';

/** Where `node_modules` is. */
const root = fileURLToPath(new URL('../..', import.meta.url));

interface Program {
  text: string;
  /** Modules that the bundle has at least, tree-shaken and whole. */
  modules: [shaken: number, whole: number];
  /** Reads from one module of the package to another, at least. */
  reads: number;
}

const PROGRAMS: Record<string, Program> = {
  three: {
    modules: [30, 200],
    reads: 150,
    text: `
      import { BoxGeometry, Euler, Frustum, Group, Matrix4, Mesh, MeshBasicMaterial, PerspectiveCamera, Quaternion,
        Raycaster, Scene, Vector3 } from 'three/src/Three.Core.js';
      const scene = new Scene(), group = new Group();
      const box = new Mesh(new BoxGeometry(1, 2, 3), new MeshBasicMaterial({ color: 0xff8800 }));
      group.position.set(1, 2, 3);
      group.rotation.set(0.1, 0.2, 0.3);
      box.scale.setScalar(2);
      scene.add(group.add(box));
      scene.updateMatrixWorld();
      console.log(box.matrixWorld.elements.map((n) => n.toFixed(4)).join(' '));
      const camera = new PerspectiveCamera(50, 4 / 3, 0.1, 100);
      camera.position.z = 20;
      camera.updateMatrixWorld();
      const view = new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
      console.log(new Frustum().setFromProjectionMatrix(view).intersectsObject(box), view.determinant().toFixed(6));
      console.log(new Vector3(1, 0, 0).applyQuaternion(new Quaternion().setFromEuler(new Euler(1, 2, 3))).toArray());
      const hits = new Raycaster(new Vector3(1, 2, 30), new Vector3(0, 0, -1)).intersectObject(scene);
      console.log(hits.map(({ distance, faceIndex }) => [distance.toFixed(4), faceIndex]));
      let objects = '';
      scene.traverse(({ type }) => { objects += type + ' '; });
      console.log(objects, Object.keys(scene.toJSON()).join());`,
  },
  'lodash-es': {
    modules: [250, 600],
    reads: 500,
    text: `
      import _, { chunk, cloneDeep, curry, debounce, groupBy, isEqual, merge, orderBy, template, zipObject } from 'lodash-es';
      import * as lodash from 'lodash-es';
      console.log(chunk([1, 2, 3, 4, 5], 2), groupBy([6.1, 4.2, 6.3], Math.floor), zipObject(['a', 'b'], [1, 2]));
      console.log(merge({ a: [{ b: 2 }] }, { a: [{ c: 3 }] }), isEqual(cloneDeep({ x: new Map([[1, [2]]]) }), { x: new Map([[1, [2]]]) }));
      console.log(orderBy([{ n: 2, s: 'a' }, { n: 1, s: 'b' }, { n: 2, s: 'c' }], ['n', 's'], ['desc', 'asc']));
      console.log(template('hi <%= user %>: <%- html %>')({ user: 'ann', html: '<b>' }), curry((a, b, c) => a + b + c)(1)(2)(3));
      console.log(_([3, 1, 2]).map((n) => n * 2).sortBy().reverse().value(), _.camelCase('foo bar-baz'), lodash.padStart('7', 3, '0'));
      const once = debounce(() => console.log('debounced'), 1);
      once();
      once();`,
  },
  d3: {
    modules: [15, 25],
    reads: 20,
    text: `
      import * as d3 from 'd3';
      import { csvParse, format, geoMercator, geoPath, hierarchy, interpolateRgb, pack, scaleLinear, scaleUtc } from 'd3';
      const x = scaleLinear([0, 10], [0, 500]).nice();
      console.log(x(3), x.ticks(5), format(',.2f')(12345.678), interpolateRgb('red', 'blue')(0.3));
      console.log(scaleUtc([new Date(0), new Date(86400000)], [0, 1])(new Date(3600000)).toFixed(6));
      const tree = hierarchy({ children: [{ size: 1 }, { size: 2 }, { children: [{ size: 3 }] }] }).sum(({ size = 0 }) => size);
      console.log(pack().size([100, 100])(tree).leaves().map((leaf) => [leaf.x, leaf.y, leaf.r].map((n) => n.toFixed(3))));
      console.log(geoPath(geoMercator())({ type: 'Polygon', coordinates: [[[0, 0], [10, 0], [10, 10], [0, 0]]] }));
      console.log(d3.line().curve(d3.curveBasis)([[0, 0], [1, 2], [3, 1], [4, 4]]), csvParse('a,b\\n1,2').columns);
      console.log(d3.rollups([1, 2, 3, 4], (v) => d3.sum(v), (n) => n % 2), d3.extent([3, 1, 2]), d3.bisectLeft([1, 2, 3], 2));
      const simulation = d3.forceSimulation([{}, {}, {}]).force('charge', d3.forceManyBody()).stop().tick(20);
      console.log(simulation.nodes().map((node) => node.x.toFixed(3)));`,
  },
};

/** Writes how many events are lost, and how many errors of its own the tracer kept to itself. */
const HEALTH = `
  const { writeFileSync } = require('node:fs');
  process.on('exit', () => {
    const { dropped, failures } = globalThis[Symbol.for('module-phases')] ?? {};
    writeFileSync(process.env.MODULE_PHASES_TRACE + '.health', JSON.stringify({ dropped, failures }));
  });
`;

/** The gate holds what the build says of the order: a false alarm would end it. */
const TRACE = { console: false, root, limit: 1e6, gate: 'warning' } as const;

interface Made extends Built {
  chunk: OutputChunk;
  /** Starts the program. */
  ran(): Promise<Run & { health: object }>;
}

async function build(
  name: string,
  text: string,
  treeshake: boolean,
  trace: PluginOptions | null,
): Promise<Map<Format, Made>> {
  const entry = join(root, `${name}-program.js`);
  const program: Plugin = {
    name: 'program',
    resolveId: (id) => (id === entry ? id : null),
    load: (id) => (id === entry ? text : null),
  };
  const dir = project({ 'health.cjs': HEALTH });
  const { logs, onLog } = listener();
  const bundling = await rollup({
    input: entry,
    treeshake,
    plugins: [program, nodeResolve(), trace && modulePhases({ ...TRACE, ...trace })],
    onLog(level, log) {
      if (level === 'warn' && log.code !== 'CIRCULAR_DEPENDENCY') throw new Error(log.message);
      onLog(level, log);
    },
  });
  const built = new Map<Format, Made>();
  for (const format of FORMATS) {
    const { output } = await bundling.generate({ format, name: 'program' });
    const file = write({ dir, chunk: output[0], output }, format, format);
    const ran = async () => {
      const result = await run(file, ['--require', join(dir, 'health.cjs'), file]);
      return { ...result, health: JSON.parse(readFileSync(`${file}.trace.health`, 'utf8')) };
    };
    built.set(format, { chunk: output[0], output, logs, ran });
  }
  return built;
}

/** Paths of the modules that the chunk has code of, in its order; or of those of which it has a comment at most. */
const rendered = ({ modules }: OutputChunk, hasCode = true): string[] =>
  Object.entries(modules)
    .filter(([, { code }]) => /\S/.test(code?.replace(/\/\*.*?\*\//gs, '') ?? '') === hasCode)
    .map(([id]) => relative(root, id).split(sep).join('/'));

describe('real packages', () => {
  for (const [name, { text, modules: atLeast, reads: readsAtLeast }] of Object.entries(PROGRAMS)) {
    for (const treeshake of [true, false]) {
      describe(`${name}, ${treeshake ? 'tree-shaken' : 'whole'}`, () => {
        let plain: Map<Format, Made>;
        let traced: Map<Format, Made>;
        before(async () => {
          plain = await build(name, text, treeshake, null);
          traced = await build(name, text, treeshake, { include: /./ });
        });

        for (const format of FORMATS) {
          it(`${format}: the bundle is the plain one and prints the same, and its trace is complete`, async () => {
            const [expected, found] = [plain.get(format), traced.get(format)];
            if (!expected || !found) throw new Error('not built');
            await expectSame(expected, found, atLeast[treeshake ? 0 : 1], readsAtLeast);
          });
        }
      });
    }

    it(`${name}, with the plugin's defaults: phases alone are traced in packages`, async () => {
      const plain = (await build(name, text, true, null)).get('es');
      const traced = (await build(name, text, true, {})).get('es');
      if (!plain || !traced) throw new Error('not built');
      await expectSame(plain, traced, atLeast[0], 0);
    });
  }
});

async function expectSame(plain: Made, traced: Made, atLeast: number, readsAtLeast: number): Promise<void> {
  expectSameBundle(traced, plain);
  const [expected, found] = await Promise.all([plain.ran(), traced.ran()]);
  expectSameRun(found, expected);
  expect(found.code).to.equal(0);
  expect(found.stdout.split('\n').length).to.be.above(5);
  expect(found.health).to.deep.equal({ dropped: 0, failures: 0 });
  expect(
    found.findings?.filter(({ severity }) => severity !== 'info'),
    'false alarms',
  ).to.deep.equal([]);

  const events = found.events ?? [];
  checkTrace(events);
  const modules = rendered(traced.chunk);
  expect(modules.length).to.be.at.least(atLeast);
  const of = (type: string): string[] =>
    events.flatMap((event) => (event.type === type && 'module' in event ? event.module : []));
  expect(of('instantiate')).to.include.members(modules);
  // A barrel has no statement, but its namespace object may be there.
  const others = of('instantiate').filter((module) => !modules.includes(module));
  expect(rendered(traced.chunk, false)).to.include.members(others);
  expect(of('evaluate-start')).to.deep.equal(modules);
  expect(of('evaluate-end')).to.deep.equal(modules);
  expect(of('evaluate-error')).to.deep.equal([]);

  const isOfPackage = (path: string): boolean => /(?:^|\/)node_modules\//.test(path);
  const reads = events.flatMap((event) => (event.type === 'read' ? event : []));
  const within = reads.filter(({ importer, module }) => isOfPackage(importer) && isOfPackage(module));
  if (readsAtLeast === 0) expect(within).to.deep.equal([]);
  else expect(within.length).to.be.at.least(readsAtLeast);
  expect(reads.filter(({ importer }) => !isOfPackage(importer))).not.to.be.empty;
}
