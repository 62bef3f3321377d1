import type { Order, Page, PageArgs } from '../../db/keyset';
import { RowShape, type Read } from '../../db/row-shape';
import { sql } from '../../db/sql';
import { Channel } from '../../entities';
import { checkWord } from '../kit/filter';
import { checkPage, readPage, type Listing } from '../kit/paging';
import type { Reader } from '../kit/reader';
import { onVisibleChannel } from './visible-channels';

export const channels: Listing<Channel> = {
  shape: RowShape.of(Channel),
  table: 'channel',
  alias: 'h',
};

const order: Order<Read<Channel>> = {
  name: 'chn-created',
  descending: false,
  columns: [
    { sql: 'h.created_at', type: 'timestamptz', value: (channel) => channel.createdAt },
    { sql: 'h.id', type: 'uuid', value: (channel) => channel.id },
  ],
};

/** What channels can be picked by. */
export interface ChannelFilter {
  kind?: string | null;
  externalId?: string | null;
}

/** A page of the channels that the actor sees, oldest first. */
export function listChannels(
  reader: Reader,
  args: PageArgs & { filter?: ChannelFilter | null },
): Promise<Page<Read<Channel>>> {
  const { kind, externalId } = args.filter ?? {};
  return readPage(reader, channels, checkPage(args, order), [
    ...onVisibleChannel(reader.actor, 'h.id'),
    ...(kind != null ? [sql`h.kind = ${kind}`] : []),
    ...(externalId != null
      ? [sql`h.external_id = ${checkWord(externalId, ['filter', 'externalId'])}`]
      : []),
  ]);
}
