import type { ConnectorContext, OutboundMessage, SentMessage } from '../kit/connector';
import type { Graph } from '../meta/graph';
import { idIn, listIn, momentIn, textIn, valuesIn, type Values } from '../meta/values';
import { openInstagram } from './client';
import { idsOf } from './entries';
import { talkerOf } from './sign-in';
import { topLevelOf } from './send';

/** How far Meta's clock may be from ours, in milliseconds. */
const TOLERANCE = 60_000;

/** Looks whether a message is there of which nobody knows: by who wrote it, what, and when. */
export async function findSent(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage | null> {
  const graph = await openInstagram(context);
  const isPublic = message.conversation.visibility === 'PUBLIC' && !message.privateReplyTo;
  const there = isPublic
    ? await answersBelow(message, graph, context)
    : await newestOfTalk(message, graph, context);
  const own = idsOf(context.channel);
  const known = new Set(message.conversation.history.map(({ externalId }) => externalId));
  const earliest = message.queuedAt.getTime() - TOLERANCE;
  const found = there.find((one) => {
    const from = idIn(valuesIn(one, 'from'), 'id');
    const at = momentIn(one, 'created_time') ?? momentIn(one, 'timestamp');
    const body = textIn(one, 'message') ?? textIn(one, 'text') ?? '';
    const isOurs = from === null || own.has(from) || from === talkerOf(context.channel);
    return (
      isOurs &&
      body === message.body &&
      at !== null &&
      at.getTime() >= earliest &&
      !known.has(idIn(one, 'id') ?? '')
    );
  });
  const externalId = found && idIn(found, 'id');
  return externalId ? { externalId } : null;
}

async function answersBelow(
  message: OutboundMessage,
  graph: Graph,
  { channel }: ConnectorContext,
): Promise<readonly Values[]> {
  const { platform } = message.conversation;
  const fields = 'id,text,timestamp,from,username';
  if (platform['isMention'] === true) {
    const id = idIn(platform, 'commentId') ?? idIn(platform, 'mediaId');
    const edge = idIn(platform, 'commentId') ? 'replies' : 'comments';
    const answer = await graph.callUnless(isUnseen, { path: `${id}/${edge}`, params: { fields } });
    return listIn(answer ?? {}, 'data').filter((one) => isNamed(one, channel.name));
  }
  const path = `${topLevelOf(message)}/replies`;
  return listIn(await graph.call({ path, params: { fields } }), 'data');
}

/** Others' posts may not be looked at. */
const isUnseen = ({ code }: { code: number }) => code === 100 || code === 10;

function isNamed(one: Values, name: string): boolean {
  const username = textIn(one, 'username');
  return username === null || `@${username}` === name;
}

async function newestOfTalk(
  { conversation, privateReplyTo }: OutboundMessage,
  graph: Graph,
  { channel }: ConnectorContext,
): Promise<readonly Values[]> {
  const person =
    conversation.customer?.externalId ?? (privateReplyTo ? null : conversation.threadKey);
  const answer = await graph.call({
    path: `${talkerOf(channel)}/conversations`,
    params: {
      platform: 'instagram',
      ...(person && { user_id: person }),
      fields: 'id,messages.limit(20){id,created_time,from,to,message}',
    },
  });
  return listIn(answer, 'data').flatMap((talk) => listIn(valuesIn(talk, 'messages'), 'data'));
}
