import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SecretBox } from '../secrets/secret-box';

/** What a link leads to. */
export interface LinkTarget {
  workspaceId: string;
  /** UUID of the attachment. */
  attachmentId: string;
}

/** What the keys of links are derived for. */
const PURPOSE = 'parley file links';
const UUID_BYTES = 16;
const TARGET_BYTES = UUID_BYTES * 2 + 4;
const SIGNATURE_BYTES = 16;
/** Links of the same quarter of an hour are the same, so that browsers can keep what they lead to. */
const STEP_SECONDS = 900;
/** A link works for at least an hour. */
const LIFE_SECONDS = 3_600;

/**
 * Links to files: whoever has one can read the file until it expires, about an hour later. Nothing is
 * stored for them; they are signed with a key that is derived from the newest secret key.
 */
export class FileLinks {
  private keys: Promise<Buffer[]> | undefined;

  constructor(
    private readonly secrets: SecretBox,
    private readonly clock: () => Date,
  ) {}

  /** The part of a URL that stands for a file from now on. */
  async tokenOf({ workspaceId, attachmentId }: LinkTarget): Promise<string> {
    const seconds = Math.floor(this.clock().getTime() / 1_000);
    const expires = (Math.ceil(seconds / STEP_SECONDS) + 1) * STEP_SECONDS + LIFE_SECONDS;
    const target = Buffer.alloc(TARGET_BYTES);
    bytesOf(workspaceId).copy(target, 0);
    bytesOf(attachmentId).copy(target, UUID_BYTES);
    target.writeUInt32BE(expires, UUID_BYTES * 2);
    const [key] = await this.load();
    return Buffer.concat([target, sign(key!, target)]).toString('base64url');
  }

  /** What a token leads to; null for one that was not made here, or is over. */
  async read(token: string): Promise<(LinkTarget & { expires: Date }) | null> {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== TARGET_BYTES + SIGNATURE_BYTES) return null;
    const target = bytes.subarray(0, TARGET_BYTES);
    const signature = bytes.subarray(TARGET_BYTES);
    const keys = await this.load();
    if (!keys.some((key) => timingSafeEqual(sign(key, target), signature))) return null;
    const expires = new Date(target.readUInt32BE(UUID_BYTES * 2) * 1_000);
    if (expires <= this.clock()) return null;
    return {
      workspaceId: uuidOf(target.subarray(0, UUID_BYTES)),
      attachmentId: uuidOf(target.subarray(UUID_BYTES, UUID_BYTES * 2)),
      expires,
    };
  }

  private load(): Promise<Buffer[]> {
    this.keys ??= this.secrets.deriveKeys(PURPOSE);
    this.keys.catch(() => (this.keys = undefined));
    return this.keys;
  }
}

function sign(key: Buffer, target: Buffer): Buffer {
  return createHmac('sha256', key).update(target).digest().subarray(0, SIGNATURE_BYTES);
}

function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
