import type { InboundItem, LookUpItem, MessageItem, Party } from '../kit/item';
import type { LookUp, LookUpResult } from '../kit/look-up';
import { idIn, momentIn, textIn, valuesIn, type Values } from '../meta/values';
import { postOf } from './media-facts';

/** Somebody named the account: Meta tells where, and nothing of what was said. */
export function readMention(value: Values, at: Date): LookUpItem[] {
  const [mediaId, commentId] = [idIn(value, 'media_id'), idIn(value, 'comment_id')];
  if (mediaId === null && commentId === null) return [];
  const about = { kind: 'mention', mediaId, commentId, at: at.toISOString() };
  return [{ type: 'lookUp', key: `mention:${commentId ?? mediaId}`, about }];
}

/** The mention, once it was asked what it says; where Meta does not tell, that there is one. */
export function readMentionAnswer({ about, ...told }: LookUp & LookUpResult): InboundItem[] {
  const [mediaId, commentId] = [idIn(about, 'mediaId'), idIn(about, 'commentId')];
  const answer = (told.refusal ? {} : told.answer) as Values;
  const mention = valuesIn(answer, commentId ? 'mentioned_comment' : 'mentioned_media');
  const externalId = commentId ?? mediaId!;
  const sentAt = momentIn(mention, 'timestamp') ?? momentIn(about, 'at')!;
  const author = authorOf(mention);
  const where = commentId ? valuesIn(mention, 'media') : mention;
  const post = postOf({ ...where, ...(mediaId && { id: mediaId }) });
  const isKnown = Object.keys(mention).length > 0;
  const message: MessageItem = {
    type: 'message',
    ...{
      threadKey: externalId,
      externalId,
      direction: 'INBOUND',
      author,
      sentAt,
      visibility: 'PUBLIC',
    },
    body: textIn(mention, commentId ? 'text' : 'caption') ?? '',
    post: post ?? (mediaId ? { externalId: mediaId, publishedAt: sentAt } : null),
    ...(!isKnown && { content: { unsupported: 'mention' } }),
    conversationPlatform: {
      isMention: true,
      ...(mediaId && { mediaId }),
      ...(commentId && { commentId }),
    },
  };
  return [message];
}

/** Meta gives no id of who mentioned, only the name at that time. */
function authorOf(mention: Values): Party | null {
  const from = valuesIn(mention, 'from');
  const handle = textIn(mention, 'username') ?? textIn(from, 'username');
  const id = idIn(from, 'id') ?? idIn(valuesIn(mention, 'owner'), 'id');
  if (id === null && handle === null) return null;
  return { externalId: id ?? `username:${handle}`, handle };
}
