import { refuse } from '../meta/graph-answers';
import type { Answer, Call } from '../platform';
import {
  accountOf,
  ownAccount,
  type Account,
  type Comment,
  type InstagramWorld,
  type Media,
} from './account';
import { tellComment } from './events';

/** The values of a call, in its query, form or JSON. */
function valueOf({ query, form, json }: Call, name: string): string | null {
  const inJson = json[name];
  return query.get(name) ?? form.get(name) ?? (typeof inJson === 'string' ? inJson : null);
}

/** `POST /{comment}/replies`. */
export function takeReply(call: Call, world: InstagramWorld): Answer {
  const account = accountOf(call, world);
  const parent = commentOf(call.params['id']!, world);
  if (parent.parentId !== null) {
    refuse(400, 100, 'Replies can only be made to top-level comments.', 2207041);
  }
  if (world.state.media.get(parent.mediaId)!.kind === 'LIVE') {
    refuse(400, 100, 'Live comments can not be replied to.', 2207042);
  }
  return { status: 200, json: { id: answer(call, world, account, parent).id } };
}

/** `POST /{account}/mentions`: answers where somebody named the account. */
export function takeMentionAnswer(call: Call, world: InstagramWorld): Answer {
  const account = ownAccount(call, world);
  const [mediaId, commentId] = [valueOf(call, 'media_id'), valueOf(call, 'comment_id')];
  if (mediaId === null) refuse(400, 100, '(#100) The parameter media_id is required.');
  const parent = commentId === null ? null : commentOf(commentId, world);
  const comment = keepComment(world, {
    ...{ text: textOf(call), mediaId, parentId: parent?.id ?? null },
    from: account,
  });
  return { status: 200, json: { id: comment.id } };
}

function answer(call: Call, world: InstagramWorld, account: Account, parent: Comment): Comment {
  const comment = keepComment(world, {
    ...{ text: textOf(call), mediaId: parent.mediaId, parentId: parent.id },
    from: account,
  });
  tellComment(world, account, comment);
  const { habits, random, cast } = world;
  if (parent.from.id !== account.id && random.chance(habits.answers)) {
    world.later(habits.answerAfter, () =>
      haveComment(world, account, parent.from, cast.reply(comment.text, random), parent),
    );
  }
  return comment;
}

/** Has somebody comment below a post, or below another comment. */
export function haveComment(
  world: InstagramWorld,
  account: Account,
  from: { id: string; username: string },
  text: string,
  on: Media | Comment,
): Comment {
  const isComment = 'mediaId' in on;
  const comment = keepComment(world, {
    ...{ text, from, mediaId: isComment ? on.mediaId : on.id },
    parentId: isComment ? (on.parentId ?? on.id) : null,
  });
  world.note(`@${from.username} comments: ${text}`);
  tellComment(world, account, comment);
  return comment;
}

function keepComment(
  world: InstagramWorld,
  { text, mediaId, parentId, from }: Pick<Comment, 'text' | 'mediaId' | 'parentId' | 'from'>,
): Comment {
  const comment = {
    ...{ id: `179${world.random.digits(14)}`, text, mediaId, parentId },
    from: { id: from.id, username: from.username },
    ...{ timestamp: world.now().toISOString(), isHidden: false, isAnswered: false },
  };
  world.state.comments.set(comment.id, comment);
  return comment;
}

function commentOf(id: string, { state }: InstagramWorld): Comment {
  const comment = state.comments.get(id);
  return (
    comment ??
    refuse(400, 100, `Unsupported post request. Object with ID '${id}' does not exist`, 33)
  );
}

function textOf(call: Call): string {
  const text = valueOf(call, 'message');
  return text ?? refuse(400, 100, '(#100) The parameter message is required.');
}

/** `GET /{comment}/replies`. */
export function listReplies(call: Call, world: InstagramWorld): Answer {
  accountOf(call, world);
  const { id } = commentOf(call.params['id']!, world);
  const below = [...world.state.comments.values()].filter(({ parentId }) => parentId === id);
  const data = below.map(({ id, text, timestamp, from }) => {
    return { id, text, timestamp, from, username: from.username };
  });
  return { status: 200, json: { data } };
}

/** `POST /{comment}?hide=true`. */
export function hideComment(call: Call, world: InstagramWorld): Answer {
  accountOf(call, world);
  const comment = commentOf(call.params['id']!, world);
  const hide = valueOf(call, 'hide');
  if (hide === null) refuse(400, 100, '(#100) The parameter hide is required.');
  comment.isHidden = hide === 'true';
  return { status: 200, json: { success: true } };
}

/** `DELETE /{comment}`. */
export function deleteComment(call: Call, world: InstagramWorld): Answer {
  accountOf(call, world);
  world.state.comments.delete(commentOf(call.params['id']!, world).id);
  return { status: 200, json: { success: true } };
}
