import { globalId } from '../../src/domain/kit/ids';
import { must } from '../support/call';
import { until } from '../support/process';
import { uuid } from '../support/owner';
import { makeChannel, recordMessage } from '../support/world';
import { TOKEN, type Fleet } from './fleet';
import { loadLiveModule, type LiveModule } from './live-module';
import { pollChanges, subscribe, type Asked, type Asker, type Outlet } from './outlets';
import { differenceOf, type Difference, type Told } from './told';
import { WebhookReceiver } from './webhook-receiver';
import { WriteLoad } from './write-load';

const WRITES = 2_000;
const CONVERSATIONS = 10;

/** An event of the log with what subscriptions are narrowed by. */
interface Logged extends Told {
  workspace: string;
  type: string;
  subject: string;
  conversation: string | null;
}

/** An outlet, and which events of the log it has to tell. */
interface Watched {
  outlet: Outlet;
  concerns: (event: Logged) => boolean;
}

/**
 * 2,000 messages are written while 20 subscribers, a reader of `changes` and a webhook receiver that
 * fails every third call listen, and something breaks in the middle.
 */
export class Trial {
  /** Where the log ended before. */
  private after = 0;
  private readonly watched: Watched[] = [];

  private constructor(
    private readonly fleet: Fleet,
    private readonly live: LiveModule,
    private readonly channelId: string,
    private readonly receiver: WebhookReceiver,
  ) {}

  /**
   * @param fault what breaks; `load` tells how far the writes have got. Whatever it breaks works again
   * when it resolves.
   * @returns what the log has of it.
   */
  static async run(fleet: Fleet, fault: (load: WriteLoad) => Promise<void>): Promise<Logged[]> {
    const [live, receiver] = await Promise.all([loadLiveModule(), WebhookReceiver.start()]);
    const channelId = await makeChannel(fleet.client);
    const trial = new Trial(fleet, live, channelId, receiver);
    try {
      return await trial.endure(fault);
    } catch (error) {
      process.stderr.write(`${fleet.lastWords}\n`);
      throw error;
    } finally {
      await Promise.all(trial.watched.map(({ outlet }) => outlet.close()));
      await receiver.stop();
    }
  }

  private async endure(fault: (load: WriteLoad) => Promise<void>): Promise<Logged[]> {
    const { client } = this.fleet;
    const endpointId = await this.makeEndpoint();
    const conversations = await this.makeConversations();
    this.after = await this.endOfLog();
    this.watch(conversations);
    const load = new WriteLoad(
      { client, channelId: this.channelId, conversations: CONVERSATIONS },
      WRITES,
    );
    await load.run(() => fault(load));
    const log = await this.logOf(load);
    await this.agree(log, load.marks);
    await must(client, 'webhookEndpointDelete', { id: endpointId }, 'deletedId');
    return log;
  }

  private async makeEndpoint(): Promise<string> {
    const { webhookEndpoint, secret } = await must<{
      webhookEndpoint: { id: string };
      secret: string;
    }>(
      this.fleet.client,
      'webhookEndpointCreate',
      { input: { url: this.receiver.url } },
      'webhookEndpoint { id } secret',
    );
    this.receiver.expect(secret);
    return webhookEndpoint.id;
  }

  /** The conversations that the writes go on with. */
  private async makeConversations(): Promise<string[]> {
    const made: string[] = [];
    for (let thread = 0; thread < CONVERSATIONS; thread += 1) {
      const { conversation } = await recordMessage(this.fleet.client, this.channelId, {
        threadKey: `thread-${thread}`,
        customer: { externalId: `person-${thread}` },
        sentAt: '2025-12-31T00:00:00Z',
      });
      made.push(conversation.id);
    }
    return made;
  }

  /** The head, when everything that is committed has its position. */
  private async endOfLog(): Promise<number> {
    const { postgres } = this.fleet;
    const isEmpty = async () => {
      return (await postgres.query('select from event_outbox limit 1')).rowCount === 0;
    };
    await until(isEmpty, 'everything is sequenced');
    const { rows } = await postgres.query<{ head: number }>(
      'select position::int head from event_head',
    );
    return rows[0]!.head;
  }

  /** Twenty subscribers, of which two come over event streams, and a reader of `changes`. */
  private watch(conversations: readonly string[]): void {
    const { client } = this.fleet;
    const asker: Asker = { url: client.url, token: TOKEN, after: this.after };
    const add = (asked: Asked, concerns: Watched['concerns']) => {
      this.watched.push({ outlet: subscribe(this.live, asker, asked), concerns });
    };
    const repeat = (count: number, act: (index: number) => void) => {
      for (let index = 0; index < count; index += 1) act(index);
    };
    const everything = () => true;
    repeat(3, () => add(events('SOCKET'), everything));
    add(events('STREAM'), everything);
    const some = conversations.slice(0, 3);
    const inSome = new Set<string | null>(some.map(uuid));
    repeat(4, () => add(messagesIn(some), ({ conversation }) => inSome.has(conversation)));
    repeat(9, (index) => {
      const id = conversations[index]!;
      // some have objects read, which takes the database
      const more = index < 3 ? 'message { id body } conversation { id }' : '';
      add(conversationUpdates(id, more), ({ conversation }) => conversation === uuid(id));
    });
    const inChannel = ({ conversation }: Logged) => conversation !== null;
    repeat(2, () => add(inboxUpdates(this.channelId, 'SOCKET'), inChannel));
    add(inboxUpdates(this.channelId, 'STREAM'), inChannel);
    this.watched.push({ outlet: pollChanges(this.live, asker), concerns: everything });
  }

  /** Waits until every outlet has come to the end of the log, and compares them with it. */
  private async agree(log: readonly Logged[], marks: readonly string[]): Promise<void> {
    const head = log.at(-1)!.position;
    const isTold = ({ outlet }: Watched) => outlet.upTo >= head || outlet.problems.length > 0;
    await this.settle(() => this.watched.every(isTold), 'the outlets come to the head');
    const isTaken = () => log.every(({ id }) => this.receiver.taken.has(id));
    await this.settle(isTaken, 'the webhooks are taken');
    // what has failed is told beside what was broken when
    const { after } = this;
    expect({ marks, after, ...this.differences(log) }).toEqual({ marks, after });
    expect(this.receiver.forged).toBe(0);
  }

  /** What the log has got, which must be dense and hold each acknowledged message once. */
  private async logOf({ acknowledged }: WriteLoad): Promise<Logged[]> {
    expect(new Set(acknowledged).size).toBe(WRITES);
    const head = await this.endOfLog();
    const log = await this.readLog();
    expect(log).toHaveLength(head - this.after);
    expect(log.map(({ position }) => position)).toEqual(log.map((_, at) => this.after + 1 + at));
    const added = log.filter(({ type }) => type === 'message.added');
    const written = added.map(({ subject }) => globalId('Message', subject));
    expect(written.sort()).toEqual([...acknowledged].sort());
    return log;
  }

  /** Waits, but leaves it to the comparison to say what is amiss. */
  private async settle(holds: () => boolean, what: string): Promise<void> {
    await until(holds, what).catch(() => undefined);
  }

  /** By outlet, how it differs from the log; those that do not are left out. */
  private differences(log: readonly Logged[]): Record<string, unknown> {
    const found: Record<string, unknown> = {};
    this.watched.forEach(({ outlet: { name, told, upTo, problems }, concerns }, index) => {
      const difference = differenceOf(told, log.filter(concerns));
      const isRight = Object.keys(shortened(difference)).length === 0;
      if (isRight && problems.length === 0) return;
      found[`${index} ${name}`] = { ...shortened(difference), upTo, problems };
    });
    const taken = [...this.receiver.taken.values()]
      .filter(({ position }) => position > this.after)
      .sort((one, other) => one.position - other.position);
    const difference = differenceOf(taken, log);
    if (difference.missing.length + difference.foreign.length > 0) {
      found.webhooks = shortened(difference);
    }
    return found;
  }

  private async readLog(): Promise<Logged[]> {
    const { rows } = await this.fleet.postgres.query<Logged>(
      `select position::int, event_id id, workspace_id workspace, type, subject, conversation_id conversation
       from event_log where position > $1 order by position`,
      [this.after],
    );
    return rows.map((row) => ({ ...row, id: globalId('Event', row.id) }));
  }
}

/** The first few of each kind, and how many there are. */
function shortened(difference: Difference): object {
  return Object.fromEntries(
    Object.entries<Told[]>({ ...difference })
      .filter(([, list]) => list.length > 0)
      .map(([kind, list]) => [kind, { count: list.length, first: list.slice(0, 5) }]),
  );
}

const item = 'kind position event { id }';

function events(over: Asked['over']): Asked {
  const query = `subscription ($after: Position) { events(after: $after) { ${item} } }`;
  return { name: `events over ${over}`, query, over };
}

function messagesIn(conversationIds: readonly string[]): Asked {
  const query = `subscription ($filter: EventFilter, $after: Position) {
    events(after: $after, types: ["message.*"], filter: $filter) { ${item} }
  }`;
  const variables = { filter: { conversationIds } };
  return { name: 'messages in three conversations', query, variables, over: 'SOCKET' };
}

function conversationUpdates(conversationId: string, more: string): Asked {
  const query = `subscription ($conversationId: ID!, $after: Position) {
    conversationUpdates(conversationId: $conversationId, after: $after) { ${item} ${more} }
  }`;
  return { name: 'conversationUpdates', query, variables: { conversationId }, over: 'SOCKET' };
}

function inboxUpdates(channelId: string, over: Asked['over']): Asked {
  const query = `subscription ($filter: ConversationFilterInput, $after: Position) {
    inboxUpdates(filter: $filter, after: $after) { ${item} }
  }`;
  const variables = { filter: { channelIds: [channelId] } };
  return { name: `inboxUpdates over ${over}`, query, variables, over };
}
