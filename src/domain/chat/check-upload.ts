import type { Actor } from '../../auth/actor';
import type { Connections } from '../../connections/connections';
import { plainMediaType } from '../file/media-type';
import { chatSettings, openChat } from './chat-channel';

/** Why a chat doesn't take a file. */
export interface UploadRefusal {
  status: 403 | 413 | 415;
  message: string;
}

/** Whether a customer's chat takes a file of this type and size; null: it does. */
export async function refuseUpload(
  connections: Connections,
  { workspaceId, channelIds }: Actor,
  declaredType: string | undefined,
  byteSize: number,
): Promise<UploadRefusal | null> {
  const open = await openChat(connections, workspaceId, channelIds![0]!);
  const files = open && chatSettings(open).files;
  if (!files || files.most === 0) return { status: 403, message: 'This chat takes no files.' };
  const { contentTypes, largestBytes } = files;
  if (byteSize > largestBytes) {
    return { status: 413, message: `Must be at most ${largestBytes} bytes.` };
  }
  const type = plainMediaType(declaredType) ?? 'application/octet-stream';
  if (contentTypes.some((pattern) => isOf(type, pattern))) return null;
  const message = `Must be of one of these types: ${contentTypes.join(', ')}.`;
  return { status: 415, message };
}

function isOf(type: string, pattern: string): boolean {
  if (pattern === '*/*') return true;
  return pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}
