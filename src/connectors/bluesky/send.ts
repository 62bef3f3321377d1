import { z } from 'zod';
import type {
  ConnectedChannel,
  ConnectorContext,
  KnownMessage,
  OutboundAttachment,
  OutboundMessage,
  SentMessage,
} from '../kit/connector';
import { Rejected } from '../kit/errors';
import { parseAtUri, postCollection } from './at-uri';
import { countGraphemes, facetsOf, longestText } from './facets';
import { read, strongRef, type StrongRef } from './lexicon';
import { largestImage } from './manifest';
import { openSession, type Session } from './session';
import { tidOf } from './tid';
import { saysGone } from './xrpc';

/** What records cost of the account's points: 5,000 in an hour, 35,000 in a day. */
const WRITES = 'write';

/** The name that the record of a message gets: chosen here, so that no attempt makes a second one. */
export function plannedId(
  { clientKey, queuedAt }: Pick<OutboundMessage, 'clientKey' | 'queuedAt'>,
  channel: ConnectedChannel,
): string {
  return `at://${channel.externalId}/${postCollection}/${tidOf(clientKey, queuedAt)}`;
}

export async function send(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage> {
  requireFitting(message);
  const session = openSession(context);
  const reply = await replyTo(session, message);
  const record = {
    $type: postCollection,
    text: message.body,
    // the same in every attempt, so that the record is too
    createdAt: message.queuedAt.toISOString(),
    reply,
    ...(await richText(session, message.body)),
    ...(await pictures(session, message)),
  };
  const uri = uriOf(message, context);
  const { did, rkey } = parseAtUri(uri)!;
  const made = await session.callUnless(({ code }) => code === 'InvalidSwap', {
    method: 'com.atproto.repo.putRecord',
    // the record must not be there yet: what an earlier attempt made stays as it is
    json: { repo: did, collection: postCollection, rkey, record, swapRecord: null },
    bucket: WRITES,
  });
  if (made === null) {
    const earlier = await findSent(message, context);
    if (earlier) return earlier;
    throw new Rejected('DELETED', 'The answer was posted, and then deleted on Bluesky.');
  }
  const { cid } = read(z.object({ cid: z.string() }), made, true);
  return sentOf(uri, cid, message.queuedAt, reply);
}

/** The record of a message, if an attempt made it. */
export async function findSent(
  message: OutboundMessage,
  context: ConnectorContext,
): Promise<SentMessage | null> {
  const uri = uriOf(message, context);
  const { did, rkey } = parseAtUri(uri)!;
  const answer = await openSession(context).callUnless(saysGone, {
    method: 'com.atproto.repo.getRecord',
    params: { repo: did, collection: postCollection, rkey },
  });
  if (answer === null) return null;
  const shape = z.object({
    cid: z.string(),
    value: z.looseObject({ reply: z.object({ root: strongRef, parent: strongRef }).optional() }),
  });
  const { cid, value } = read(shape, answer);
  return sentOf(uri, cid, message.queuedAt, value.reply);
}

/** Takes a post back; that it is gone already is just as well. */
export async function remove(message: KnownMessage, context: ConnectorContext): Promise<void> {
  const parts = parseAtUri(message.externalId);
  if (parts?.did !== context.channel.externalId) {
    throw new Rejected('NOT_OURS', 'Only the account’s own posts can be deleted.');
  }
  await openSession(context).call({
    method: 'com.atproto.repo.deleteRecord',
    json: { repo: parts.did, collection: parts.collection, rkey: parts.rkey },
    bucket: WRITES,
  });
}

interface Reply {
  root: StrongRef;
  parent: StrongRef;
}

function sentOf(uri: string, cid: string, sentAt: Date, reply: Reply | undefined): SentMessage {
  return { externalId: uri, sentAt, platform: { cid, ...reply } };
}

function uriOf(message: OutboundMessage, { channel }: ConnectorContext): string {
  return message.plannedId ?? plannedId(message, channel);
}

function requireFitting({ body, attachments }: OutboundMessage): void {
  if (countGraphemes(body) > longestText.graphemes || Buffer.byteLength(body) > longestText.bytes) {
    throw new Rejected('TEXT_TOO_LONG', 'Bluesky takes 300 characters, and 3,000 bytes.');
  }
  const isFitting = ({ contentType, byteSize }: OutboundAttachment) =>
    contentType.startsWith('image/') && byteSize <= largestImage;
  if (attachments.length > 4 || !attachments.every(isFitting)) {
    throw new Rejected('FILE_REFUSED', 'Bluesky takes four images of up to 2,000,000 bytes each.');
  }
}

/** A reply names the post that it answers, and the root of the whole tree. */
async function replyTo(session: Session, message: OutboundMessage): Promise<Reply> {
  const { history } = message.conversation;
  const answered =
    message.replyTo ?? history.find(({ direction }) => direction === 'INBOUND') ?? history[0];
  if (!answered) {
    throw new Rejected('NOTHING_TO_ANSWER', 'There is no post in the conversation to answer.');
  }
  const { externalId: uri, platform } = answered;
  const view = await lookAt(session, uri);
  if (view?.viewer?.replyDisabled === true) {
    throw new Rejected('REPLIES_CLOSED', 'The author does not allow replies from this account.');
  }
  if (view?.author?.viewer?.blockedBy === true) {
    throw new Rejected('BLOCKED', 'The author has blocked this account.');
  }
  const cid = view?.cid ?? platform.cid;
  if (typeof cid !== 'string') {
    throw new Rejected('MESSAGE_GONE', 'The post that is to be answered is gone.');
  }
  const parent = { uri, cid };
  const root = strongRef.safeParse(platform.root).data ?? view?.record.reply?.root ?? parent;
  return { root: { uri: root.uri, cid: root.cid }, parent };
}

const viewed = z.object({
  posts: z.array(
    z.looseObject({
      cid: z.string(),
      author: z.looseObject({
        viewer: z.looseObject({ blockedBy: z.boolean().optional() }).optional(),
      }),
      viewer: z.looseObject({ replyDisabled: z.boolean().optional() }).optional(),
      record: z.looseObject({ reply: z.looseObject({ root: strongRef }).optional() }),
    }),
  ),
});

/** The post as it is now; null where it is not shown, which alone is no reason against an answer. */
async function lookAt(session: Session, uri: string) {
  const answer = await session.call({ method: 'app.bsky.feed.getPosts', params: { uris: [uri] } });
  return read(viewed, answer).posts[0] ?? null;
}

async function richText(session: Session, body: string) {
  const facets = await facetsOf(body, async (handle) => {
    const isUnknown = ({ status }: { status: number }) => status === 400;
    const answer = await session.callUnless(isUnknown, {
      method: 'com.atproto.identity.resolveHandle',
      params: { handle },
    });
    return answer === null ? null : read(z.object({ did: z.string() }), answer).did;
  });
  return facets.length > 0 ? { facets } : {};
}

/** Uploads the images; the same bytes give the same name, so that again does no harm. */
async function pictures(session: Session, { attachments, content }: OutboundMessage) {
  if (attachments.length === 0) return {};
  const texts: unknown = content?.altTexts;
  const images = [];
  for (const [index, attachment] of attachments.entries()) {
    const answer = await session.call({
      method: 'com.atproto.repo.uploadBlob',
      upload: { bytes: await attachment.read(), contentType: attachment.contentType },
      timeout: 60_000,
      // a file that no record names is thrown away
      changes: false,
    });
    const { blob } = read(z.object({ blob: z.looseObject({}) }), answer);
    const alt: unknown = Array.isArray(texts) ? texts[index] : null;
    images.push({ image: blob, alt: typeof alt === 'string' ? alt : '' });
  }
  return { embed: { $type: 'app.bsky.embed.images', images } };
}
