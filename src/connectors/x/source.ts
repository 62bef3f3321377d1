import { setTimeout as pause } from 'node:timers/promises';
import type { SourceContext } from '../kit/connector';
import { ReconnectNeeded } from '../kit/errors';
import { openApi } from './api';
import { idOfTime } from './ids';
import { mailList, postList, readList, type List } from './lists';
import { readProgress, type Progress } from './progress';
import { ensureSubscriptions } from './subscriptions';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** How often it is looked whether X still has the webhook and what it is to tell. */
const WEBHOOK_EVERY = 60 * MINUTE;
/** X searches no further back than this, less a little for the way. */
const SEARCHED = 7 * DAY - 10 * MINUTE;

/**
 * Looks for news again and again: alone, or for what webhooks have missed. One list that X does not
 * give keeps none of the others up.
 */
export async function source(context: SourceContext): Promise<void> {
  const { signal, channel } = context;
  const wait = Number(channel.settings.pollMinutes ?? 5) * MINUTE;
  const reader = new Reader(context);
  for (let checked = -Infinity; !signal.aborted;) {
    const isDue = performance.now() - checked >= WEBHOOK_EVERY;
    if (isDue) checked = performance.now();
    await reader.look(isDue);
    await pause(wait, undefined, { signal }).catch(() => undefined);
  }
}

class Reader {
  private progress: Progress;
  private readonly lists: readonly List[];

  constructor(private readonly context: SourceContext) {
    this.progress = readProgress(context.cursor);
    this.lists = this.listsOf();
  }

  async look(withWebhook: boolean): Promise<void> {
    const errors: unknown[] = [];
    const attempt = (work: () => Promise<unknown>) =>
      work().catch((error: unknown) => errors.push(error));
    if (withWebhook) await attempt(() => this.keepWebhook());
    for (const list of this.lists) {
      if (!this.context.signal.aborted) await attempt(() => this.read(list));
    }
    const worst = errors.find((error) => error instanceof ReconnectNeeded) ?? errors[0];
    if (worst !== undefined) throw worst as Error;
    await this.context.report('OK');
  }

  /** What was set up when the channel was connected may be gone; whoever polls needs none. */
  private async keepWebhook(): Promise<void> {
    const { channel, webhookUrl } = this.context;
    if (channel.settings.delivery === 'POLLING' || webhookUrl === null) return;
    await ensureSubscriptions(this.context);
  }

  private read(list: List): Promise<void> {
    const { context } = this;
    const { lists } = this.progress;
    const known = Object.hasOwn(lists, list.name) ? lists[list.name]! : null;
    const from = { known, beginning: this.beginning() };
    return readList(list, openApi(context), from, async (entries, place) => {
      const progress = { lists: { ...this.progress.lists, [list.name]: place } };
      const deliveries = entries.map(({ id, body }) => ({
        eventKey: `${list.name} ${id}`,
        body: Buffer.from(JSON.stringify(body)),
      }));
      // the oldest first, so that answers mostly come after what they answer
      await context.deliver(deliveries.reverse(), progress);
      this.progress = progress;
    });
  }

  /** What is read of a list that was never read. */
  private beginning(): string {
    const days = Number(this.context.channel.settings.historyDays ?? 0);
    return idOfTime(new Date(this.context.clock().getTime() - days * DAY));
  }

  private listsOf(): List[] {
    const { channel, clock } = this.context;
    const { listeningRules, directMessages } = channel.settings;
    const rules = Array.isArray(listeningRules) ? (listeningRules as string[]) : [];
    const own = `/2/users/${channel.externalId}`;
    const always = () => '0';
    const searched = () => idOfTime(new Date(clock().getTime() - SEARCHED));
    return [
      postList('mentions', { path: `${own}/mentions`, bucket: 'mentions' }, always),
      postList('own', { path: `${own}/tweets`, bucket: 'timeline' }, always),
      ...rules.map((query) =>
        postList(
          `rule ${query}`,
          { path: '/2/tweets/search/recent', bucket: 'search', query: { query } },
          searched,
        ),
      ),
      ...(directMessages === false ? [] : [mailList('mail')]),
    ];
  }
}
