import type { ConnectorContext } from '../kit/connector';
import { fetchUrl, type FetchedMedia } from '../kit/media';
import { Rejected, RetryLater } from '../kit/errors';
import type { GivenReaction, TargetMessage } from '../kit/outbound-message';
import { openApi, text } from './api';
import { privateThreadWith } from './direct-messages';
import { listOf } from './fields';
import { mediumOf } from './media';
import { saysGone } from './problems';
import { renewTokens } from './tokens';

/** Deletes a post or direct message of the account's; that it is gone already is just as well. */
export async function remove(message: TargetMessage, context: ConnectorContext): Promise<void> {
  const isPrivate = message.conversation.visibility === 'PRIVATE';
  await openApi(context).callUnless(saysGone, {
    method: 'DELETE',
    path: `${isPrivate ? '/2/dm_events' : '/2/tweets'}/${message.externalId}`,
    ...{ bucket: isPrivate ? 'dm-delete' : 'delete', changes: false },
  });
}

/** X lets only who began the talk hide replies. */
export async function hide(
  message: TargetMessage,
  hidden: boolean,
  context: ConnectorContext,
): Promise<void> {
  await openApi(context).call({
    ...{ method: 'PUT', path: `/2/tweets/${message.externalId}/hidden`, bucket: 'hide' },
    ...{ json: { hidden }, changes: false },
  });
}

export async function react(
  { externalId }: TargetMessage,
  { removed }: GivenReaction,
  context: ConnectorContext,
): Promise<void> {
  const path = `/2/users/${context.channel.externalId}/likes`;
  const api = openApi(context);
  if (removed) {
    await api.callUnless(saysGone, {
      ...{ method: 'DELETE', path: `${path}/${externalId}`, bucket: 'unlike', changes: false },
    });
  } else {
    await api.callUnless(({ words }) => /already (liked|favorited)/i.test(words), {
      ...{ method: 'POST', path, bucket: 'like', json: { tweet_id: externalId }, changes: false },
    });
  }
}

/** A public post is answered in private by a direct message to who wrote it. */
export function privateThread({ author }: TargetMessage): string {
  return privateThreadWith(author?.externalId ?? '');
}

/** Files of direct messages by their old address, which only OAuth 1 opens. */
const oldMail =
  /^https:\/\/ton\.(?:twitter|x)\.com\/(?:i|1\.1)\/ton\/data\/dm\/([^/]+)\/([^/]+)\/([^/?]+)/;

/** The bytes of a picture or film; where only its key is known, X is asked where it is. */
export async function fetchMedia(
  file: { externalId: string | null; url: string | null },
  context: ConnectorContext,
  largestBytes: number,
): Promise<FetchedMedia> {
  const parts = oldMail.exec(file.url ?? '');
  if (parts) {
    const [dmId, mediaId, resourceId] = parts.slice(1).map((part) => encodeURIComponent(part));
    const path = `/2/dm_conversations/media/${dmId}/${mediaId}/${resourceId}`;
    const url = new URL(path, text(context.channel.settings.apiUrl)).href;
    return fetchWithToken(url, context, largestBytes);
  }
  const url = file.url ?? (await whereIs(file.externalId, context));
  return fetchUrl(context.http, url, largestBytes);
}

async function fetchWithToken(
  url: string,
  context: ConnectorContext,
  largestBytes: number,
): Promise<FetchedMedia> {
  let token = text(context.channel.settings.accessToken);
  for (const isLast of [false, true]) {
    const { status, headers, body } = await context.http.request({
      ...{ url, timeout: 60_000, largestAnswer: largestBytes + 1, bucket: 'dm-media' },
      headers: { accept: '*/*', authorization: `Bearer ${token}` },
    });
    if (status === 200) return { bytes: body, contentType: headers['content-type'] ?? null };
    if (status === 403 || status === 404) {
      throw new Rejected(
        'NOT_FOUND',
        'X does not have the file any longer, or not for this account.',
      );
    }
    if (status !== 401 || isLast) break;
    token = text((await renewTokens(context, token)).accessToken);
  }
  throw new RetryLater('X does not give the file now.');
}

async function whereIs(key: string | null, context: ConnectorContext): Promise<string | null> {
  if (key === null || !/^\d+_\d+$/.test(key)) return null;
  const { data } = await openApi(context).call({
    path: '/2/media',
    query: {
      media_keys: [key],
      'media.fields': ['media_key', 'type', 'url', 'variants', 'preview_image_url'],
    },
    bucket: 'media-read',
  });
  const [found] = listOf(data);
  return found ? mediumOf(found).url : null;
}
