import { idGiven, refuse } from '../meta/graph-answers';
import type { Answer, Call } from '../platform';
import { memberOf, ownAccount, type Account, type InstagramWorld, type Member } from './account';
import { tellTalk } from './events';

const HOUR = 3_600_000;
const FREE_HOURS = 24;
const HUMAN_HOURS = 7 * 24;
const LONGEST_TEXT = 1_000;

type Fields = Record<string, unknown>;

/** `POST /{account}/messages`: a message, or something that is done in a talk. */
export function takeMessage(call: Call, world: InstagramWorld): Answer {
  const account = ownAccount(call, world);
  const { recipient, message } = call.json as Record<string, Fields>;
  const action = idGiven(call.json['sender_action']);
  const member = recipientOf(recipient ?? {}, world);
  if (action !== null) return act(action, call.json, member);
  if (!message) refuse(400, 100, '(#100) The parameter message is required.');
  const isPrivateReply = recipient!['comment_id'] !== undefined;
  if (!isPrivateReply) requireWindow(call, world, account, member);
  const text = textOf(message, world);
  const mid = keepMessage(world, account, member, account.id, text);
  const echo = { mid, ...message, is_echo: true };
  tellTalk(world, account, account.id, member.id, { message: echo });
  react(world, account, member, mid, text);
  return { status: 200, json: { recipient_id: member.id, message_id: mid } };
}

function recipientOf(recipient: Fields, world: InstagramWorld): Member {
  const commentId = idGiven(recipient['comment_id']);
  if (commentId === null) return memberOf(idGiven(recipient['id']) ?? '', world);
  const comment = world.state.comments.get(commentId);
  if (!comment) refuse(400, 100, 'The comment does not exist.', 33);
  const isOver = world.now().getTime() - Date.parse(comment.timestamp) > HUMAN_HOURS * HOUR;
  if (comment.isAnswered || isOver) {
    refuse(400, 10900, 'Activity already replied to, or too old.', 2018300);
  }
  comment.isAnswered = true;
  return memberOf(comment.from.id, world);
}

/** Marks and reactions leave nothing behind here. */
function act(action: string, json: Call['json'], member: Member): Answer {
  const known = ['mark_seen', 'typing_on', 'typing_off', 'react', 'unreact'];
  if (!known.includes(action)) refuse(400, 100, `(#100) ${action} is no sender action.`);
  const { message_id: mid } = (json['payload'] ?? {}) as Fields;
  if (action.endsWith('react') && typeof mid !== 'string') {
    refuse(400, 100, '(#100) The parameter payload.message_id is required.');
  }
  return { status: 200, json: { recipient_id: member.id } };
}

function requireWindow(
  { json }: Call,
  world: InstagramWorld,
  account: Account,
  member: Member,
): void {
  const last = world.state.messages.findLast(
    (one) => one.from === member.id && one.account === account.id,
  );
  const isHuman = json['messaging_type'] === 'MESSAGE_TAG' && json['tag'] === 'HUMAN_AGENT';
  const hours = isHuman ? HUMAN_HOURS : FREE_HOURS;
  const isOpen = last && world.now().getTime() - last.at.getTime() < hours * HOUR;
  if (isOpen && !world.faults.now.windowClosed) return;
  refuse(400, 10, '(#10) This message is sent outside of allowed window.', 2534022);
}

function textOf(message: Fields, { state }: InstagramWorld): string {
  const { text, attachment } = message;
  if (text === undefined && attachment === undefined) {
    refuse(400, 100, '(#100) The message must have text or an attachment.');
  }
  const payload = (attachment as Fields | undefined)?.['payload'] as Fields | undefined;
  const id = idGiven(payload?.['attachment_id']);
  if (id !== null && !state.uploads.has(id)) {
    refuse(400, 100, '(#100) The attachment does not exist.', 2018074);
  }
  const words = typeof text === 'string' ? text : '';
  if (Buffer.byteLength(words) > LONGEST_TEXT) {
    refuse(400, 100, '(#100) Length of param message[text] must be less than or equal to 1000');
  }
  return words;
}

/** Keeps a message of whoever; gives its id. */
export function keepMessage(
  world: InstagramWorld,
  account: Account,
  member: Member,
  from: string,
  text: string,
): string {
  const mid = `aWdfZAG1f${world.random.letters(24)}${world.serial()}ZD`;
  const one = { mid, account: account.id, with: member.id, from, text, at: world.now() };
  world.state.messages.push(one);
  return mid;
}

/** Has somebody write to the account. */
export function write(
  world: InstagramWorld,
  account: Account,
  member: Member,
  text: string,
  more: object = {},
): void {
  const mid = keepMessage(world, account, member, member.id, text);
  world.note(`${member.person.name} writes: ${text}`);
  tellTalk(world, account, member.id, account.id, { message: { mid, text, ...more } });
}

/** The customer reads what they were sent, and perhaps answers. */
function react(
  world: InstagramWorld,
  account: Account,
  member: Member,
  mid: string,
  text: string,
): void {
  const { habits, random, cast } = world;
  world.later(habits.readAfter, () =>
    tellTalk(world, account, member.id, account.id, { read: { mid } }),
  );
  if (!random.chance(habits.answers)) return;
  world.later(habits.answerAfter, () => write(world, account, member, cast.reply(text, random)));
}

/** `GET /{account}/conversations`: talks with their newest messages. */
export function listTalks(call: Call, world: InstagramWorld): Answer {
  const account = ownAccount(call, world);
  const person = call.query.get('user_id');
  const own = world.state.messages.filter((one) => one.account === account.id);
  const withWhom = [...new Set(own.map((one) => one.with))].filter(
    (id) => person === null || id === person,
  );
  const data = withWhom.map((id) => ({
    id: `t_${id}`,
    messages: {
      data: own
        .filter((one) => one.with === id)
        .slice(-20)
        .reverse()
        .map(({ mid, from, text, at }) => ({
          ...{ id: mid, created_time: at.toISOString(), message: text },
          ...{ from: { id: from }, to: { data: [{ id: from === id ? account.id : id }] } },
        })),
    },
  }));
  return { status: 200, json: { data } };
}

/** `POST /{account}/message_attachments`. */
export function takeUpload(call: Call, world: InstagramWorld): Answer {
  ownAccount(call, world);
  if (!call.body.includes('name="filedata"')) refuse(400, 100, '(#100) There is no file.');
  const id = world.random.digits(16);
  world.state.uploads.add(id);
  return { status: 200, json: { attachment_id: id } };
}
