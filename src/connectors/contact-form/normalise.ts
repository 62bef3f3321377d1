import type { ConnectedChannel, RawDelivery } from '../kit/connector';
import { Unreadable } from '../kit/errors';
import type { InboundItem, Party } from '../kit/item';
import type { Question } from '../kit/settings';
import type { Answer } from './form';
import { BadPost } from './read-post';
import { formSettings } from './settings';
import { readSubmission, sha256, type Submission } from './submission';

/** A little less than what the body of an item may have. */
const LONGEST_BODY = 262_000;

/** Makes a conversation of a submission. */
export async function normalise(
  { body, headers, receivedAt }: RawDelivery,
  channel: ConnectedChannel,
): Promise<InboundItem[]> {
  const settings = formSettings(channel);
  const submission = await readSubmission({ body, headers }, settings).catch((error: unknown) => {
    throw error instanceof BadPost ? new Unreadable(error.message) : error;
  });
  const { answers, files } = submission;
  const reading = new Reading(settings.questions, answers);
  const externalId = nameOf(submission, receivedAt);
  const author = partyOf(reading, externalId);
  return [
    {
      ...{ type: 'message', direction: 'INBOUND', threadKey: externalId, externalId, author },
      sentAt: receivedAt,
      body: reading.message ?? listed(answers),
      subject: reading.subject ?? settings.title,
      answers,
      attachments: files.map(({ fileName, contentType, bytes }) => ({
        ...{ fileName, contentType, bytes },
        byteSize: bytes.length,
      })),
      ...(reading.email && {
        conversationPlatform: { email: reading.email },
        // whatever else is known of the person by now, the answer goes to the address of this form
        platform: { answerTo: reading.email },
      }),
    },
  ];
}

/** The same in every reading of the delivery; of the sender's id, in each of its attempts. */
function nameOf({ id, digest }: Submission, receivedAt: Date): string {
  return `form-${sha256(`${id ?? receivedAt.toISOString()} ${digest}`).slice(0, 40)}`;
}

/** The answers that mean something to us. */
class Reading {
  readonly email: string | null;
  readonly phone: string | null;
  readonly message: string | null;
  readonly subject: string | null;
  readonly name: string | null;

  constructor(questions: readonly Question[], answers: readonly Answer[]) {
    const values = new Map(answers.map(({ key, value }) => [key, value]));
    const first = (...kinds: Question['kind'][]) =>
      questions
        .filter(({ kind }) => kinds.includes(kind))
        .map(({ key }) => values.get(key))
        .find((value) => value !== undefined) ?? null;
    const named = (...keys: string[]) =>
      keys.map((key) => values.get(key)).find((value) => value !== undefined) ?? null;
    const parts = [named('first_name', 'firstName'), named('last_name', 'lastName')];
    this.email = first('email')?.toLowerCase() ?? null;
    this.phone = first('phone');
    this.message = named('message') ?? first('text');
    this.subject = named('subject');
    this.name = named('name', 'full_name', 'fullName') ?? (parts.filter(Boolean).join(' ') || null);
  }
}

/** Whoever gives an e-mail address is that person; that it is theirs shows when they answer from it. */
function partyOf({ email, name, phone }: Reading, externalId: string): Party {
  const international = phone?.replace(/[^\d+]/g, '').replace(/^00/, '+');
  const isWhole = international !== undefined && /^\+[1-9]\d{6,14}$/.test(international);
  return {
    externalId: email ?? externalId,
    displayName: name,
    ...(email !== null && { handle: email, email }),
    ...(isWhole && { phone: international }),
  };
}

function listed(answers: readonly Answer[]): string {
  const lines = answers.map(({ label, value }) => `${label}: ${value}`);
  return lines.join('\n').slice(0, LONGEST_BODY);
}
