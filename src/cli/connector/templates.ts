/** The files of a new connector: they compile and conform, but for what only their author knows. */
export interface NewConnector {
  /** In kebab-case. */
  id: string;
  /** The name of its constant, in camelCase. */
  name: string;
  label: string;
  kind: string;
}

/** Files by their names below the connector's folder. */
export function filesOf(connector: NewConnector): Record<string, string> {
  return {
    'manifest.ts': manifestOf(connector),
    'webhook.ts': webhookOf(connector),
    'normalise.ts': normaliseOf(connector),
    'index.ts': indexOf(connector),
    'conformance.ts': conformanceOf(connector),
    'BEHAVIOR.md': behaviourOf(connector),
    'fixtures/message.json': `${JSON.stringify({ events: [event] }, null, 2)}\n`,
    'fixtures/message.items.json': `${JSON.stringify([item], null, 2)}\n`,
  };
}

const event = {
  id: 'm-1',
  thread: 't-1',
  from: { id: 'person-1', name: 'Ada' },
  text: 'Is the blue one in stock?',
  at: '2026-03-01T10:00:00.000Z',
};

const item = {
  type: 'message',
  threadKey: 't-1',
  externalId: 'm-1',
  direction: 'INBOUND',
  author: { externalId: 'person-1', displayName: 'Ada' },
  sentAt: '2026-03-01T10:00:00.000Z',
  body: 'Is the blue one in stock?',
};

const manifestOf = ({
  id,
  label,
  kind,
}: NewConnector) => `import { silent } from '../kit/capabilities';
import type { Manifest } from '../kit/connector';

export const manifest: Manifest = {
  id: '${id}',
  label: '${label}',
  description: 'Messages to an account on ${label}.',
  kind: '${kind}',
  // TO WRITE: the hosts that it speaks to
  hosts: [],
  settings: [
    {
      key: 'webhookSecret',
      kind: 'text',
      label: 'Webhook secret',
      description: 'What ${label} signs its requests with.',
      secret: true,
    },
  ],
  // TO WRITE: what can be sent, once there is a send.ts
  capabilities: { private: silent },
  visibility: 'PRIVATE',
  resend: 'unsafe',
};
`;

const webhookOf = ({
  id,
  label,
}: NewConnector) => `import { createHmac, timingSafeEqual } from 'node:crypto';
import type { InboundWebhook } from '../kit/connector';

// TO WRITE: how ${label} signs; this is the commonest way, a hexadecimal HMAC-SHA256 of the body
export const SIGNATURE = 'x-${id}-signature';

export const webhook: InboundWebhook = {
  verify({ headers, body }, { settings: { webhookSecret } }) {
    const given = headers[SIGNATURE];
    if (typeof webhookSecret !== 'string' || webhookSecret === '' || typeof given !== 'string') {
      return false;
    }
    const expected = createHmac('sha256', webhookSecret).update(body).digest();
    const signature = Buffer.from(given, 'hex');
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  },
};
`;

const normaliseOf = ({ label }: NewConnector) => `import { z } from 'zod';
import type { RawDelivery } from '../kit/connector';
import type { InboundItem } from '../kit/item';
import { readJson } from '../kit/json-body';

// TO WRITE: the shape of what ${label} sends, from its documentation
const event = z.object({
  id: z.string(),
  thread: z.string(),
  from: z.object({ id: z.string(), name: z.string().optional() }),
  text: z.string(),
  at: z.iso.datetime({ offset: true }),
});

const envelope = z.object({ events: z.array(z.unknown()) });

/** What it does not know gives nothing: platforms add kinds of events without notice. */
export function normalise({ body }: RawDelivery): InboundItem[] {
  const { data } = envelope.safeParse(readJson(body));
  return (data?.events ?? []).flatMap((given): InboundItem[] => {
    const { data: known } = event.safeParse(given);
    if (!known) return [];
    return [
      {
        type: 'message',
        threadKey: known.thread,
        externalId: known.id,
        direction: 'INBOUND',
        author: { externalId: known.from.id, displayName: known.from.name },
        sentAt: new Date(known.at),
        body: known.text,
      },
    ];
  });
}
`;

const indexOf = ({ name }: NewConnector) => `import { defineConnector } from '../kit/connector';
import { manifest } from './manifest';
import { normalise } from './normalise';
import { webhook } from './webhook';

export const ${name} = defineConnector({ manifest, webhook, normalise });
`;

const conformanceOf = ({ id }: NewConnector) => `import { createHmac } from 'node:crypto';
import type { ConformanceFacts } from '../kit/conformance/subject';
import { SIGNATURE } from './webhook';

export const conformance: ConformanceFacts = {
  account: { externalId: '${id}-account' },
  settings: { webhookSecret: 'a-secret-of-the-tests' },
  webhook: {
    sign: (body, { webhookSecret }) => ({
      [SIGNATURE]: createHmac('sha256', String(webhookSecret)).update(body).digest('hex'),
    }),
    secret: { key: 'webhookSecret', other: 'a-secret-of-another-account' },
    headers: [SIGNATURE],
    staleAfter: null,
  },
  outbound: null,
};
`;

const behaviourOf = ({
  label,
}: NewConnector) => `# ${label}: how it behaves, and what Parley makes of it

TO WRITE: what was read or tried, and when

## Coming in

TO WRITE: how requests are signed and repeated, what names a message, a person and a conversation, what comes out of order

## Going out

TO WRITE: what can be sent and until when, its limits, and how an unknown outcome is looked for

## Not there

TO WRITE: what the platform does not allow, and what this connector does not do
`;
