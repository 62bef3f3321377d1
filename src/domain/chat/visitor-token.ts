import { randomBytes } from 'node:crypto';
import { VISITOR_PREFIX } from '../../auth/authenticate';

const UUID_BYTES = 16;
const SECRET_BYTES = 32;
const FORM = new RegExp(`^${VISITOR_PREFIX}([\\w-]{86})$`);

/** Where the session of a token is kept. */
export interface SessionKey {
  workspaceId: string;
  sessionId: string;
}

/**
 * A new token of an anonymous visitor. It holds the ids, so that the session is found inside its
 * workspace by its primary key; what makes it a secret is the rest.
 */
export function newVisitorToken({ workspaceId, sessionId }: SessionKey): string {
  const bytes = [uuidBytes(workspaceId), uuidBytes(sessionId), randomBytes(SECRET_BYTES)];
  return VISITOR_PREFIX + Buffer.concat(bytes).toString('base64url');
}

/** The session that a token claims to be of; the caller compares the hash of the whole. */
export function sessionOfToken(token: string): SessionKey | null {
  const [, text] = FORM.exec(token) ?? [];
  if (text === undefined) return null;
  const bytes = Buffer.from(text, 'base64url');
  return {
    workspaceId: uuidText(bytes.subarray(0, UUID_BYTES)),
    sessionId: uuidText(bytes.subarray(UUID_BYTES, 2 * UUID_BYTES)),
  };
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidText(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
