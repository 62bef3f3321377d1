import { BadArgument } from '../kit/errors';
import type { Reader } from '../kit/reader';
import {
  addConversations,
  addMessages,
  byKeys,
  emptyGroup,
  type Keys,
  type ResponseFigures,
  type ResponseMetricsGroup,
} from './figures';
import type { ConversationRow, MessageRow } from './figures';
import { conversationFigures, messageFigures, type ResponseMetricsArgs } from './response-sql';

const MOST_GROUPS = 10_000;

/**
 * Response figures over a time range: messages by the time they were sent, conversations by the time
 * of their first inbound message. What machines sent counts as neither question nor answer. Nothing
 * else is applied: no business hours, no spam filter.
 */
export async function responseMetrics(
  reader: Reader,
  args: ResponseMetricsArgs,
): Promise<{ total: ResponseFigures; groups: ResponseMetricsGroup[] }> {
  checkTimeZone(args.timeZone);
  const dimensions = [...new Set(args.groupBy)];
  const messages = await reader.objects<MessageRow>(messageFigures(reader, args, dimensions));
  const conversations = await reader.objects<ConversationRow>(
    conversationFigures(reader, args, dimensions),
  );
  const groups = new Map<string, ResponseMetricsGroup>();
  const groupOf = (row: Keys): ResponseMetricsGroup => {
    const key = JSON.stringify([row.channelId, row.day, row.hourOfWeek, row.visibility]);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = emptyGroup(row)));
    return group;
  };
  for (const row of messages) addMessages(groupOf(row), row);
  for (const row of conversations) addConversations(groupOf(row), row);
  // no column that is grouped by can be null, so the row without keys is the one for all
  const total = groupOf({ channelId: null, day: null, hourOfWeek: null, visibility: null });
  const parts = [...groups.values()].filter((group) => group !== total);
  if (parts.length > MOST_GROUPS) {
    throw new BadArgument(['groupBy'], `gives more than ${MOST_GROUPS} groups: narrow the range`);
  }
  return { total, groups: dimensions.length > 0 ? parts.sort(byKeys) : [] };
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new BadArgument(
      ['timeZone'],
      'must be the IANA name of a time zone, such as Europe/Paris',
    );
  }
}
