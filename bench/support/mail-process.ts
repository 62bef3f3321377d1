/** Who forwards the mails, and who reads them without any Parley around: the clients of the mail benchmark. */
import PostalMime from 'postal-mime';
import { Agent, request } from 'undici';
import { email } from '../../src/connectors/email';
import { conformance } from '../../src/connectors/email/conformance';
import { serveOrders } from './helper';
import { readArchive } from './mail-archive';
import type { ForwardOrder, MailSkills, ReadResult } from './mail-load';

const channel = {
  id: 'chn_bench',
  name: 'Bench',
  externalId: conformance.account.externalId,
  identityScope: '',
  settings: conformance.settings,
};

async function forward({ url, secret, mails, connections }: ForwardOrder): Promise<number> {
  const waiting = readArchive(mails).reverse();
  const dispatcher = new Agent({ connections });
  const authorization = `Basic ${Buffer.from(`bench:${secret}`).toString('base64')}`;
  const began = performance.now();
  const line = async () => {
    for (let body = waiting.pop(); body; body = waiting.pop()) {
      const answer = await request(url, {
        ...{ method: 'POST', body, dispatcher },
        headers: { authorization, 'content-type': 'message/rfc822' },
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${text}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, line));
  const seconds = (performance.now() - began) / 1_000;
  await dispatcher.close();
  return seconds;
}

async function reading(mails: number, read: (raw: Buffer) => unknown): Promise<ReadResult> {
  const archive = readArchive(mails);
  const before = process.cpuUsage();
  const began = performance.now();
  let peakMb = 0;
  for (const [index, raw] of archive.entries()) {
    await read(raw);
    if (index % 50 === 0) peakMb = Math.max(peakMb, process.memoryUsage.rss() / 1_048_576);
  }
  const { user, system } = process.cpuUsage(before);
  return {
    seconds: (performance.now() - began) / 1_000,
    cpuMs: (user + system) / 1_000,
    peakMb,
  };
}

serveOrders<MailSkills>({
  forward,
  parse: ({ mails }) => reading(mails, (raw) => PostalMime.parse(raw)),
  normalise: ({ mails }) =>
    reading(mails, (body) =>
      email.normalise({ source: 'WEBHOOK', headers: {}, body, receivedAt: new Date() }, channel),
    ),
});
