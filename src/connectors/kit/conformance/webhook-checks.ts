import type { ConnectedChannel, WebhookRequest } from '../connector';
import { channelOf } from './delivery-checks';
import type { Check, SignedWebhook, Subject } from './subject';

const AT = new Date('2026-11-22T12:00:00.000Z');
const later = (seconds: number) => new Date(AT.getTime() + seconds * 1_000);

/** A body that means the same, and is not the same, when it is read and written again. */
const BODY = Buffer.from('{ "text": "gr\\u00fc\\u00df dich", "n": 1.0 }');

interface Attempt {
  body?: Buffer;
  headers?: Record<string, string>;
  settings?: Record<string, unknown>;
  receivedAt?: Date;
}

export const webhookChecks: readonly Check[] = [
  check('takes what is signed', (takes) => takes() || 'A good signature is refused.'),
  check('refuses one flipped byte', (takes) => {
    const flipped = Buffer.from(BODY);
    flipped[BODY.length - 3]! ^= 1;
    return !takes({ body: flipped }) || 'A flipped byte is taken.';
  }),
  check('refuses a body that was read and written again', (takes) => {
    const again = Buffer.from(JSON.stringify(JSON.parse(BODY.toString())));
    return !takes({ body: again }) || 'JSON that was written anew is taken.';
  }),
  check('refuses a request without, with a short or a strange signature', (takes, hook, signed) =>
    hook.headers.flatMap((name) => {
      const rest = Object.fromEntries(Object.entries(signed).filter(([key]) => key !== name));
      return [
        !takes({ headers: rest }) || `Without ${name} it is taken.`,
        !takes({ headers: { ...signed, [name]: '' } }) || `With an empty ${name} it is taken.`,
        !takes({ headers: { ...signed, [name]: 'x' } }) || `With a short ${name} it is taken.`,
        !takes({ headers: { ...signed, [name]: 'ü€'.repeat(40) } }) ||
          `A strange ${name} is taken.`,
      ];
    }),
  ),
  check('refuses another account’s signature', (takes, { secret }, _signed, settings) => {
    const other = { ...settings, [secret.key]: secret.other };
    return !takes({ settings: other }) || 'A signature of another account is taken.';
  }),
  check('refuses everything while its secret is not set', (takes, hook, _signed, settings) =>
    [undefined, null, ''].map((value) => {
      const without = { ...settings, [hook.secret.key]: value };
      return !takes({ settings: without }) || 'Without a secret it is taken.';
    }),
  ),
  check('refuses what is old, and what comes from the future', (takes, { staleAfter }) =>
    staleAfter === null
      ? true
      : [
          !takes({ receivedAt: later(staleAfter + 60) }) || 'A stale request is taken.',
          !takes({ receivedAt: later(-staleAfter - 60) }) || 'One from the future is taken.',
        ],
  ),
];

type Verdict = true | string | (true | string)[];

/** A check of connectors whose platform signs: what is not true says what is wrong. */
function check(
  name: string,
  verdict: (
    takes: (attempt?: Attempt) => boolean,
    hook: SignedWebhook,
    signed: Record<string, string>,
    settings: Readonly<Record<string, unknown>>,
  ) => Verdict,
): Check {
  return {
    name,
    problems(subject) {
      const { facts } = subject;
      if (facts.webhook === null) return [];
      if ('unsigned' in facts.webhook) {
        return facts.webhook.unsigned.trim().length >= 20 ? [] : ['Say why nothing is signed.'];
      }
      const signed = facts.webhook.sign(BODY, facts.settings, AT);
      const takes = (attempt: Attempt = {}) => verify(subject, { headers: signed, ...attempt });
      const verdicts = [verdict(takes, facts.webhook, signed, facts.settings)].flat();
      return verdicts.filter((one) => one !== true);
    },
  };
}

function verify(
  subject: Subject,
  { body = BODY, headers = {}, settings, receivedAt = AT }: Attempt,
): boolean {
  const request: WebhookRequest = {
    ...{ method: 'POST', query: {}, headers, body, receivedAt },
    url: 'https://parley.example/webhooks/connector/key',
    clientAddress: '192.0.2.1',
  };
  const channel: ConnectedChannel = channelOf(
    settings ? { ...subject, facts: { ...subject.facts, settings } } : subject,
  );
  return subject.connector.webhook!.verify(request, channel);
}
