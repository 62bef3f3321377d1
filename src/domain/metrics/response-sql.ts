import { allOf, empty, join, raw, sql, type Sql } from '../../db/sql';
import type { Visibility } from '../../entities/channel';
import { onVisibleChannel } from '../channel/visible-channels';
import { checkAlternatives, within, type TimeRange } from '../kit/filter';
import { uuidOf } from '../kit/ids';
import { NIL_UUID } from '../kit/input';
import type { Reader } from '../kit/reader';
import { ResponseMetricsDimension } from './dimensions';

/** What response metrics are asked for. */
export interface ResponseMetricsArgs {
  range?: TimeRange | null;
  channelIds?: string[] | null;
  visibility?: Visibility | null;
  groupBy: ResponseMetricsDimension[];
  /** IANA name. */
  timeZone: string;
}

/** Figures of messages, by the time they were sent. */
export function messageFigures(
  reader: Reader,
  args: ResponseMetricsArgs,
  dimensions: readonly ResponseMetricsDimension[],
): Sql {
  const needsConversation =
    args.visibility != null || dimensions.includes(ResponseMetricsDimension.VISIBILITY);
  const inbound = raw(`m.direction = 'INBOUND'`);
  const seconds = sql`case when ${inbound} and m.responded_at >= m.sent_at
    then floor(extract(epoch from m.responded_at - m.sent_at)) end`;
  return sql`
    select ${keys(dimensions, 'm.sent_at', 'm.channel_id', args.timeZone)},
      count(*) filter (where ${inbound}) inbound,
      count(*) filter (where m.direction = 'OUTBOUND') outbound,
      count(*) filter (where ${inbound} and m.responded_at is not null) answered,
      ${times('m.seconds')}
    from (
      select m.*, ${seconds} seconds ${needsConversation ? raw(', c.visibility') : empty}
      from message m
      ${
        needsConversation
          ? raw(
              'join conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id',
            )
          : empty
      }
      where ${allOf([
        sql`m.workspace_id = ${reader.workspaceId}`,
        sql`m.direction <> 'NOTE'`,
        sql`not m.is_automatic`,
        ...onVisibleChannel(reader.actor, 'm.channel_id'),
        ...onChannels(args, 'm.channel_id'),
        ...(args.visibility ? [sql`c.visibility = ${args.visibility}`] : []),
        ...within(sql`m.sent_at`, args.range, ['range']),
      ])}
    ) m
    ${grouping(dimensions)}`;
}

/** Figures of conversations, by the time of their first inbound message. */
export function conversationFigures(
  reader: Reader,
  args: ResponseMetricsArgs,
  dimensions: readonly ResponseMetricsDimension[],
): Sql {
  return sql`
    select ${keys(dimensions, 'm.first_inbound_at', 'm.channel_id', args.timeZone)},
      count(*) started, count(m.first_response_at) answered, ${times('m.seconds')}
    from (
      select m.*, floor(extract(epoch from m.first_response_at - m.first_inbound_at)) seconds
      from conversation m
      where ${allOf([
        sql`m.workspace_id = ${reader.workspaceId}`,
        sql`m.first_inbound_at is not null`,
        ...onVisibleChannel(reader.actor, 'm.channel_id'),
        ...onChannels(args, 'm.channel_id'),
        ...(args.visibility ? [sql`m.visibility = ${args.visibility}`] : []),
        ...within(sql`m.first_inbound_at`, args.range, ['range']),
      ])}
    ) m
    ${grouping(dimensions)}`;
}

/** The group's keys; a dimension that was not asked for is null. */
function keys(
  dimensions: readonly ResponseMetricsDimension[],
  time: string,
  channel: string,
  timeZone: string,
): Sql {
  const local = sql`(${raw(time)} at time zone ${timeZone})`;
  const expressions: Record<ResponseMetricsDimension, Sql> = {
    CHANNEL: raw(channel),
    DAY: sql`to_char(${local}, 'YYYY-MM-DD')`,
    HOUR_OF_WEEK: sql`((extract(isodow from ${local}) - 1) * 24 + extract(hour from ${local}))::int`,
    VISIBILITY: raw('m.visibility'),
  };
  const names: Record<ResponseMetricsDimension, string> = {
    CHANNEL: '"channelId"',
    DAY: 'day',
    HOUR_OF_WEEK: '"hourOfWeek"',
    VISIBILITY: 'visibility',
  };
  const columns = (Object.keys(names) as ResponseMetricsDimension[]).map((dimension) =>
    dimensions.includes(dimension)
      ? sql`${expressions[dimension]} as ${raw(names[dimension])}`
      : sql`null as ${raw(names[dimension])}`,
  );
  return join(columns);
}

function times(column: string): Sql {
  return raw(`
    count(${column}) timed,
    percentile_cont(0.5) within group (order by ${column}) median,
    percentile_disc(0.9) within group (order by ${column})::float8 p90,
    round(avg(${column}), 2)::float8 mean`);
}

/** One group for each combination, and one for all. */
function grouping(dimensions: readonly ResponseMetricsDimension[]): Sql {
  const positions = (Object.keys(ResponseMetricsDimension) as ResponseMetricsDimension[])
    .map((dimension, index) => (dimensions.includes(dimension) ? index + 1 : 0))
    .filter((position) => position > 0);
  return positions.length > 0
    ? raw(`group by grouping sets ((), (${positions.join(', ')}))`)
    : empty;
}

function onChannels({ channelIds }: ResponseMetricsArgs, column: string): Sql[] {
  if (!channelIds) return [];
  const uuids = checkAlternatives(channelIds, ['channelIds']).map(
    (id) => uuidOf('Channel', id) ?? NIL_UUID,
  );
  return [sql`${raw(column)} = any(${uuids}::uuid[])`];
}
