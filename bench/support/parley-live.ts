import type { Server } from './child';
import { ask } from './measure';
import { graphqlTarget } from './parley';
import type { Publication } from './publisher';
import { BenchError } from './run';

/** What follows the number in the body of each message. */
export const BODY_TAIL =
  'the parcel that you sent on Monday has still not come, and the driver says that it never left the depot at all.';

/** A frame with a message is longer than this, and one with a notice is shorter. */
export const LEAST_BYTES = 250;

/** The author of each message. */
export const AUTHOR = 'Ada Abara';

/** Where subscribers connect, and what they say first. */
export function parleySocket({ url }: Server, headers: Record<string, string>) {
  return {
    url: `${url.replace('http:', 'ws:')}/graphql`,
    init: { authorization: headers['authorization'] },
  };
}

/** Makes a channel through the API; gives its id. */
export async function makeChannel(server: Server): Promise<string> {
  const input = { kind: 'WEB_CHAT', name: 'Bench', externalId: 'bench', visibility: 'PRIVATE' };
  const target = graphqlTarget(
    server,
    `mutation ($input: ChannelCreateInput!) { channelCreate(input: $input) { channel { id } } }`,
    { input },
  );
  const text = (await ask(target)).toString();
  const id = /"id":"(chn_\w+)"/.exec(text)?.[1];
  if (id === undefined) throw new BenchError(`Parley made no channel: ${text.slice(0, 500)}`);
  return id;
}

const recordMessage = `
  mutation ($channelId: ID!, $input: MessageRecordInput!) {
    messageRecord(channelId: $channelId, input: $input) {
      outcome message { id } userErrors { code message }
    }
  }`;

/**
 * A message of a customer, recorded through the API.
 * @param thread tells conversations apart; the message's number may stand in it.
 * @param run tells runs over the same database apart.
 */
export function recording(
  server: Server,
  { channelId, run, thread }: { channelId: string; run: string; thread: string },
): Publication {
  const input = {
    threadKey: `${run}-${thread}`,
    externalId: `${run}-{{n}}`,
    direction: 'INBOUND',
    body: `Message {{n}} ${BODY_TAIL}`,
    sentAt: '{{now}}',
    customer: { externalId: `${run}-${thread}`, displayName: AUTHOR },
  };
  const { url, headers, body } = graphqlTarget(server, recordMessage, { channelId, input });
  return { url, headers, body: body!, accepted: '"outcome":"CREATED"' };
}
