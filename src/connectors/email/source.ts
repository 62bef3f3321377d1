import { setTimeout as delay } from 'node:timers/promises';
import type { ImapFlow } from 'imapflow';
import type { SourceContext } from '../kit/connector';
import { RetryLater } from '../kit/errors';
import { openMailbox } from './imap';
import { progressOf, type Progress } from './progress';
import { readFolder } from './read-folder';
import { mailSettings } from './settings';

/** A connection that lasted so long is opened again at once when it breaks, in milliseconds. */
const STEADY = 10_000;
const PAUSE = 500;

/** Reads the mailbox: at once what the server tells of, and all folders from time to time. */
export async function source(context: SourceContext): Promise<void> {
  const { signal } = context;
  if (!mailSettings(context.channel).imap) return untilAborted(signal);
  const progress = progressOf(context.cursor);
  while (!signal.aborted) {
    const client = await openMailbox(context);
    const opened = performance.now();
    try {
      await readOn(client, context, progress);
    } catch (error) {
      if (signal.aborted) return;
      if (client.usable) throw error;
      // servers end connections at will: that is no trouble unless it goes on
      if (performance.now() - opened < STEADY) {
        throw new RetryLater('The mail server closed the connection.', undefined, { cause: error });
      }
      context.log.info({ err: error }, 'the mail server closed the connection');
      await delay(PAUSE, undefined, { signal }).catch(() => undefined);
    } finally {
      client.close();
    }
  }
}

async function readOn(client: ImapFlow, context: SourceContext, progress: Progress): Promise<void> {
  const { folders, historyDays, pollSeconds } = mailSettings(context.channel);
  const [first, ...others] = folders as [string, ...string[]];
  const sent = new Set(
    (await client.list()).flatMap(({ path, specialUse }) =>
      specialUse === '\\Sent' ? [path] : [],
    ),
  );
  const news = new News(client);
  while (!context.signal.aborted) {
    const missing: string[] = [];
    for (const path of [...others, first]) {
      const lock = await client.getMailboxLock(path).catch((error: unknown) => {
        if (!client.usable) throw error;
        missing.push(path);
        return null;
      });
      if (!lock) continue;
      try {
        news.forget();
        await client.noop();
        await readFolder(client, context, progress, { path, isSent: sent.has(path), historyDays });
      } finally {
        lock.release();
      }
    }
    if (missing.includes(first)) throw new RetryLater(`The mailbox has no folder ${first}.`, 60);
    if (missing.length > 0) {
      await context.report('DEGRADED', `The mailbox has no folder ${missing.join(', ')}.`);
    } else {
      await context.report('OK');
    }
    const until = performance.now() + pollSeconds * 1_000;
    await news.wait(until, context.signal);
  }
}

/** What the server tells of the open folder. */
class News {
  private isThere = false;
  private wake: () => void = () => undefined;

  constructor(private readonly client: ImapFlow) {
    client.on('exists', () => {
      this.isThere = true;
      this.wake();
    });
    client.once('close', () => this.wake());
  }

  forget(): void {
    this.isThere = false;
  }

  /** Until there is news, the moment has come or the signal; fails where the connection has ended. */
  async wait(until: number, signal: AbortSignal): Promise<void> {
    if (!this.isThere && this.client.usable && !signal.aborted) {
      const ending = new AbortController();
      const told = new Promise<void>((resolve) => {
        this.wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true, signal: ending.signal });
      });
      const idling = this.client.idle().catch(() => undefined);
      const late = delay(Math.max(until - performance.now(), 0), undefined, {
        signal: ending.signal,
      });
      await Promise.race([told, late.catch(() => undefined)]);
      ending.abort();
      // any command ends the waiting on the server's side
      if (this.client.usable && !signal.aborted) await Promise.all([this.client.noop(), idling]);
    }
    if (!this.client.usable && !signal.aborted) throw new Error('The connection was closed.');
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
