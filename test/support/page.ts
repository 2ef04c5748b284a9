/** Pages in a real browser, from a server of their own. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { type Browser, type ConsoleMessage, chromium, type Page } from 'playwright-core';
import type { TraceEvent } from '../../src/protocol/events.ts';
import { TRACE_KEY } from '../../src/protocol/trace.ts';

export interface Site {
  /** By path. `index.html` is the page that is visited. */
  files: Readonly<Record<string, string | Uint8Array>>;
  /** Of every response. */
  headers?: Readonly<Record<string, string>>;
}

export interface Message {
  /** As the DevTools protocol calls the console's method; `pageerror` for an error that nothing caught. */
  type: string;
  text: string;
}

export interface Visit {
  /** What the program printed, and its errors. */
  program: Message[];
  /** What the trace printed. */
  trace: Message[];
  /** What of it workers printed. */
  workerTrace: Message[];
  /** Program and trace, in order. */
  messages: Message[];
  /** Without those of workers, which run beside the page: where theirs stand is another matter in each visit. */
  pageMessages: Message[];
  /** Absent without a trace. */
  events: TraceEvent[] | undefined;
  /** Is still open. */
  page: Page;
}

export interface Pages {
  /** @param last text of the last message of the program, where it runs on after the page has loaded */
  visit(site: Site, last?: string): Promise<Visit>;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export async function openPages(): Promise<Pages> {
  const sites: Site[] = [];
  const server = createServer(({ url = '' }, response) => {
    const [, number, path = ''] = /^\/(\d+)\/(.*)$/.exec(url) ?? [];
    const file = path || 'index.html';
    const site = sites[Number(number)];
    const body = site?.files[file];
    // A browser asks for an icon when it likes, and would tell that it found none.
    response.writeHead(body === undefined ? 204 : 200, {
      ...site?.headers,
      'content-type': TYPES[extname(file)] ?? 'text/plain',
    });
    response.end(body);
  });
  const origin = await listen(server);
  const browser = await launch();
  return {
    async visit(site, last) {
      const number = sites.push(site) - 1;
      const page = await browser.newPage();
      const messages: Heard[] = [];
      page.on('console', (message) => messages.push(read(message)));
      page.on('pageerror', ({ name, message }) =>
        messages.push({ type: 'pageerror', text: `${name}: ${message}`, ofTrace: false, ofWorker: false }),
      );
      const ended = last !== undefined && page.waitForEvent('console', (message) => message.text() === last);
      await page.goto(`${origin}/${number}/`, { waitUntil: ended ? 'commit' : 'load' });
      await ended;
      const events = await eventsOf(page.workers()[0] ?? page);
      const only = (isWanted: (message: Heard) => boolean): Message[] =>
        messages.filter(isWanted).map(({ type, text }) => ({ type, text }));
      return {
        program: only(({ ofTrace }) => !ofTrace),
        trace: only(({ ofTrace }) => ofTrace),
        workerTrace: only(({ ofTrace, ofWorker }) => ofTrace && ofWorker),
        messages: only(() => true),
        pageMessages: only(({ ofWorker }) => !ofWorker),
        events,
        page,
      };
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Heard extends Message {
  ofTrace: boolean;
  ofWorker: boolean;
}

/** A message of the trace begins with its format; what follows are a style and a text, over and over. */
function read(message: ConsoleMessage): Heard {
  const [format = '', ...args] = message.args().map(String);
  const type = message.type();
  const ofTrace = /^(?:%c%s)+$/.test(format) || type === 'endGroup';
  const text = ofTrace ? args.filter((_, i) => i % 2).join('') : message.text();
  return { type, text, ofTrace, ofWorker: message.worker() !== null };
}

export const eventsOf = (realm: Pick<Page, 'evaluate'>): Promise<TraceEvent[] | undefined> =>
  realm.evaluate(
    (key) => (globalThis as { [key: symbol]: { events: TraceEvent[] } | undefined })[Symbol.for(key)]?.events,
    TRACE_KEY,
  );
