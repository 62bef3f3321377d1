import type { Order, Page, PageArgs } from '../../db/keyset';
import { RowShape, type Read } from '../../db/row-shape';
import { sql } from '../../db/sql';
import { MessageTemplate, type TemplateStatus } from '../../entities';
import { onVisibleChannel } from '../channel/visible-channels';
import { uuidOf } from '../kit/ids';
import { NIL_UUID } from '../kit/input';
import { checkPage, readPage, type Listing } from '../kit/paging';
import type { Reader } from '../kit/reader';

const templates: Listing<MessageTemplate> = {
  shape: RowShape.of(MessageTemplate),
  table: 'message_template',
  alias: 't',
};

const order: Order<Read<MessageTemplate>> = {
  name: 'tpl-name',
  descending: false,
  columns: [
    { sql: 't.name', type: 'text', value: (template) => template.name },
    { sql: 't.language', type: 'text', value: (template) => template.language },
    { sql: 't.id', type: 'uuid', value: (template) => template.id },
  ],
};

/** A page of a channel's templates, by name and language. */
export function listTemplates(
  reader: Reader,
  args: PageArgs & { channelId: string; status?: TemplateStatus | null },
): Promise<Page<Read<MessageTemplate>>> {
  const channelId = uuidOf('Channel', args.channelId) ?? NIL_UUID;
  return readPage(reader, templates, checkPage(args, order), [
    ...onVisibleChannel(reader.actor, 't.channel_id'),
    sql`t.channel_id = ${channelId}`,
    ...(args.status != null ? [sql`t.status = ${args.status}`] : []),
  ]);
}
