import {
  OutcomeUnknown,
  ReconnectNeeded,
  Rejected,
  RetryLater,
  Unreadable,
} from '../connectors/kit/errors';
import { hushing } from './hush';
import type { OpenChannel } from './open-channel';

/** Why a connector could not do something. */
export interface ConnectorRefusal {
  kind: 'RETRY_LATER' | 'RECONNECT' | 'REJECTED';
  /** The connector's words, for people. */
  message: string;
}

/** What a connector threw, in words that can be shown; null for what is a fault of ours. */
export function refusalOf(error: unknown, open: OpenChannel): ConnectorRefusal | null {
  const kind = kindOf(error);
  if (kind === null) return null;
  const hush = hushing(open.connector.manifest, open.channel.settings);
  const { message } = error as Error;
  return { kind, message: isAbort(error) ? 'The platform did not answer in time.' : hush(message) };
}

function kindOf(error: unknown): ConnectorRefusal['kind'] | null {
  if (error instanceof ReconnectNeeded) return 'RECONNECT';
  if (error instanceof Rejected || error instanceof Unreadable) return 'REJECTED';
  if (error instanceof RetryLater || error instanceof OutcomeUnknown) return 'RETRY_LATER';
  return isAbort(error) ? 'RETRY_LATER' : null;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}
