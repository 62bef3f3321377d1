import { connect, type Socket } from 'node:net';
import { serveOrders } from './helper';
import type {
  DeliveryTarget,
  FloodOrder,
  FloodResult,
  IngestSkills,
  StreamOrder,
  StreamResult,
} from './ingest-load';
import { platformMessages } from './platform-messages';
import { quantile } from './statistics';
import { Subscriber } from './subscriber';

/** Writes one delivery as it goes over the wire. */
function requestOf({ url, platform, prefix }: DeliveryTarget, number: number): Buffer {
  const { host, pathname } = new URL(url);
  const { body, headers } = platformMessages[platform].write(prefix, number);
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    'content-type: application/json',
    'user-agent: bench',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** One connection with one request on it at a time; answers have no body. */
class Line {
  private answered: (() => void) | null = null;
  private failed: ((error: Error) => void) | null = null;
  private text = '';

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.setEncoding('latin1').on('data', (text: string) => this.take(text));
    socket.on('error', (error) => this.failed?.(error));
    socket.on('close', () => this.failed?.(new Error('the connection was closed')));
  }

  static async open(url: string): Promise<Line> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Line(socket);
  }

  send(request: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.answered = resolve;
      this.failed = reject;
      this.socket.write(request);
    });
  }

  close(): void {
    this.failed = null;
    this.socket.destroy();
  }

  private take(text: string): void {
    this.text += text;
    if (!this.text.includes('\r\n\r\n')) return;
    const answer = this.text;
    this.text = '';
    if (answer.startsWith('HTTP/1.1 200')) this.answered?.();
    else this.failed?.(new Error(`the server answered ${answer.slice(0, 200)}`));
  }
}

async function openLines(url: string, count: number): Promise<Line[]> {
  return Promise.all(Array.from({ length: count }, () => Line.open(url)));
}

async function flood(order: FloodOrder): Promise<FloodResult> {
  const requests = Array.from({ length: order.most }, (_, number) => requestOf(order, number));
  const lines = await openLines(order.url, order.connections);
  const latencies: number[] = [];
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const end = began + order.seconds * 1_000;
  let last = began;
  const run = async (line: Line) => {
    while (performance.now() < end) {
      const request = requests.pop();
      if (!request) throw new Error(`${order.most} deliveries were too few`);
      const sent = performance.now();
      await line.send(request);
      last = performance.now();
      latencies.push(last - sent);
    }
  };
  await Promise.all(lines.map(run));
  const { user, system } = process.cpuUsage(cpuBefore);
  for (const line of lines) line.close();
  return {
    accepted: latencies.length,
    seconds: (last - began) / 1_000,
    ...quantiles(latencies),
    cpuMs: (user + system) / 1_000,
  };
}

async function stream(order: StreamOrder): Promise<StreamResult> {
  const sentAt = new Map<number, number>();
  const latencies: number[] = [];
  let wake: () => void = () => undefined;
  const problems: Error[] = [];
  const { url, init, query } = order.socket;
  // what stands before it, such as whom it answers, differs
  const mark = Buffer.from('Message ');
  const subscriber = await Subscriber.open(
    { url, init, operation: { query, variables: {} } },
    {
      onNext: (bytes, start, end) => {
        // a frame may hold several, or a notice of the head alone
        for (let at = bytes.indexOf(mark, start); at >= 0 && at < end;) {
          const number = parseInt(
            bytes.toString('latin1', at + mark.length, at + mark.length + 12),
            10,
          );
          const sent = sentAt.get(number);
          if (sent !== undefined) latencies.push(performance.now() - sent);
          sentAt.delete(number);
          at = bytes.indexOf(mark, at + 1);
        }
        wake();
      },
      onProblem: (text) => {
        problems.push(new Error(text));
        wake();
      },
    },
  );
  const lines = await openLines(order.url, order.connections);
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const end = began + order.seconds * 1_000;
  let next = 0;
  const waiting: (() => void)[] = [];
  wake = () => {
    for (const go of waiting.splice(0)) go();
  };
  const run = async (line: Line) => {
    while (performance.now() < end && problems.length === 0) {
      if (sentAt.size >= order.underWay) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        continue;
      }
      const number = next++;
      sentAt.set(number, performance.now());
      await line.send(requestOf(order, number));
    }
  };
  const timer = setInterval(() => wake(), 100);
  await Promise.all(lines.map(run));
  const delivered = latencies.length;
  const seconds = (performance.now() - began) / 1_000;
  const limit = performance.now() + 20_000;
  while (sentAt.size > 0 && performance.now() < limit && problems.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  clearInterval(timer);
  const { user, system } = process.cpuUsage(cpuBefore);
  subscriber.close();
  for (const line of lines) line.close();
  if (problems[0]) throw problems[0];
  if (sentAt.size > 0) throw new Error(`${sentAt.size} of ${next} deliveries reached nobody`);
  return { delivered, seconds, ...quantiles(latencies), cpuMs: (user + system) / 1_000 };
}

function quantiles(latencies: readonly number[]) {
  const sorted = Float64Array.from(latencies).sort();
  return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) };
}

serveOrders<IngestSkills>({ flood, stream });
