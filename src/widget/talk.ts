import {
  documents,
  type ChatConversation,
  type ChatMessage,
  type ChatUpdate,
  type Greeting,
  type Written,
} from './answers';
import type { Api } from './api';
import type { Credentials, IdentitySource } from './credentials';
import type { Device } from './device';
import { Live } from './live';
import { Outbox, type Draft } from './outbox';
import { pauseAfter } from './pause';
import { Trouble } from './trouble';

const PAGE = 30;
/** Links to files are good for an hour: until then they are read anew, in milliseconds. */
const LINKS_LAST = 45 * 60_000;
/** Links that fail are read anew at most this often. */
const RELINK_AFTER = 60_000;
/** While somebody types, it is said this often; it holds for 10 s. */
const TYPING_EVERY = 4_000;

export interface TalkOptions {
  api: Api;
  credentials: Credentials;
  device: Device;
  /** Where Parley is: `https://host/`. */
  base: string;
  socketUrl: string;
  changed: () => void;
}

/** The conversation of whoever chats on this device: what was said, and what is still to be sent. */
export class Talk {
  greeting: Greeting | null = null;
  conversation: Pick<ChatConversation, 'id' | 'status'> | null = null;
  messages: ChatMessage[] = [];
  hasEarlier = false;
  companyTypes = false;
  isLive = false;
  /** What stands in the way of chatting; null: nothing. */
  trouble: Trouble | null = null;
  readonly outbox: Outbox;
  private cursor: string | null = null;
  private position: number | null = null;
  private readAt = 0;
  private typingSaidAt = 0;
  private failures = 0;
  private again: ReturnType<typeof setTimeout> | undefined;
  /** Rises when somebody else chats: what was asked for before is not theirs. */
  private epoch = 0;
  private readonly live: Live;

  constructor(private readonly options: TalkOptions) {
    const { credentials, device, socketUrl } = options;
    const isKept = () => !credentials.isSignedIn;
    this.outbox = new Outbox(device, isKept, (draft) => this.deliver(draft), options.changed);
    this.live = new Live({
      url: socketUrl,
      token: () => credentials.current(),
      refused: (token) => credentials.refused(token),
      failed: () => void this.catchUp(),
      forbidden: (reason) => this.fail(new Trouble('REFUSED', reason)),
      changed: (isLive) => {
        this.isLive = isLive;
        if (!isLive) this.companyTypes = false;
        else this.outbox.flush();
        options.changed();
      },
    });
    addEventListener('online', () => this.outbox.flush());
    credentials.onVisitorLost = () => void this.restart();
  }

  /** How many messages of the company's were not seen yet. */
  get unread(): number {
    const seen = this.options.device.recall(this.seenName) ?? '';
    return this.messages.filter(
      ({ author, sentAt, deletedAt }) =>
        author === 'COMPANY' && deletedAt === null && sentAt > seen,
    ).length;
  }

  /** By the conversation: the device may have several customers, one after the other. */
  private get seenName(): string {
    return `seen:${this.conversation?.id}`;
  }

  /** Reads what there is: at the start for whoever is known, and when the chat is opened. */
  async open(): Promise<void> {
    const { api, credentials } = this.options;
    const { epoch } = this;
    try {
      this.greeting ??= await api.greeting();
      await this.claim();
      if (epoch !== this.epoch) return;
      const isOld = Date.now() - this.readAt > LINKS_LAST;
      if (credentials.isKnown && (isOld || this.conversation === null)) await this.readNewest();
      if (epoch !== this.epoch) return;
      this.trouble = null;
      this.failures = 0;
      this.outbox.flush();
    } catch (error) {
      if (epoch !== this.epoch) return;
      this.fail(error);
      clearTimeout(this.again);
      if (this.trouble?.passes) {
        this.again = setTimeout(() => void this.open(), pauseAfter(this.failures++));
      }
    }
    this.options.changed();
  }

  get isSignedIn(): boolean {
    return this.options.credentials.isSignedIn;
  }

  /** Somebody has signed in on the page, or out. */
  async identify(source: IdentitySource): Promise<void> {
    const { credentials } = this.options;
    // what somebody has not sent yet is not for the next one to send
    if (credentials.isSignedIn) this.outbox.clear();
    credentials.identify(source);
    await this.restart();
  }

  /** Where a file is. */
  addressOf(url: string): string {
    return new URL(url, this.options.base).href;
  }

  /** A link leads nowhere any more: all are read anew, unless that was done just now. */
  relink(): void {
    if (Date.now() - this.readAt > RELINK_AFTER) void this.catchUp();
  }

  /** Forgets whose talk it was, and reads anew. */
  async restart(): Promise<void> {
    this.epoch += 1;
    this.live.stop();
    this.conversation = null;
    this.messages = [];
    this.hasEarlier = false;
    this.companyTypes = false;
    this.position = null;
    this.trouble = null;
    this.options.changed();
    if (this.options.credentials.isKnown) await this.open();
  }

  /** What was said on this device before signing in becomes the customer's. */
  private async claim(): Promise<void> {
    const { api, credentials } = this.options;
    const token = credentials.visitor;
    if (!credentials.isSignedIn || token === null) return;
    await api.ask(documents.claim, { token });
    // also where it was refused: then it is nobody's
    credentials.forgetVisitor();
  }

  async readEarlier(): Promise<void> {
    const { conversation, cursor, epoch } = this;
    if (!conversation) return;
    const variables = { id: conversation.id, last: PAGE, before: cursor };
    const { chat } = await this.options.api.ask<{ chat: { conversation: ChatConversation } }>(
      documents.earlier,
      variables,
    );
    if (epoch !== this.epoch || cursor !== this.cursor) return;
    this.take(chat.conversation);
    this.options.changed();
  }

  /** Notes that all is seen that is there. */
  seen(): void {
    const { conversation, options } = this;
    if (!conversation || this.unread === 0) return;
    options.device.remember(this.seenName, this.messages[this.messages.length - 1]!.sentAt);
    options.changed();
    // that it isn't heard of now is made good by the next time
    options.api.ask(documents.read, { id: conversation.id }).catch(() => undefined);
  }

  types(isTyping: boolean): void {
    const { conversation, options } = this;
    const now = Date.now();
    if (!conversation || !this.isLive) return;
    if (isTyping ? now - this.typingSaidAt < TYPING_EVERY : this.typingSaidAt === 0) return;
    this.typingSaidAt = isTyping ? now : 0;
    options.api.ask(documents.typing, { id: conversation.id, isTyping }).catch(() => undefined);
  }

  private async readNewest(): Promise<void> {
    const { epoch } = this;
    const { chat } = await this.options.api.ask<{
      chat: { conversations: { nodes: ChatConversation[] } };
    }>(documents.newest, { last: PAGE });
    if (epoch !== this.epoch) return;
    this.readAt = Date.now();
    const [newest] = chat.conversations.nodes;
    if (!newest) return;
    const known = new Set(this.messages.map(({ id }) => id));
    // with a hole in between, what is before it is read again when it is asked for
    if (!newest.messages.nodes.some(({ id }) => known.has(id))) this.messages = [];
    this.take(newest, this.messages.length === 0);
    this.follow(newest);
  }

  /** @param isEdge whether what comes before it is not known yet. */
  private take({ messages: { nodes, pageInfo } }: ChatConversation, isEdge = true): void {
    nodes.forEach((message) => this.put(message));
    if (!isEdge) return;
    this.hasEarlier = pageInfo.hasPreviousPage;
    this.cursor = pageInfo.startCursor;
  }

  private put(message: ChatMessage): void {
    if (message.clientKey !== null) this.outbox.arrived(message.clientKey);
    const at = this.messages.findIndex(({ id }) => id === message.id);
    if (at >= 0) this.messages[at] = message;
    else this.messages.push(message);
    const orderOf = ({ sentAt, id }: ChatMessage) => `${sentAt} ${id}`;
    this.messages.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  }

  private follow({ id, status }: Pick<ChatConversation, 'id' | 'status'>): void {
    const isFollowed = this.conversation?.id === id;
    this.conversation = { id, status };
    if (isFollowed) return;
    this.position = null;
    this.live.follow([
      {
        query: documents.updates,
        variables: () => ({ id, after: this.position }),
        next: (data) => this.hear((data as { chatUpdates: ChatUpdate }).chatUpdates),
      },
      {
        query: documents.companyTypes,
        variables: () => ({ id }),
        next: (data) => {
          this.companyTypes = (data as { chatTyping: { isTyping: boolean } }).chatTyping.isTyping;
          this.options.changed();
        },
      },
    ]);
  }

  private hear({ kind, position, message, conversation }: ChatUpdate): void {
    const isFirst = this.position === null;
    this.position = position;
    if (message) this.put(message);
    if (conversation && this.conversation) this.conversation.status = conversation.status;
    if (message?.author === 'COMPANY') this.companyTypes = false;
    // what was said between the reading and the listening is read once more
    if (kind === 'RESYNC_REQUIRED' || (isFirst && kind === 'HEARTBEAT')) void this.catchUp();
    if (kind !== 'HEARTBEAT') this.options.changed();
  }

  /** Reads what may have been missed; without a connection it fails, and is tried again with it. */
  private async catchUp(): Promise<void> {
    try {
      await this.readNewest();
      this.options.changed();
    } catch (error) {
      if (error instanceof Trouble && !error.passes) this.fail(error);
    }
  }

  private async deliver({ clientKey, body, files, answers }: Draft): Promise<void> {
    const { epoch } = this;
    const input = { clientKey, body, uploadIds: files.map(({ id }) => id) };
    const { conversation } = this;
    const [document, variables] = conversation
      ? [documents.send, { id: conversation.id, input }]
      : [documents.start, { input: { ...input, answers } }];
    const { written } = await this.options.api.ask<{ written: Written }>(document, variables);
    const [problem] = written.userErrors;
    if (problem) throw new Trouble('WRONG', problem.message);
    if (epoch !== this.epoch) return;
    if (written.message) this.put(written.message);
    if (written.conversation) this.follow(written.conversation);
    this.typingSaidAt = 0;
  }

  private fail(error: unknown): void {
    this.trouble = error instanceof Trouble ? error : new Trouble('BROKEN', String(error));
    if (this.trouble.kind === 'REFUSED') {
      // for whoever put it on the page
      console.warn(`Parley chat: ${this.trouble.message}`); // eslint-disable-line no-console
    }
    this.options.changed();
  }
}
