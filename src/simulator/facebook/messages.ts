import type { Answer, Call } from '../platform';
import { noSuchObject, refuse } from './errors';
import { answerLater } from './people';
import { fieldsOf, objectOf, textOf } from './read-form';
import { pageOf, talkOf, type FacebookWorld, type Talk, type TalkMessage } from './state';
import { tellOfTalk } from './telling';

const HOUR = 3_600_000;
const LONGEST_TEXT = 2_000;

/** `POST /{page}/messages`: a message, a private answer to a comment, or a sign such as "seen". */
export function takeMessage(call: Call, world: FacebookWorld): Answer {
  const { state } = world;
  const page = pageOf(state, call.params.id ?? '');
  if (!page) throw noSuchObject(call.params.id ?? '');
  const { fields, hasFile } = fieldsOf(call);
  const recipient = objectOf(fields.recipient);
  const commentId = textOf(recipient.comment_id);
  const talk = commentId
    ? privateTalk(world, page.id, commentId)
    : knownTalk(world, page.id, textOf(recipient.id));
  if (fields.sender_action !== undefined) return takeSign(fields, talk);
  if (!commentId) requireWindow(world, talk, fields);
  const message = objectOf(fields.message);
  const text = textOf(message.text);
  requireFitting(message, text, hasFile);
  if (commentId) state.comments.find(({ id }) => id === commentId)!.isAnswered = true;
  const sent: TalkMessage = {
    ...{ id: `m_${world.random.letters(40)}`, from: page.id, text, at: world.now() },
    isFile: hasFile || message.attachment !== undefined,
  };
  talk.messages.push(sent);
  echo(world, talk, sent, message);
  answerLater(world, talk, sent);
  return { status: 200, json: { recipient_id: talk.person.id, message_id: sent.id } };
}

function knownTalk({ state }: FacebookWorld, page: string, person: string): Talk {
  const talk = state.talks.find((one) => one.page === page && one.person.id === person);
  if (talk) return talk;
  throw refuse(100, '(#100) No matching user found', 2018001);
}

/** Once for each comment, and within seven days. */
function privateTalk(world: FacebookWorld, page: string, commentId: string): Talk {
  const { state } = world;
  const comment = state.comments.find(({ id, post }) => id === commentId && post.page === page);
  if (!comment || comment.from.id === page) throw noSuchObject(commentId);
  if (comment.isAnswered) throw refuse(10900, '(#10900) Activity already replied to');
  if (world.now().getTime() - comment.at.getTime() > 7 * 24 * HOUR) {
    throw refuse(10903, "(#10903) This user can't reply to this activity");
  }
  return talkOf(state, page, comment.from);
}

function takeSign(fields: Record<string, unknown>, talk: Talk): Answer {
  const { sender_action: action } = fields;
  const signs = ['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact'];
  if (!signs.includes(textOf(action))) throw refuse(100, '(#100) Invalid sender_action');
  if (action === 'react' || action === 'unreact') {
    const id = textOf(objectOf(fields.payload).message_id);
    if (!talk.messages.some((message) => message.id === id)) throw noSuchObject(id);
  }
  return { status: 200, json: { recipient_id: talk.person.id } };
}

/** A day for everybody, seven for people, and nothing after that. */
function requireWindow(world: FacebookWorld, talk: Talk, fields: Record<string, unknown>): void {
  const type = textOf(fields.messaging_type);
  const tag = textOf(fields.tag);
  if (!['RESPONSE', 'UPDATE', 'MESSAGE_TAG'].includes(type)) {
    throw refuse(100, '(#100) Param messaging_type must be one of RESPONSE, UPDATE, MESSAGE_TAG');
  }
  if (type === 'MESSAGE_TAG' && tag !== 'HUMAN_AGENT') {
    throw refuse(100, '(#100) Invalid parameter');
  }
  const newest = talk.messages.findLast(({ from }) => from === talk.person.id);
  const hours = newest ? (world.now().getTime() - newest.at.getTime()) / HOUR : Infinity;
  const isOpen = hours < (type === 'MESSAGE_TAG' ? 7 * 24 : 24);
  if (isOpen && !world.faults.now.windowClosed) return;
  throw refuse(10, '(#10) This message is sent outside of allowed window.', 2018278);
}

function requireFitting(message: Record<string, unknown>, text: string, hasFile: boolean): void {
  const isFile = hasFile || message.attachment !== undefined;
  if (text !== '' && isFile) throw refuse(100, '(#100) Only one of text and attachment is allowed');
  if (text === '' && !isFile) throw refuse(100, '(#100) The parameter message is required');
  if (text.length > LONGEST_TEXT) {
    throw refuse(100, `(#100) Length of param message[text] must be at most ${LONGEST_TEXT}`);
  }
}

function echo(
  world: FacebookWorld,
  { page, person }: Talk,
  { id: mid, text }: TalkMessage,
  { metadata, attachment }: Record<string, unknown>,
): void {
  const type = textOf(objectOf(attachment).type);
  const app = { is_echo: true, app_id: Number(world.state.appId) };
  tellOfTalk(world, page, 'message_echoes', page, person.id, {
    message: {
      ...{ mid, ...app },
      ...(metadata !== undefined && { metadata }),
      ...(text !== '' && { text }),
      ...(type && { attachments: [{ type, payload: { url: `${world.url}/media/echo` } }] }),
    },
  });
}
