import type { ConnectorContext } from '../kit/connector';
import { ReconnectNeeded, Rejected } from '../kit/errors';
import type { LookUp } from '../kit/look-up';
import { GraphRefusal } from '../meta/graph-refusal';
import { idIn, textIn } from '../meta/values';
import { openInstagram } from './client';
import { MEDIA_FIELDS } from './media-facts';
import { PROFILE_FIELDS } from './profiles';

/** What is asked of mentions. */
const MENTIONED_COMMENT = `id,text,timestamp,username,media{${MEDIA_FIELDS}}`;

/** Asks who writes, what a post is, or what a mention says. */
export async function lookUp({ about }: LookUp, context: ConnectorContext): Promise<unknown> {
  const graph = await openInstagram(context);
  try {
    return await graph.call(questionOf(about, context.channel.externalId));
  } catch (error) {
    throw isFinal(error)
      ? new Rejected('NOT_PERMITTED', (error as Error).message, { cause: error })
      : error;
  }
}

function questionOf(about: LookUp['about'], account: string) {
  const mediaId = idIn(about, 'mediaId');
  switch (textIn(about, 'kind')) {
    case 'profile':
      return { path: idIn(about, 'personId')!, params: { fields: PROFILE_FIELDS } };
    case 'media':
      return { path: mediaId!, params: { fields: MEDIA_FIELDS } };
    default: {
      const commentId = idIn(about, 'commentId');
      const fields = commentId
        ? `mentioned_comment.comment_id(${commentId}){${MENTIONED_COMMENT}}`
        : `mentioned_media.media_id(${mediaId}){${MEDIA_FIELDS}}`;
      return { path: account, params: { fields } };
    }
  }
}

/** That one thing may not be seen says nothing of the account as a whole. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof ReconnectNeeded)) return false;
  const { cause } = error;
  return cause instanceof GraphRefusal && cause.code !== 190 && cause.status !== 401;
}
