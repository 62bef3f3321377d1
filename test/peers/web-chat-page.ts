import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** What a real browser takes; null: all is there. */
export function whatIsMissing(): string | null {
  return places.some((place) => existsSync(place))
    ? null
    : 'chromium (`apt-get install --no-install-recommends chromium`)';
}

export function openBrowser(): Promise<Browser> {
  const executablePath = places.find((place) => existsSync(place));
  // without a sandbox, because tests may run as root
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A line between browser and server that can be cut. */
export class Line {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly server: ReturnType<typeof createTcpServer>,
    readonly url: string,
  ) {}

  static async to(target: string): Promise<Line> {
    const { hostname, port } = new URL(target);
    const server = createTcpServer((near) => line.join(near, connect(Number(port), hostname)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port: own } = server.address() as AddressInfo;
    const line = new Line(server, `http://127.0.0.1:${own}`);
    return line;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    if (this.isCut) {
      near.destroy();
      return;
    }
    near.pipe(far).pipe(near);
  }
}

/** A company's page with the bubble, on an origin of its own, under a strict policy. */
export class Shop {
  /** What is put on the script, such as `data-channel`. */
  attributes: Record<string, string> = {};
  language = 'en';

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async open(parley: string): Promise<Shop> {
    const server = createServer((_request, response) => {
      const given = Object.entries(shop.attributes).map(([name, value]) => `${name}="${value}"`);
      const policy = [
        `default-src 'none'`,
        `script-src ${parley}`,
        `connect-src ${parley} ${parley.replace('http', 'ws')}`,
        `img-src ${parley}`,
        `base-uri 'none'`,
        `require-trusted-types-for 'script'`,
      ];
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy.join('; '),
      });
      response.end(`<!doctype html><html lang="${shop.language}"><title>Shop</title>
        <h1>Shop</h1><button>Buy</button>
        <script src="${parley}/chat.js" ${given.join(' ')} async></script></html>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const shop = new Shop(server, `http://localhost:${port}`);
    return shop;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Somebody who looks at the shop's page. */
export class Guest {
  /** What the browser said that it would not do, and faults of scripts. */
  readonly complaints: string[] = [];
  readonly warnings: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (/content security policy|trusted ?type/i.test(message.text())) {
        this.complaints.push(message.text());
      }
      if (message.type() === 'warning') this.warnings.push(message.text());
    });
  }

  static async visit(
    browser: Browser,
    url: string,
    { before, ...options }: Parameters<Browser['newContext']>[0] & { before?: string } = {},
  ): Promise<Guest> {
    const context = await browser.newContext(options);
    if (before !== undefined) await context.addInitScript(before);
    const guest = new Guest(context, await context.newPage());
    await guest.page.goto(url);
    return guest;
  }

  get bubble() {
    return this.page.locator('.bubble');
  }

  get panel() {
    return this.page.getByRole('dialog');
  }

  /** The texts that are shown, the customer's begin with `>`. */
  said(): Promise<string[]> {
    return this.page.evaluate<string[]>(`
      [...document.querySelector('[data-parley]').shadowRoot.querySelectorAll('.message')].flatMap((row) => {
        const text = row.querySelector('.text')?.textContent;
        return text == null ? [] : [(row.classList.contains('own') ? '> ' : '') + text];
      })`);
  }

  async open(): Promise<void> {
    await this.bubble.click();
    await this.page.getByLabel('Write a message').waitFor();
  }

  async write(text: string): Promise<void> {
    const box = this.page.getByLabel('Write a message');
    await box.fill(text);
    await box.press('Enter');
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
