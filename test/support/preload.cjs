'use strict';
// Loaded into every program that `run` starts: hands its trace out when it exits. What it needs is taken now,
// before the program can replace it; v8's serializer, unlike JSON, calls nothing of the program's (`toJSON`).

const { writeFileSync } = require('node:fs');
const { serialize } = require('node:v8');

const file = process.env.MODULE_PHASES_TRACE;
const key = Symbol.for('module-phases');

process.on('exit', () => {
  const trace = globalThis[key];
  if (!trace) return;
  const { events, dropped, failures } = trace;
  writeFileSync(file, serialize({ events, dropped, failures, findings: trace.explain() }));
});
