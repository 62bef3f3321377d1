import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isConnectionLoss } from '../../db/sessions';
import type { Item } from './live-operation';
import { Member } from './member';
import type { SharedResult, Sink, Subscription } from './sink';

/** A subscription to who is present in a conversation, ready to run. */
export interface PresenceOperation<Context = unknown> {
  /** The same for operations that get the same results: operation, variables, rights. */
  key: string;
  conversationId: string;
  openContext(): Context;
  /** Who is present now, and when the first of them stops to be unless it says so again. */
  present(context: Context): Promise<{ item: Item; expiresAt: Date | null }>;
  /** Executes the operation for one item; the GraphQL result as JSON. */
  execute(item: Item, context: Context): Promise<string>;
}

/** Pause before a read is tried again that failed with the database, in milliseconds. */
const RETRY_AFTER = 250;

/**
 * Tells subscribers who is in a conversation: at once, after every notice of a change, and when
 * somebody's time is over. Equal subscribers share one read, one execution and one result.
 */
export class PresenceHub {
  private readonly groups = new Map<string, PresenceGroup>();

  constructor(private readonly log: Pick<Logger, 'warn'>) {}

  /** Begins to hand the operation's results to a sink. */
  subscribe(operation: PresenceOperation, sink: Sink): Subscription {
    const { key } = operation;
    let group = this.groups.get(key);
    if (!group) this.groups.set(key, (group = new PresenceGroup(operation, this.log)));
    const member = new Member(0, sink, (closed) => {
      group.members.delete(closed);
      if (group.members.size > 0 || this.groups.get(key) !== group) return;
      this.groups.delete(key);
      group.close();
    });
    group.members.add(member);
    group.refresh();
    return member;
  }

  /** Takes note that something changed in a conversation; absent: perhaps in all of them. */
  changed(conversationId?: string): void {
    for (const group of this.groups.values()) {
      if (conversationId === undefined || group.conversationId === conversationId) group.refresh();
    }
  }

  close(): void {
    for (const group of this.groups.values()) group.close();
    this.groups.clear();
  }
}

class PresenceGroup {
  readonly members = new Set<Member>();
  private isRunning = false;
  private isStale = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly operation: PresenceOperation,
    private readonly log: Pick<Logger, 'warn'>,
  ) {}

  get conversationId(): string {
    return this.operation.conversationId;
  }

  refresh(): void {
    this.isStale = true;
    if (!this.isRunning) void this.run();
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.isStale && this.members.size > 0) {
      this.isStale = false;
      try {
        await this.tell();
      } catch (error) {
        if (!isConnectionLoss(error)) for (const member of [...this.members]) member.fail(error);
        this.log.warn({ err: error }, 'presence could not be told; trying again');
        this.isStale = true;
        await delay(RETRY_AFTER);
      }
    }
    this.isRunning = false;
  }

  private async tell(): Promise<void> {
    const { operation } = this;
    const context = operation.openContext();
    const { item, expiresAt } = await operation.present(context);
    const json = await operation.execute(item, context);
    const result: SharedResult = { position: null, json, bytes: Buffer.from(json) };
    for (const member of this.members) member.hand(result);
    clearTimeout(this.timer);
    if (!expiresAt || this.members.size === 0) return;
    const left = Math.max(expiresAt.getTime() - Date.now(), 0);
    this.timer = setTimeout(() => this.refresh(), left + 10).unref();
  }
}
