import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Line } from '../../../src/report/text/line.ts';
import { createHost } from '../../../src/runtime/host.ts';
import { createPrinter } from '../../../src/runtime/sinks/console/printer.ts';

const LINES: Line[] = [
  [
    ['100% ', 'plain'],
    ['sure', 'bad'],
  ],
  [['second', 'dim']],
];

const hostile = (): never => {
  throw new Error('hostile');
};

/** An object all of whose accesses throw. */
const odd = new Proxy({}, { get: hostile, has: hostile, getOwnPropertyDescriptor: hostile });

function fakeNode(options: { env?: Record<string, string>; isTTY?: boolean } = {}) {
  const written: string[] = [];
  const listeners: Record<string, (subject?: unknown) => void> = {};
  const stderr = {
    isTTY: options.isTTY,
    write(this: unknown, text: string) {
      if (this !== stderr) hostile();
      return written.push(text);
    },
  };
  const process = {
    versions: { node: '20.19.0' },
    env: options.env ?? {},
    stderr,
    on: (type: string, listener: () => void) => {
      listeners[type] = listener;
    },
    getBuiltinModule: globalThis.process.getBuiltinModule,
  };
  return { realm: { process }, written, listeners };
}

function fakePage(console: object = {}) {
  const calls: unknown[][] = [];
  const listeners: Record<string, (subject?: unknown) => void> = {};
  const method =
    (name: string) =>
    (...args: unknown[]) =>
      calls.push([name, ...args]);
  const methods = Object.fromEntries(
    ['log', 'warn', 'error', 'groupCollapsed', 'groupEnd'].map((name) => [name, method(name)]),
  );
  const realm: Record<string, unknown> = {
    console: { ...methods, ...console },
    addEventListener: (type: string, listener: () => void) => {
      listeners[type] = listener;
    },
  };
  return { realm, calls, listeners };
}

describe('host', () => {
  it('keeps the clock that it found', () => {
    const performance = { now: () => 42 };
    const host = createHost({ performance });
    performance.now = hostile;
    expect(host.now()).to.equal(42);
  });

  it('falls back to Date where there is no other clock', () => {
    for (const realm of [{}, { performance: {} }, odd]) {
      expect(createHost(realm).now()).to.be.closeTo(Date.now(), 1000);
    }
  });

  it('runs a job in a microtask, and keeps its error to itself', async () => {
    const order: string[] = [];
    createHost({}).microtask(() => {
      order.push('job');
      hostile();
    });
    order.push('sync');
    await null;
    expect(order).to.deep.equal(['sync', 'job']);
  });

  it('hears of the exit in Node, and of pagehide in a page', () => {
    for (const [fake, type] of [
      [fakeNode(), 'exit'],
      [fakePage(), 'pagehide'],
    ] as const) {
      let heard = 0;
      createHost(fake.realm).onExit(() => {
        heard++;
        hostile();
      });
      fake.listeners[type]?.();
      expect(heard).to.equal(1);
    }
  });

  it('does without what is missing or throws', () => {
    for (const realm of [{}, odd, { process: odd, console: odd }, { process: {}, console: {} }]) {
      const host = createHost(realm);
      host.onExit(hostile);
      host.onError(hostile);
      createPrinter('auto', realm)(LINES);
    }
  });
});

describe('text of an error', () => {
  const heardBy = (fake: ReturnType<typeof fakePage> | ReturnType<typeof fakeNode>): string[] => {
    const heard: string[] = [];
    createHost(fake.realm).onError((text) => heard.push(text));
    return heard;
  };
  const inNode = (error: unknown): string[] => {
    const fake = fakeNode();
    const heard = heardBy(fake);
    fake.listeners.uncaughtExceptionMonitor?.(error);
    return heard;
  };

  it("is the error's own message", () => {
    expect(inNode(new ReferenceError('no n'))).to.deep.equal(['no n']);
  });

  it('is not known of anything else, and nothing of it is run', () => {
    let touched = 0;
    const touch = () => {
      touched++;
      return 'x';
    };
    const error = new Error('hidden');
    const traps = { get: touch, getPrototypeOf: hostile, getOwnPropertyDescriptor: hostile, has: hostile };
    const inherits = new Error();
    Object.setPrototypeOf(inherits, {
      get message() {
        return touch();
      },
    });
    const thrown = [
      'text',
      undefined,
      { message: 'x' },
      {
        get message() {
          return touch();
        },
        toString: touch,
      },
      Object.defineProperty(new Error(), 'message', { get: touch }),
      Object.assign(new Error(), { message: { toString: touch } }),
      inherits,
      new Proxy(error, traps),
      Proxy.revocable(error, {}).proxy,
    ];
    for (const value of thrown) expect(inNode(value)).to.deep.equal(['thrown value']);
    expect(touched).to.equal(0);
  });

  it('is what the page says of an uncaught error', () => {
    const fake = fakePage();
    const heard = heardBy(fake);
    fake.listeners.error?.({ isTrusted: true, message: 'Uncaught ReferenceError: no n' });
    fake.listeners.error?.({ isTrusted: true, message: '' });
    expect(heard).to.deep.equal(['Uncaught ReferenceError: no n', 'thrown value']);
  });

  it('is not taken from an event that the program made', () => {
    const fake = fakePage();
    const heard = heardBy(fake);
    fake.listeners.error?.({
      isTrusted: false,
      get message() {
        return hostile();
      },
    });
    fake.listeners.unhandledrejection?.({ isTrusted: false, reason: new Error('x') });
    fake.listeners.error?.(undefined);
    expect(heard).to.deep.equal([]);
  });

  it('is read of a rejection where the host itself tells errors from other objects', () => {
    const error = new Error('no n');
    const told = (isError: unknown): string[] => {
      const fake = fakePage();
      fake.realm.Error = { isError };
      const heard = heardBy(fake);
      fake.listeners.unhandledrejection?.({ isTrusted: true, reason: error });
      return heard;
    };
    // A bound function looks native.
    const native = ((value: unknown) => value instanceof Error).bind(undefined);
    expect(told(native)).to.deep.equal(['no n']);
    expect(told(hostile)).to.deep.equal(['thrown value']);
    expect(told(undefined)).to.deep.equal(['thrown value']);
  });
});

describe('printing in Node', () => {
  const prints = (
    options: Parameters<typeof fakeNode>[0],
    color: boolean | 'auto' = 'auto',
    tone?: 'bad',
  ): string[] => {
    const fake = fakeNode(options);
    createPrinter(color, fake.realm)(LINES, tone);
    return fake.written;
  };
  const PLAIN = ['│ 100% sure\n│ second\n'];

  it('goes to standard error, each line after a bar', () => {
    expect(prints({})).to.deep.equal(PLAIN);
  });

  it('is coloured on a terminal', () => {
    expect(prints({ isTTY: true })).to.deep.equal([
      '\x1b[2m│ \x1b[0m100% \x1b[31msure\x1b[0m\x1b[2m\n│ \x1b[0m\x1b[2msecond\x1b[0m\n',
    ]);
    expect(prints({ isTTY: true, env: { TERM: 'dumb' } })).to.deep.equal(PLAIN);
  });

  it('has a bar in the tone of the block', () => {
    expect(prints({ isTTY: true }, 'auto', 'bad')[0]?.startsWith('\x1b[31m│ ')).to.equal(true);
  });

  it('is plain with NO_COLOR, unless that is empty', () => {
    expect(prints({ isTTY: true, env: { NO_COLOR: '1' } })).to.deep.equal(PLAIN);
    expect(prints({ isTTY: true, env: { NO_COLOR: '' } })).not.to.deep.equal(PLAIN);
    expect(prints({ env: { NO_COLOR: '1', FORCE_COLOR: '1' } })).to.deep.equal(PLAIN);
  });

  it('is coloured with FORCE_COLOR, unless that says no', () => {
    for (const FORCE_COLOR of ['', '1', 'true', '3']) {
      expect(prints({ env: { FORCE_COLOR } })).not.to.deep.equal(PLAIN);
    }
    for (const FORCE_COLOR of ['0', 'false']) {
      expect(prints({ isTTY: true, env: { FORCE_COLOR } })).to.deep.equal(PLAIN);
    }
  });

  it('obeys the setting before all that', () => {
    expect(prints({ isTTY: true }, false)).to.deep.equal(PLAIN);
    expect(prints({ env: { NO_COLOR: '1' } }, true)).not.to.deep.equal(PLAIN);
  });

  it('keeps the write that it found', () => {
    const fake = fakeNode();
    const print = createPrinter('auto', fake.realm);
    fake.realm.process.stderr.write = hostile;
    print(LINES);
    expect(fake.written).to.deep.equal(PLAIN);
  });

  it('lets no control character of a text through', () => {
    const fake = fakeNode();
    createPrinter('auto', fake.realm)([[['a\x1b[2Jb\nc\td', 'plain']]]);
    expect(fake.written).to.deep.equal(['│ a [2Jb c d\n']);
  });

  it('does not end a program whose standard error is closed', () => {
    const printer = JSON.stringify(
      new URL('../../../src/runtime/sinks/console/printer.ts', import.meta.url).href,
    );
    const program = `
      import { createPrinter } from ${printer};
      const print = createPrinter(false);
      let n = 0;
      const timer = setInterval(() => {
        print([[['x', 'plain']]]);
        if (++n === 5) { clearInterval(timer); console.log('alive'); }
      }, 20);`;
    const command = '("$NODE" --import=tsx --input-type=module -e "$PROGRAM" 2>&1 >&3 | true) 3>&1';
    const { stdout } = spawnSync('sh', ['-c', command], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      env: { ...process.env, NODE: process.execPath, PROGRAM: program },
      encoding: 'utf8',
    });
    expect(stdout).to.equal('alive\n');
  });
});

describe('printing in a page', () => {
  it('styles each text, and gives it as an argument so that a % means nothing', () => {
    const fake = fakePage();
    createPrinter('auto', fake.realm)(LINES.slice(0, 1));
    const red = 'color:color-mix(in srgb,currentcolor,red)';
    expect(fake.calls).to.deep.equal([['log', '%c%s%c%s%c%s', '', '', '', '100% ', red, 'sure']]);
  });

  it('shows up to eleven lines as one message, more as a closed group', () => {
    const fake = fakePage();
    const print = createPrinter('auto', fake.realm);
    const names = () => fake.calls.splice(0).map(([name]) => name);
    const lines = Array.from({ length: 6 }, () => LINES).flat();
    print(lines.slice(0, 11));
    expect(names()).to.deep.equal(['log']);
    print(lines);
    expect(names()).to.deep.equal(['groupCollapsed', 'log', 'groupEnd']);
  });

  it('shows an error or a warning as one message', () => {
    for (const [tone, name] of [
      ['bad', 'error'],
      ['warn', 'warn'],
    ] as const) {
      const fake = fakePage();
      createPrinter('auto', fake.realm)(LINES, tone);
      expect(fake.calls).to.have.lengthOf(1);
      expect(fake.calls[0]?.[0]).to.equal(name);
      expect(fake.calls[0]).to.include.members(['100% ', 'sure', 'second']);
    }
  });

  it('makes do with a console that can only log', () => {
    const nothing = { warn: undefined, error: undefined, groupCollapsed: undefined, groupEnd: undefined };
    const fake = fakePage(nothing);
    const print = createPrinter('auto', fake.realm);
    print(Array.from({ length: 6 }, () => LINES).flat());
    print(LINES, 'bad');
    expect(fake.calls.map(([name]) => name)).to.deep.equal(['log', 'log']);
  });

  it('keeps the console that it found', () => {
    const fake = fakePage();
    const print = createPrinter('auto', fake.realm);
    fake.realm.console = undefined;
    print(LINES);
    expect(fake.calls).to.have.lengthOf(1);
  });

  it('is chosen where `process` is a stand-in', () => {
    for (const process of [
      {},
      { versions: {} },
      { versions: { node: '' } },
      { versions: { node: '20' }, stderr: {} },
    ]) {
      const fake = fakePage();
      fake.realm.process = process;
      createPrinter('auto', fake.realm)(LINES);
      expect(fake.calls).to.have.lengthOf(1);
    }
  });

  it('stays away where there is no console, and keeps what a console throws', () => {
    createPrinter('auto', {})(LINES);
    createPrinter('auto', fakePage({ log: hostile, groupCollapsed: hostile }).realm)(LINES);
  });
});
