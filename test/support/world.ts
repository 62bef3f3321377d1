import type { Client } from './client';

/** What most tests begin with, made through the API. */

let serial = 0;

/** A text that no other call gives. */
export function unique(prefix: string): string {
  serial += 1;
  return `${prefix}-${serial}`;
}

/** Makes a channel; gives its id. */
export async function makeChannel(owner: Client, input: object = {}): Promise<string> {
  const { channelCreate } = await owner.query<{
    channelCreate: { channel: { id: string } | null; userErrors: object[] };
  }>(
    `mutation ($input: ChannelCreateInput!) {
      channelCreate(input: $input) { channel { id } userErrors { code message path } }
    }`,
    {
      input: {
        kind: 'X',
        name: 'Acme',
        externalId: unique('account'),
        visibility: 'PUBLIC',
        ...input,
      },
    },
  );
  if (!channelCreate.channel) throw new Error(JSON.stringify(channelCreate.userErrors));
  return channelCreate.channel.id;
}

/** What {@link recordMessage} gives back. */
export interface RecordedMessage {
  message: { id: string };
  conversation: { id: string; customer: { id: string } | null };
  outcome: string;
}

/** Records a message; whatever `input` leaves out is made up. */
export async function recordMessage(
  owner: Client,
  channelId: string,
  input: object = {},
): Promise<RecordedMessage> {
  const { messageRecord } = await owner.query<{
    messageRecord: RecordedMessage & { userErrors: object[] };
  }>(
    `mutation ($channelId: ID!, $input: MessageRecordInput!) {
      messageRecord(channelId: $channelId, input: $input) {
        outcome message { id } conversation { id customer { id } }
        userErrors { code message path }
      }
    }`,
    {
      channelId,
      input: {
        threadKey: unique('thread'),
        externalId: unique('message'),
        direction: 'INBOUND',
        body: 'Where is my parcel?',
        sentAt: '2026-02-01T10:00:00Z',
        customer: { externalId: unique('person') },
        ...input,
      },
    },
  );
  if (messageRecord.userErrors.length > 0) {
    throw new Error(JSON.stringify(messageRecord.userErrors));
  }
  return messageRecord;
}

/** Makes an API key with these scopes; gives its token and id. */
export async function makeKey(
  owner: Client,
  input: { scopes: string[]; channelIds?: string[]; expiresAt?: string },
): Promise<{ token: string; id: string }> {
  const { apiKeyCreate } = await owner.query<{
    apiKeyCreate: { token: string; apiKey: { id: string } | null; userErrors: object[] };
  }>(
    `mutation ($input: ApiKeyCreateInput!) {
      apiKeyCreate(input: $input) { token apiKey { id } userErrors { code message path } }
    }`,
    { input: { name: 'A key', ...input } },
  );
  if (!apiKeyCreate.apiKey) throw new Error(JSON.stringify(apiKeyCreate.userErrors));
  return { token: apiKeyCreate.token, id: apiKeyCreate.apiKey.id };
}
