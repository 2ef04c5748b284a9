/** All commands, with what each takes. Only the one that is called loads what it needs. */
import { SEVERITIES } from '../protocol/finding.ts';
import type { Options } from './arguments.ts';
import { CONSOLE_OPTIONS, PLUGIN_OPTIONS } from './build.ts';
import type { Command } from './command.ts';
import { INPUT_OPTIONS } from './input.ts';

const ROOT: Options = {
  root: { value: '<folder>', text: 'folder of the sources (default: this one)' },
};

export const COMMANDS: Readonly<Record<string, Command>> = {
  run: {
    usage: '<entry or config> [options] [-- arguments of the program]',
    summary: 'build with the plugin, run the bundle in Node, and see its trace',
    details: [
      "The trace and its findings go to standard error; input, output, signals and exit code are the program's.",
    ],
    words: [1, 1],
    hasRest: true,
    options: {
      out: { value: '<file>', short: 'o', text: 'write the trace to a file, as it happens' },
      watch: { short: 'w', text: 'build and run again with each change' },
      entry: { value: '<name>', text: 'of several entries: the one to run (default: the first)' },
      dir: {
        value: '<folder>',
        text: 'keep the bundle in this folder (default: one that is removed at the end)',
      },
      ...INPUT_OPTIONS,
      ...PLUGIN_OPTIONS,
      ...CONSOLE_OPTIONS,
    },
    call: async (given) => (await import('./commands/run.ts')).run(given),
  },
  check: {
    usage: '<entry, config or trace> [options]',
    summary: 'fail on findings that are new: what a build proves without running, or what a trace shows',
    words: [1, 1],
    options: {
      severity: {
        value: '<severity>',
        choices: SEVERITIES,
        text: 'fail on findings as bad as that, or worse: error (default), warning, info',
      },
      baseline: {
        value: '<file>',
        text: 'findings that are known (default: module-phases.baseline.json, if it is there)',
      },
      'update-baseline': { text: 'write what is found now to the baseline' },
      format: {
        value: '<format>',
        choices: ['text', 'json', 'markdown', 'github'],
        text: 'text (default), json, markdown, or github (annotations)',
      },
      'strict-execution-order': {
        text: 'build once more with that option of Rolldown, and say what it does to each finding',
      },
      ...INPUT_OPTIONS,
      ...PLUGIN_OPTIONS,
    },
    call: async (given) => (await import('./commands/check.ts')).check(given),
  },
  explain: {
    usage: '<trace> [options]',
    summary: 'what a trace means: each finding, the worst first, with the source around it',
    words: [1, 1],
    options: ROOT,
    call: async (given) => (await import('./commands/explain.ts')).explain(given),
  },
  order: {
    usage: '<trace>',
    summary: 'the modules of a trace in the order in which they started',
    words: [1, 1],
    options: {},
    call: async (given) => (await import('./commands/order.ts')).order(given),
  },
  why: {
    usage: '<trace> <module> <module>',
    summary: 'why one module started before another; a module is named by its path, or the end of it',
    words: [3, 3],
    options: {},
    call: async (given) => (await import('./commands/why.ts')).why(given),
  },
  diff: {
    usage: '<trace> <trace> [options]',
    summary: 'where two traces part: order, early reads, modules and bindings that are gone, slower modules',
    words: [2, 2],
    options: {
      format: { value: '<format>', choices: ['text', 'json'], text: 'text (default) or json' },
    },
    call: async (given) => (await import('./commands/diff.ts')).diff(given),
  },
  convert: {
    usage: '<trace> --to <format> [options]',
    summary: 'write a trace for other tools',
    words: [1, 1],
    options: {
      to: {
        value: '<format>',
        choices: ['chrome', 'json'],
        text: 'chrome (Perfetto, speedscope, chrome://tracing) or json',
      },
      out: { value: '<file>', short: 'o', text: 'the file (default: standard output)' },
    },
    call: async (given) => (await import('./commands/convert.ts')).convert(given),
  },
};
