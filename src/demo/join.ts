import type { Simulation } from '../simulator/simulation';
import { allowed, type GraphClient, type UserError } from './graph-client';

interface Connected {
  userErrors: UserError[];
  channel: { id: string; webhookUrl: string } | null;
}

const CHANNEL = '{ channel { id webhookUrl } userErrors { message } }';

const CONNECT = `mutation ($connector: String!, $input: ChannelConnectInput!) {
  done: channelConnect(connector: $connector, input: $input) ${CHANNEL} }`;
const UPDATE = `mutation ($id: ID!, $input: ChannelUpdateInput!) {
  done: channelUpdate(id: $id, input: $input) ${CHANNEL} }`;

/**
 * Connects a channel to a simulated platform, or one that was connected at an earlier start to where
 * the platform is now; gives its id.
 * @param address of the server, as it can be reached from here.
 */
export async function joinPlatform(
  graph: GraphClient,
  simulation: Simulation<unknown>,
  address: string,
  known: string | undefined,
): Promise<string> {
  const { platform, settings } = simulation;
  const input = { settings };
  const { done } =
    known === undefined
      ? await graph.ask<{ done: Connected }>(CONNECT, {
          connector: platform.id,
          input: { ...input, name: `${platform.label} (simulated)` },
        })
      : await graph.ask<{ done: Connected }>(UPDATE, { id: known, input });
  const { id, webhookUrl } = allowed(done).channel!;
  // the address that others call may lead through the internet
  const { pathname } = new URL(webhookUrl);
  const url = `${address}${pathname.slice(pathname.indexOf('/webhooks/'))}`;
  const isRegistered = simulation.hooks.some((hook) => [url, webhookUrl].includes(hook.url));
  if (!isRegistered) await simulation.addHook({ url });
  return id;
}
