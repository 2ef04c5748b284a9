/** Reading trace files: whole ones, and those that are cut, corrupt, newer, or no traces. */
import { expect } from 'chai';
import fc from 'fast-check';
import { findingsOf, whyOf } from '../../../src/findings/recorded.ts';
import { readTraceFile, traceFileLines } from '../../../src/report/trace-file.ts';
import { anyTrace } from '../../support/traces.ts';

const HEADER = '{"type":"trace","version":1,"protocol":1,"began":1}';
const START = '{"seq":0,"time":1,"type":"evaluate-start","module":"a.js","chunk":"a.js","job":1}';
const END = '{"type":"end","dropped":0,"failures":0}';
const textOf = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');

function failure(text: string): { code?: string; message: string } {
  try {
    readTraceFile(text);
  } catch (error) {
    expect(error).to.be.an('error');
    return error as Error;
  }
  return expect.fail('nothing was thrown');
}

describe('reading a trace file', () => {
  it('gives what was written, whatever is in it', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const lines = [...traceFileLines(trace)];
        // JSON has no -0.
        const plain = JSON.parse(JSON.stringify(trace));
        expect(readTraceFile(lines)).to.deep.equal(plain);
        expect(readTraceFile(textOf(...lines))).to.deep.equal(plain);
        for (const line of lines) expect(line).not.to.match(/[\n\r]/);
      }),
    );
  });

  it('puts events in their order, also behind one that comes again', () => {
    const event = (seq: number) => START.replace('"seq":0', `"seq":${seq}`);
    const error = '{"seq":1,"time":1,"type":"evaluate-error","module":"a.js"}';
    const { events } = readTraceFile(textOf(HEADER, error, event(2), event(4), error, event(3)));
    expect(events.map(({ seq }) => seq)).to.deep.equal([1, 2, 3, 4]);
  });

  it('a manifest that names a module which is not there is damage', () => {
    const manifest = (module: number) =>
      `{"type":"build","manifest":{"version":1,"entries":[0],"modules":[{"path":"a.js","requests":[],"bindings":[],"imports":[{"local":"ns","module":${module},"binding":-1,"way":[]}]}]}}`;
    expect(readTraceFile(textOf(HEADER, manifest(0))).damage).to.deep.equal([]);
    expect(readTraceFile(textOf(HEADER, manifest(99))).damage).to.have.length(1);
  });

  it('findings of several builds: the worst first', () => {
    const path = (module: string) =>
      `{"path":"${module}","requests":[],"bindings":[{"name":"x","kind":"const","line":1,"column":0}],"phases":true}`;
    const build = (a: string, b: string) =>
      `{"type":"build","manifest":{"version":1,"entries":[0],"modules":[${path(a)},${path(b)}]}}`;
    const read = (seq: number, importer: string, module: string, state: string) =>
      `{"seq":${seq},"time":1,"type":"read","importer":"${importer}","loc":{"file":"${importer}","line":1,"column":0},"module":"${module}","name":"x","local":"x","state":"${state}","early":true}`;
    const text = textOf(
      HEADER,
      build('a.js', 'b.js'),
      build('c.js', 'd.js'),
      read(0, 'a.js', 'b.js', 'undefined'),
      read(1, 'c.js', 'd.js', 'uninitialized'),
    );
    const severities = findingsOf(readTraceFile(text)).map(({ severity }) => severity);
    expect(severities).to.have.length(2);
    expect(severities[0]).to.equal('error');
    expect(severities[1]).not.to.equal('error');
  });

  it('a file that is cut anywhere behind its header has all whole lines, and says which one is cut', () => {
    fc.assert(
      fc.property(anyTrace, fc.double({ min: 0, max: 1, noNaN: true }), (trace, part) => {
        const whole = textOf(...traceFileLines(trace));
        const header = whole.indexOf('\n') + 1;
        const text = whole.slice(0, header + Math.floor((whole.length - header) * part));
        const read = readTraceFile(text);
        const lines = text.split('\n');
        const isCut = lines.at(-1) !== '' && !whole.slice(text.length).startsWith('\n');
        expect(read.builds.length + read.events.length + (read.isComplete ? 1 : 0)).to.equal(
          lines.filter((line) => line !== '').length - 1 - (isCut ? 1 : 0),
        );
        expect(read.damage).to.deep.equal(
          isCut ? [{ line: lines.length, reason: 'the file ends in the middle of it' }] : [],
        );
      }),
    );
  });

  it('an event that comes again with its text counts once', () => {
    const error = { seq: 1, time: 2, type: 'evaluate-error', module: 'a.js' };
    const told = { ...error, error: 'x is not defined' };
    const text = textOf(HEADER, START, JSON.stringify(error), JSON.stringify(told), END);
    const read = readTraceFile(text);
    expect(read.events.slice(1)).to.deep.equal([told]);
    expect(read).to.deep.include({ isComplete: true, damage: [] });
  });

  const DAMAGED: [what: string, line: string, reason: string][] = [
    ['no JSON', '{"seq":1,', 'it is no JSON'],
    ['binary', '\0\ufffd\u0001', 'it is no JSON'],
    ['a list', '[1]', 'it is no object'],
    ['null', 'null', 'it is no object'],
    ['no type', '{"seq":1}', 'it has no "type"'],
    ['an unknown type', '{"type":"toString"}', 'nothing has the type "toString"'],
    ['a type that is no text', '{"type":{}}', 'nothing has the type {}'],
    [
      'a missing field',
      '{"seq":1,"time":1,"type":"evaluate-end","module":"a.js"}',
      '"duration" of "evaluate-end" is missing',
    ],
    ['a wrong field', START.replace('"a.js"', '[]'), '"module" of "evaluate-start" is wrong'],
    [
      'a number that is none',
      START.replace('"time":1', '"time":1e999'),
      '"time" of "evaluate-start" is wrong',
    ],
    ['a negative number', START.replace('"seq":0', '"seq":-1'), '"seq" of "evaluate-start" is wrong'],
    ['an event again', START, 'there is an event 0 already'],
    ['another trace', HEADER, 'another trace begins here'],
    ['no manifest', '{"type":"build","manifest":1}', '"manifest" of "build" is wrong'],
    [
      'a request of no module',
      '{"type":"build","manifest":{"version":1,"entries":[],"modules":[{"path":"a.js","requests":[{"module":7}],"bindings":[]}]}}',
      '"manifest" of "build" is wrong',
    ],
    [
      'a newer manifest',
      '{"type":"build","manifest":{"version":2,"entries":[],"modules":[]}}',
      '"manifest" of "build" is wrong',
    ],
  ];
  for (const [what, line, reason] of DAMAGED) {
    it(`${what}: the line is named, and the others are kept`, () => {
      const read = readTraceFile(textOf(HEADER, START, line, END));
      expect(read.damage).to.deep.equal([{ line: 3, reason }]);
      expect(read.events).to.have.length(1);
      expect(read.isComplete).to.equal(true);
    });
  }

  const OTHERS: [what: string, text: string, code: string, says: string][] = [
    ['nothing', '', 'NOT_A_TRACE', 'it is empty'],
    ['another text', 'hello\nworld\n', 'NOT_A_TRACE', 'it begins with "hello"'],
    ['another JSON', '{"traceEvents":[]}\n', 'NOT_A_TRACE', '{\\"traceEvents\\":[]}'],
    ['hostile text', '\u001b[31m\u202e"\r\n', 'NOT_A_TRACE', '"\\u001b[31m'],
    ['a header that is cut', HEADER.slice(0, 30), 'NOT_A_TRACE', 'it begins with'],
    ['a newer file', HEADER.replace('"version":1', '"version":2'), 'NEWER_TRACE', 'file version 2'],
    ['a newer protocol', HEADER.replace('"protocol":1', '"protocol":9'), 'NEWER_TRACE', 'protocol version 9'],
  ];
  for (const [what, text, code, says] of OTHERS) {
    it(`${what}: one clear line`, () => {
      const error = failure(text);
      expect(error).to.include({ code });
      expect(error.message).to.include(says);
      for (const control of ['\n', '\r', '\u001b']) expect(error.message).not.to.include(control);
    });
  }

  it('100,000 lines take well under a second', () => {
    const read = {
      seq: 0,
      time: 1.5,
      type: 'read',
      importer: 'a.js',
      loc: { file: 'a.js', line: 1, column: 2 },
      module: 'b.js',
      name: 'n',
      local: 'n',
      state: 'initialized',
      value: '1',
      early: false,
    };
    const lines = Array.from({ length: 100_000 }, (_, seq) => JSON.stringify({ ...read, seq }));
    const text = textOf(HEADER, ...lines, END);
    const began = process.cpuUsage();
    expect(readTraceFile(text).events).to.have.length(100_000);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1e6).to.be.below(1);
  });
});

describe('findings of a trace that nobody has made', () => {
  it('never throw, whatever the file has', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        expect(findingsOf(trace)).to.be.an('array');
        expect(whyOf(trace, 'a.js', 'src/b.js')).to.be.a('string');
      }),
      { numRuns: 1000 },
    );
  });
});
