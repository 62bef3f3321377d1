import { z } from 'zod';
import type { Account, ConnectorContext } from '../kit/connector';
import { ReconnectNeeded } from '../kit/errors';
import { read } from './lexicon';
import { asksForToken, callXrpc, changesOf, kitErrorOf, XrpcRefusal, type XrpcCall } from './xrpc';

type Settings = Readonly<Record<string, unknown>>;

const opened = z.looseObject({
  did: z.string(),
  handle: z.string(),
  accessJwt: z.string(),
  refreshJwt: z.string(),
  active: z.boolean().optional(),
  status: z.string().optional(),
  didDoc: z
    .looseObject({
      service: z.array(z.looseObject({ id: z.string(), serviceEndpoint: z.unknown() })).optional(),
    })
    .optional()
    .catch(undefined),
});
type Opened = z.infer<typeof opened>;

/** Signs in with the app password and finds out whose account it is. */
export async function connect(context: ConnectorContext): Promise<Account> {
  const session = await createSession(context, context.channel.settings);
  return { externalId: session.did, name: session.handle, settings: keptOf(session, context) };
}

/** Whether the session still works. */
export async function probe(context: ConnectorContext): Promise<void> {
  const state = (await openSession(context).call({
    method: 'com.atproto.server.getSession',
  })) as Partial<Opened>;
  requireActive(state);
}

/** Ends the session; that it has ended already is just as well. */
export async function disconnect(context: ConnectorContext): Promise<void> {
  const { settings } = context.channel;
  try {
    await callXrpc(context.http, serverOf(settings), {
      method: 'com.atproto.server.deleteSession',
      json: null,
      token: text(settings.refreshJwt),
      changes: false,
    });
  } catch (error) {
    if (!(error instanceof XrpcRefusal)) throw error;
    if (!asksForToken(error)) throw kitErrorOf(error, context.clock(), false);
  }
}

/** Calls in the account's name. */
export interface Session {
  /** Gives the answer. @throws as the kit's `errors.ts` says. */
  call(call: Omit<XrpcCall, 'token'>): Promise<unknown>;
  /** The same, but null where the other side refuses in a way that the caller expects. */
  callUnless(
    expected: (refusal: XrpcRefusal) => boolean,
    call: Omit<XrpcCall, 'token'>,
  ): Promise<unknown>;
}

export function openSession(context: ConnectorContext): Session {
  let settings: Settings = context.channel.settings;

  async function send(call: Omit<XrpcCall, 'token'>) {
    const token = text(settings.accessJwt);
    try {
      return await callXrpc(context.http, serverOf(settings), { ...call, token });
    } catch (error) {
      if (!(error instanceof XrpcRefusal && asksForToken(error))) throw error;
    }
    // the token was refused before anything was done, so the same again does no harm
    settings = await renew(context, token);
    const renewed = { ...call, token: text(settings.accessJwt) };
    return callXrpc(context.http, serverOf(settings), renewed);
  }

  async function callUnless(
    expected: (refusal: XrpcRefusal) => boolean,
    call: Omit<XrpcCall, 'token'>,
  ) {
    try {
      return read(z.looseObject({}), (await send(call)).json(), changesOf(call));
    } catch (error) {
      if (!(error instanceof XrpcRefusal)) throw error;
      if (expected(error)) return null;
      throw kitErrorOf(error, context.clock(), changesOf(call));
    }
  }

  return { callUnless, call: (call) => callUnless(() => false, call) };
}

/**
 * A new access token for all processes at once, from the refresh token; only when that is refused
 * too with the app password, of which Bluesky allows few uses a day.
 * @param refused the token that is no good
 */
async function renew(context: ConnectorContext, refused: string): Promise<Settings> {
  return context.renewSettings(async (settings) => {
    if (text(settings.accessJwt) !== refused) return null;
    const session =
      (await refreshSession(context, settings)) ?? (await createSession(context, settings));
    if (session.did !== context.channel.externalId) {
      throw new ReconnectNeeded('The user name belongs to another account now.');
    }
    return keptOf(session, context);
  });
}

async function refreshSession(
  context: ConnectorContext,
  settings: Settings,
): Promise<Opened | null> {
  try {
    const response = await callXrpc(context.http, serverOf(settings), {
      method: 'com.atproto.server.refreshSession',
      json: null,
      token: text(settings.refreshJwt),
      changes: false,
    });
    return requireActive(read(opened, response.json()));
  } catch (error) {
    if (!(error instanceof XrpcRefusal)) throw error;
    if (asksForToken(error)) return null;
    throw kitErrorOf(error, context.clock(), false);
  }
}

async function createSession(context: ConnectorContext, settings: Settings): Promise<Opened> {
  const { identifier, appPassword } = settings;
  try {
    const response = await callXrpc(context.http, text(settings.service), {
      method: 'com.atproto.server.createSession',
      json: { identifier: text(identifier).replace(/^@/, ''), password: appPassword },
      changes: false,
    });
    return requireActive(read(opened, response.json()));
  } catch (error) {
    if (!(error instanceof XrpcRefusal)) throw error;
    if (error.code === 'AuthenticationRequired') {
      throw new ReconnectNeeded('Bluesky does not accept the user name or the app password.', {
        cause: error,
      });
    }
    throw kitErrorOf(error, context.clock(), false);
  }
}

function requireActive<T extends Partial<Opened>>(session: T): T {
  if (session.active !== false) return session;
  throw new ReconnectNeeded(`The account is ${session.status ?? 'not active'}.`);
}

function keptOf(session: Opened, context: ConnectorContext): Record<string, unknown> {
  const { accessJwt, refreshJwt } = session;
  return { accessJwt, refreshJwt, server: homeOf(session, text(context.channel.settings.service)) };
}

/**
 * The server that holds the account. bsky.social only signs people in and passes the rest on, so
 * Bluesky's own servers are spoken to directly; others only where the settings name them.
 */
function homeOf({ didDoc }: Opened, service: string): string {
  const home = didDoc?.service?.find(({ id }) => id.endsWith('#atproto_pds'))?.serviceEndpoint;
  if (typeof home !== 'string' || !URL.canParse(home)) return service;
  const { protocol, hostname, origin } = new URL(home);
  return protocol === 'https:' && hostname.endsWith('.host.bsky.network') ? origin : service;
}

export function serverOf(settings: Settings): string {
  return text(settings.server) || text(settings.service);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
