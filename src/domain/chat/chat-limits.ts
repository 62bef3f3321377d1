import type { Actor } from '../../auth/actor';
import type { Connections } from '../../connections/connections';
import { RateLimited } from '../kit/errors';
import { chatSettings, openChat } from './chat-channel';

/** What may be done in which time. */
interface Allowance {
  most: number;
  seconds: number;
}

/** Counts for all processes together; see SenderLimits. */
export interface Counters {
  /** Counts one; gives for how many seconds no more is taken, or null where this one is. */
  take(
    key: { workspaceId: string; channelId: string },
    subject: string,
    allowance: Allowance,
  ): Promise<number | null>;
}

/** How many sessions one network may open on one chat. */
export const NEW_SESSIONS: Allowance = { most: 20, seconds: 600 };

/** What customers do, by how much of it there may be. */
type Deed = 'WRITE' | 'UPLOAD' | 'SIGNAL';

const deeds: Record<string, Deed | undefined> = {
  chatStart: 'WRITE',
  chatMessageSend: 'WRITE',
  // guessing tokens is no faster than writing
  chatVisitorClaim: 'WRITE',
  upload: 'UPLOAD',
};

const MINUTE = 60;
const UPLOADS = 20;
/** Typing is said every few seconds, reading with each message. */
const SIGNALS = 120;
/** Of all customers of a chat together, so that many who act as one are held back too. */
const OF_CHANNEL: Record<Deed, number | null> = { WRITE: 3_000, UPLOAD: 600, SIGNAL: null };

/**
 * Holds customers back who do more than people do: each for themselves, then all of a chat.
 * @throws RateLimited when that is reached.
 */
export async function holdBack(
  { counters, connections }: { counters: Counters; connections: Connections },
  { workspaceId, id, channelIds }: Actor,
  name: string,
): Promise<void> {
  const channelId = channelIds![0]!;
  const deed = deeds[name] ?? 'SIGNAL';
  const key = { workspaceId, channelId };
  const own = await mostOf(connections, key, deed);
  const take = async (subject: string, most: number) => {
    const wait = await counters.take(key, `${deed} ${subject}`, { most, seconds: MINUTE });
    if (wait !== null) throw new RateLimited(wait);
  };
  await take(id, own);
  const { [deed]: together } = OF_CHANNEL;
  if (together !== null) await take('everybody', together);
}

async function mostOf(
  connections: Connections,
  { workspaceId, channelId }: { workspaceId: string; channelId: string },
  deed: Deed,
): Promise<number> {
  if (deed === 'SIGNAL') return SIGNALS;
  if (deed === 'UPLOAD') return UPLOADS;
  const open = await openChat(connections, workspaceId, channelId);
  // a chat that is closed says so itself
  return open ? chatSettings(open).messagesPerMinute : 1;
}
