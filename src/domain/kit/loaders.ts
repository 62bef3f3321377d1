import DataLoader from 'dataloader';
import { RowShape, type Read } from '../../db/row-shape';
import { allOf, raw, sql, type Sql } from '../../db/sql';
import {
  ApiKey,
  Attachment,
  Channel,
  ChannelState,
  Company,
  Conversation,
  Customer,
  CustomerIdentity,
  InboundDelivery,
  LifecycleTransition,
  Message,
  MessageRevision,
  MessageTemplate,
  Post,
  Tag,
  Touchpoint,
  User,
  WebhookDelivery,
  WebhookEndpoint,
  Workspace,
} from '../../entities';
import { readBacklogs, type Backlog } from '../channel/backlog';
import { onVisibleChannel, withVisibleCustomer } from '../channel/visible-channels';
import { readLinks } from '../conversation/links';
import { ofVisibleEndpoint, onVisibleEndpoint } from '../webhook/visible-endpoints';
import { DeliveryContents } from '../delivery/contents';
import { NestedPages } from './paging';
import type { Reader } from './reader';

/** Where objects of one type are read by id, and what limits an actor's sight of them. */
interface Source {
  entity: new () => object;
  table: string;
  visible?: (reader: Reader, alias: string) => Sql[];
  /** A column that is too large to come with every object. */
  without?: string;
}

const byChannel = (column: string) => (reader: Reader, alias: string) =>
  onVisibleChannel(reader.actor, `${alias}.${column}`);
const byCustomer = (column: string) => (reader: Reader, alias: string) =>
  withVisibleCustomer(reader.actor, `${alias}.${column}`);
const byMessage = (reader: Reader, alias: string) =>
  reader.actor.channelIds === null
    ? []
    : [
        sql`exists (select from message v where v.workspace_id = ${reader.workspaceId}
              and v.id = ${raw(alias)}.message_id
              and ${allOf(onVisibleChannel(reader.actor, 'v.channel_id'))})`,
      ];

const sources = {
  ApiKey: { entity: ApiKey, table: 'api_key' },
  Attachment: { entity: Attachment, table: 'attachment', visible: byMessage },
  Channel: { entity: Channel, table: 'channel', visible: byChannel('id') },
  Company: { entity: Company, table: 'company' },
  Conversation: { entity: Conversation, table: 'conversation', visible: byChannel('channel_id') },
  Customer: { entity: Customer, table: 'customer', visible: byCustomer('id') },
  CustomerIdentity: {
    entity: CustomerIdentity,
    table: 'customer_identity',
    visible: byCustomer('customer_id'),
  },
  InboundDelivery: {
    entity: InboundDelivery,
    table: 'inbound_delivery',
    visible: byChannel('channel_id'),
    without: 'body',
  },
  LifecycleTransition: {
    entity: LifecycleTransition,
    table: 'lifecycle_transition',
    visible: byCustomer('customer_id'),
  },
  Message: { entity: Message, table: 'message', visible: byChannel('channel_id') },
  MessageRevision: { entity: MessageRevision, table: 'message_revision', visible: byMessage },
  MessageTemplate: {
    entity: MessageTemplate,
    table: 'message_template',
    visible: byChannel('channel_id'),
  },
  Post: { entity: Post, table: 'post', visible: byChannel('channel_id') },
  Tag: { entity: Tag, table: 'tag' },
  Touchpoint: { entity: Touchpoint, table: 'touchpoint', visible: byChannel('channel_id') },
  User: { entity: User, table: 'app_user' },
  WebhookDelivery: {
    entity: WebhookDelivery,
    table: 'webhook_delivery',
    visible: (reader, alias) => ofVisibleEndpoint(reader.actor, `${alias}.endpoint_id`),
  },
  WebhookEndpoint: {
    entity: WebhookEndpoint,
    table: 'webhook_endpoint',
    visible: (reader, alias) => onVisibleEndpoint(reader.actor, alias),
  },
  Workspace: { entity: Workspace, table: 'workspace' },
} satisfies Record<string, Source>;

/** The types that can be read by id. */
export type LoadableKind = keyof typeof sources;

type Loaded<K extends LoadableKind> = Read<InstanceType<(typeof sources)[K]['entity']>>;

/** Whether {@link Loaders.byId} knows the kind. */
export function isLoadable(kind: string): kind is LoadableKind {
  return kind in sources;
}

const shapes = new Map<string, RowShape<object>>(
  Object.entries(sources).map(([kind, { entity, without }]: [string, Source]) => [
    kind,
    without === undefined
      ? RowShape.of<object>(entity)
      : RowShape.of<object>(entity).without(without),
  ]),
);

const stateShape = RowShape.of(ChannelState);

/** Batched reads of one request: objects by id, pages nested in lists, tags. */
export class Loaders {
  readonly pages: NestedPages;
  readonly deliveries: DeliveryContents;
  private readonly byKind = new Map<LoadableKind, DataLoader<string, object | null>>();
  private readonly tags = new Map<string, DataLoader<string, Read<Tag>[]>>();
  private readonly states = new DataLoader((ids: readonly string[]) => this.readStates(ids));

  private readonly links = new DataLoader((ids: readonly string[]) => readLinks(this.reader, ids));
  private readonly linked = new DataLoader((ids: readonly string[]) => this.readLinked(ids));

  private readonly backlogs = new DataLoader((ids: readonly string[]) =>
    readBacklogs(this.reader, ids),
  );

  constructor(private readonly reader: Reader) {
    this.pages = new NestedPages(reader);
    this.deliveries = new DeliveryContents(reader);
  }

  /** The object of this kind and UUID, or null when the actor sees none. */
  byId<K extends LoadableKind>(kind: K, id: string | null | undefined): Promise<Loaded<K> | null> {
    if (id == null) return Promise.resolve(null);
    let loader = this.byKind.get(kind);
    if (!loader) {
      loader = new DataLoader((ids) => this.readByIds(kind, ids));
      this.byKind.set(kind, loader);
    }
    return loader.load(id) as Promise<Loaded<K> | null>;
  }

  /** Those of the objects that the actor sees; null stays null. */
  async allById<K extends LoadableKind>(
    kind: K,
    ids: readonly string[] | null,
  ): Promise<Loaded<K>[] | null> {
    if (ids === null) return null;
    const objects = await Promise.all(ids.map((id) => this.byId(kind, id)));
    return objects.filter((object) => object !== null);
  }

  /** The tags of a conversation or customer, by name. */
  tagsOf(target: 'conversation' | 'customer', id: string): Promise<Read<Tag>[]> {
    let loader = this.tags.get(target);
    if (!loader) {
      loader = new DataLoader((ids) => this.readTags(target, ids));
      this.tags.set(target, loader);
    }
    return loader.load(id);
  }

  /** The conversations that a conversation is linked with, as far as the actor sees them. */
  async linkedWith(conversationId: string): Promise<Read<Conversation>[]> {
    const ids = await this.links.load(conversationId);
    return (await this.allById('Conversation', ids))!;
  }

  /** How a channel's connector gets on; null where it has not begun. */
  channelState(channelId: string): Promise<Read<ChannelState> | null> {
    return this.states.load(channelId);
  }

  /** A channel by which another one's messages go out, whether or not the actor sees it itself. */
  linkedChannel(channelId: string): Promise<Pick<Channel, 'connector' | 'status'> | null> {
    return this.linked.load(channelId);
  }

  /** What waits on a channel. */
  backlogOf(channelId: string): Promise<Backlog> {
    return this.backlogs.load(channelId);
  }

  private async readStates(ids: readonly string[]): Promise<(Read<ChannelState> | null)[]> {
    const rows = await this.reader.rows(
      sql`select ${stateShape.select('s')} from channel_state s
          where s.workspace_id = ${this.reader.workspaceId} and s.channel_id = any(${ids}::uuid[])`,
    );
    const found = new Map(
      rows.map((row) => {
        const state = stateShape.read(row)!;
        return [state.channelId, state];
      }),
    );
    return ids.map((id) => found.get(id) ?? null);
  }

  private async readLinked(ids: readonly string[]) {
    const rows = await this.reader.objects<Pick<Channel, 'id' | 'connector' | 'status'>>(
      sql`select id, connector, status from channel
          where workspace_id = ${this.reader.workspaceId} and id = any(${ids}::uuid[])`,
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  }

  private async readByIds(kind: LoadableKind, ids: readonly string[]): Promise<(object | null)[]> {
    const { table, visible }: Source = sources[kind];
    const shape = shapes.get(kind)!;
    const key = raw(kind === 'Workspace' ? 'x.workspace_id' : 'x.id');
    // how many an array holds is only known when it is there, and so it is planned for each time
    const isOne = ids.length === 1;
    const conditions = [
      sql`x.workspace_id = ${this.reader.workspaceId}`,
      isOne ? sql`${key} = ${ids[0]}` : sql`${key} = any(${ids}::uuid[])`,
      ...(visible?.(this.reader, 'x') ?? []),
    ];
    const rows = await this.reader.rows(
      sql`select ${shape.select('x')} from ${raw(table)} x where ${allOf(conditions)}`,
    );
    const found = new Map(
      rows.map((row) => {
        const object = shape.read(row) as { id: string };
        return [object.id, object];
      }),
    );
    return ids.map((id) => found.get(id) ?? null);
  }

  private async readTags(
    target: 'conversation' | 'customer',
    ids: readonly string[],
  ): Promise<Read<Tag>[][]> {
    const shape = shapes.get('Tag') as RowShape<Tag>;
    const column = raw(`${target}_id`);
    const rows = await this.reader.rows(
      sql`select t.${column}, ${shape.select('g')} from ${raw(`${target}_tag`)} t
          join tag g on g.workspace_id = t.workspace_id and g.id = t.tag_id
          where t.workspace_id = ${this.reader.workspaceId} and t.${column} = any(${ids}::uuid[])
          order by g.name_key`,
    );
    const lists = new Map<string, Read<Tag>[]>(ids.map((id) => [id, []]));
    for (const row of rows) lists.get(row[0] as string)!.push(shape.read(row, 1)!);
    return ids.map((id) => lists.get(id)!);
  }
}
