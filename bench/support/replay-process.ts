/** One subscriber that reads as fast as it can: the client of the replay benchmark. */
import { finished } from 'node:stream/promises';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { serveOrders } from './helper';
import type { CopyOrder, ReplayOrder, ReplayResult, ReplaySkills } from './replay';
import { Subscriber } from './subscriber';

const POSITION = Buffer.from('"position":');
const ZERO = 0x30;

/** Reads the log from its beginning to the head; every position has to come once and in order. */
function replay({ url, query, init, head }: ReplayOrder): Promise<ReplayResult> {
  return new Promise((resolve, reject) => {
    let position = 0;
    let bytes = 0;
    let tenthAt: number | null = null;
    const began = performance.now();
    const end = (settle: () => void) => {
      void opening.then((subscriber) => subscriber.close());
      settle();
    };
    const take = (frame: Buffer, from: number, to: number) => {
      const next = positionIn(frame, from);
      // a notice repeats the position that the subscriber has
      if (next === position) return;
      if (next !== position + 1) {
        const text = frame.toString('utf8', from, to);
        return end(() => reject(new Error(`after position ${position} came ${text}`)));
      }
      position = next;
      bytes += to - from;
      if (tenthAt === null && position >= head / 10) tenthAt = Date.now();
      if (position < head) return;
      const seconds = (performance.now() - began) / 1000;
      end(() => resolve({ events: position, seconds, bytes, tenthAt }));
    };
    const onProblem = (problem: string) => end(() => reject(new Error(problem)));
    const operation = { query, variables: {} };
    const opening = Subscriber.open({ url, operation, init }, { onNext: take, onProblem });
    opening.catch(reject);
  });
}

function positionIn(bytes: Buffer, start: number): number {
  let at = bytes.indexOf(POSITION, start) + POSITION.length;
  let position = 0;
  for (; bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9; at++) {
    position = position * 10 + bytes[at]! - ZERO;
  }
  return position;
}

async function copy({ url, select }: CopyOrder): Promise<ReplayResult> {
  const client = new Client(url);
  await client.connect();
  try {
    let bytes = 0;
    const began = performance.now();
    const stream = client.query(copyTo(`copy (${select}) to stdout`));
    stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
    await finished(stream);
    const seconds = (performance.now() - began) / 1000;
    return { events: stream.rowCount, seconds, bytes, tenthAt: null };
  } finally {
    await client.end();
  }
}

serveOrders<ReplaySkills>({ replay, copy });
