import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { Connections } from '../../connections/connections';
import type { OpenChannel } from '../../connections/open-channel';
import type { Question } from '../../connectors/kit/settings';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { uuidOf } from '../kit/ids';

/** What a web chat is set to. */
export interface ChatSettings {
  origins: readonly string[];
  allowAnonymous: boolean;
  signingSecret: string | null;
  welcome: string | null;
  intake: readonly Question[];
  /** How many messages one customer may send. */
  messagesPerMinute: number;
  /** What customers may send. */
  files: FileLimits;
}

export interface FileLimits {
  /** Media types, such as `image/png`, or `image/*`. */
  contentTypes: readonly string[];
  /** Of one file. */
  largestBytes: number;
  /** Of one message. */
  most: number;
}

/** Most files of one message. */
export const MOST_FILES = 10;
const MEGABYTE = 1024 * 1024;
/** Of channels that were connected before this could be set. */
const DEFAULT_MEGABYTES = 20;
const DEFAULT_MESSAGES = 30;

/** What finding a chat takes. */
export interface ChatFinding {
  connections: Connections;
  /** The workspace of a web chat's channel, by its UUID; null where there is none. */
  workspaceOf(channelId: string): Promise<string | null>;
}

/** Finds chats by their channel alone. A channel stays in its workspace, so that is looked up once. */
export function chatFinding(pool: Pool, connections: Connections): ChatFinding {
  const known = new LRUCache<string, string>({ max: 10_000 });
  return {
    connections,
    async workspaceOf(channelId) {
      const remembered = known.get(channelId);
      if (remembered !== undefined) return remembered;
      const [found] = await queryObjects<{ workspaceId: string }>(
        pool,
        sql`select find_chat_channel as "workspaceId" from find_chat_channel(${channelId}::uuid)`,
      );
      if (found) known.set(channelId, found.workspaceId);
      return found?.workspaceId ?? null;
    },
  };
}

/** The settings of a channel; what is missing closes it rather than opens it. */
export function chatSettings({ channel: { settings } }: OpenChannel): ChatSettings {
  const {
    origins,
    allowAnonymous,
    signingSecret,
    welcome,
    intake,
    fileTypes,
    largestFileMb,
    messagesPerMinute,
  } = settings;
  const megabytes = typeof largestFileMb === 'number' ? largestFileMb : DEFAULT_MEGABYTES;
  return {
    origins: Array.isArray(origins) ? (origins as string[]) : [],
    allowAnonymous: allowAnonymous === true,
    signingSecret: typeof signingSecret === 'string' ? signingSecret : null,
    welcome: typeof welcome === 'string' ? welcome : null,
    intake: Array.isArray(intake) ? (intake as Question[]) : [],
    messagesPerMinute: typeof messagesPerMinute === 'number' ? messagesPerMinute : DEFAULT_MESSAGES,
    files: {
      contentTypes: Array.isArray(fileTypes) ? (fileTypes as string[]) : ['*/*'],
      largestBytes: megabytes * MEGABYTE,
      most: megabytes === 0 ? 0 : MOST_FILES,
    },
  };
}

/** The web chat of a channel's id, `chn_…`, in whichever workspace; null where there is none that is open. */
export async function findChat(finding: ChatFinding, id: string): Promise<OpenChannel | null> {
  const channelId = uuidOf('Channel', id);
  const workspaceId = channelId && (await finding.workspaceOf(channelId));
  return workspaceId ? openChat(finding.connections, workspaceId, channelId) : null;
}

/** The web chat in its workspace; null where there is none that is open. */
export async function openChat(
  connections: Connections,
  workspaceId: string,
  channelId: string,
): Promise<OpenChannel | null> {
  const open = await connections.recall(workspaceId, channelId);
  const isChat = open?.connector.manifest.id === 'web-chat' && open.status !== 'DISCONNECTED';
  return isChat ? open : null;
}
