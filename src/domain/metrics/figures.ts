import type { Visibility } from '../../entities/channel';

/** How long responses took, in seconds; the figures are null when there was none. */
export interface ResponseTimes {
  count: number;
  median: number | null;
  p90: number | null;
  mean: number | null;
}

/** The figures of one group, or of all. */
export interface ResponseFigures {
  inboundMessages: number;
  outboundMessages: number;
  answeredMessages: number;
  responseRate: number | null;
  responseTime: ResponseTimes;
  conversations: number;
  answeredConversations: number;
  conversationResponseRate: number | null;
  firstResponseTime: ResponseTimes;
}

/** The figures of one combination of the dimensions asked for. */
export interface ResponseMetricsGroup extends ResponseFigures {
  channelId: string | null;
  day: string | null;
  hourOfWeek: number | null;
  visibility: Visibility | null;
}

/** What tells one group from another. */
export interface Keys {
  channelId: string | null;
  day: string | null;
  hourOfWeek: number | null;
  visibility: Visibility | null;
}

interface Times {
  timed: string;
  median: number | null;
  p90: number | null;
  mean: number | null;
}

/** A row of the messages' figures. */
export type MessageRow = Keys & Times & { inbound: string; outbound: string; answered: string };
/** A row of the conversations' figures. */
export type ConversationRow = Keys & Times & { started: string; answered: string };

const noTimes: ResponseTimes = { count: 0, median: null, p90: null, mean: null };

/** A group before any row of it was read. */
export function emptyGroup({ channelId, day, hourOfWeek, visibility }: Keys): ResponseMetricsGroup {
  return {
    channelId,
    day,
    hourOfWeek,
    visibility,
    inboundMessages: 0,
    outboundMessages: 0,
    answeredMessages: 0,
    responseRate: null,
    responseTime: noTimes,
    conversations: 0,
    answeredConversations: 0,
    conversationResponseRate: null,
    firstResponseTime: noTimes,
  };
}

/** Fills in what is known of messages. */
export function addMessages(group: ResponseMetricsGroup, row: MessageRow): void {
  group.inboundMessages = Number(row.inbound);
  group.outboundMessages = Number(row.outbound);
  group.answeredMessages = Number(row.answered);
  group.responseRate = share(group.answeredMessages, group.inboundMessages);
  group.responseTime = timesOf(row);
}

/** Fills in what is known of conversations. */
export function addConversations(group: ResponseMetricsGroup, row: ConversationRow): void {
  group.conversations = Number(row.started);
  group.answeredConversations = Number(row.answered);
  group.conversationResponseRate = share(group.answeredConversations, group.conversations);
  group.firstResponseTime = timesOf(row);
}

function timesOf({ timed, median, p90, mean }: Times): ResponseTimes {
  return { count: Number(timed), median, p90, mean };
}

/** A share to six decimals; of nothing it is unknown. */
function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1e6) / 1e6;
}

/** Orders groups by day, hour of the week, channel and visibility. */
export function byKeys(a: Keys, b: Keys): number {
  const key = ({ day, hourOfWeek, channelId, visibility }: Keys) =>
    `${day ?? ''} ${String(hourOfWeek ?? 0).padStart(3, '0')} ${channelId ?? ''} ${visibility ?? ''}`;
  return key(a) < key(b) ? -1 : 1;
}
