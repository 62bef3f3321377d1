import { refusalOf, type ConnectorRefusal } from '../../connections/refusal';
import type { OpenChannel } from '../../connections/open-channel';
import type { Account, ConnectorContext } from '../../connectors/kit/connector';
import { DomainError, ErrorCode } from '../kit/errors';
import { globalId } from '../kit/ids';
import type { RequestContext } from '../kit/request-context';

/** How long a platform may take to let us in, in milliseconds. */
const LONGEST = 60_000;

const codes: Record<ConnectorRefusal['kind'], ErrorCode> = {
  RETRY_LATER: ErrorCode.UNAVAILABLE,
  RECONNECT: ErrorCode.INVALID_INPUT,
  REJECTED: ErrorCode.INVALID_INPUT,
};

/** An account that let us in, and the channel's settings with what was learnt there. */
export interface FoundAccount {
  account: Account;
  settings: Record<string, unknown>;
}

/**
 * Signs in with settings that are not stored yet.
 * @throws DomainError with the connector's words.
 */
export function askAccount(context: RequestContext, draft: OpenChannel): Promise<FoundAccount> {
  return asking(context, draft, async (connectorContext) => {
    const account = (await draft.connector.connect?.(connectorContext)) ?? {
      externalId: draft.channel.externalId || globalId('Channel', draft.channelId),
    };
    const { settings } = connectorContext.channel;
    return { account, settings: { ...settings, ...account.settings } };
  });
}

/**
 * Has the platform send what happens, where the connector can arrange that.
 * @throws DomainError with the connector's words.
 */
export async function askToRegister(context: RequestContext, draft: OpenChannel): Promise<void> {
  await asking(context, draft, (connectorContext) => draft.connector.register?.(connectorContext));
}

async function asking<T>(
  { connections, calledAt }: RequestContext,
  draft: OpenChannel,
  ask: (context: ConnectorContext) => T | Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(LONGEST);
  try {
    return await ask(connections.draftContext(draft, signal, calledAt));
  } catch (error) {
    const refusal = refusalOf(error, draft);
    if (!refusal) throw error;
    throw new DomainError(codes[refusal.kind], refusal.message, ['input', 'settings']);
  }
}

/** What comes before a command's transaction: its result, or the refusal that the command is to tell. */
export async function prepared<T>(prepare: () => Promise<T>): Promise<T | DomainError> {
  try {
    return await prepare();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}
