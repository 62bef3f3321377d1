import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { SecretKeyConfig } from '../config/secret-key';
import { readKeyFile, readOrMakeKeyFile } from './key-file';

/** The row that a secret belongs to: its ciphertext means nothing in any other. */
export interface SecretOwner {
  workspaceId: string;
  /** UUID of the row. */
  rowId: string;
}

/** Raised for a ciphertext that no key at hand opens; the message tells an operator what to do. */
export class SecretUnreadable extends Error {}

const ALGORITHM = 'aes-256-gcm';
/** First byte of a ciphertext, in case that its form ever changes. */
const FORM = 1;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;

interface Key {
  /** Tells keys apart without telling anything of them. */
  id: Buffer;
  bytes: Buffer;
}

interface Keys {
  newest: Key;
  all: readonly Key[];
}

/**
 * Encrypts secrets that have to be stored and read again: with AES-256-GCM, bound to their row. The
 * id of the key stands in front, so that keys can be changed: the newest encrypts, all decrypt.
 *
 * Without PARLEY_SECRET_KEY there is a key file in the data directory, made when it is first needed.
 * One that is there decrypts even beside PARLEY_SECRET_KEY, so that the variable can be set later.
 */
export class SecretBox {
  private keys: Promise<Keys> | undefined;

  constructor(
    private readonly config: SecretKeyConfig,
    private readonly dataDir: string,
  ) {}

  /** The id of the key that encrypts; it stands behind the first byte of a ciphertext. */
  async newestKeyId(): Promise<Buffer> {
    return (await this.load()).newest.id;
  }

  /** The ciphertext to be stored. */
  async seal(secret: string, owner: SecretOwner): Promise<Buffer> {
    const { newest } = await this.load();
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, newest.bytes, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(bindingOf(owner));
    const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(FORM), newest.id, nonce, cipher.getAuthTag(), body]);
  }

  /**
   * The secret in a ciphertext.
   * @throws SecretUnreadable when its key is not at hand, or when it is damaged or another row's.
   */
  async open(sealed: Buffer, owner: SecretOwner): Promise<string> {
    if (sealed[0] !== FORM || sealed.length < HEAD_BYTES) {
      throw new SecretUnreadable('A stored secret is damaged, or was written by a newer Parley.');
    }
    const [id, nonce, tag] = cut(sealed.subarray(1), KEY_ID_BYTES, NONCE_BYTES, TAG_BYTES);
    const { all } = await this.load();
    const key = all.find((it) => it.id.equals(id!));
    if (!key) throw unknownKey(id!, all);
    const decipher = createDecipheriv(ALGORITHM, key.bytes, nonce!, { authTagLength: TAG_BYTES });
    decipher.setAAD(bindingOf(owner)).setAuthTag(tag!);
    try {
      const body = decipher.update(sealed.subarray(HEAD_BYTES));
      return Buffer.concat([body, decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new SecretUnreadable('A stored secret is damaged, or is that of another row.', {
        cause,
      });
    }
  }

  /**
   * Keys for another purpose than encryption, one for each key at hand: the first is for making, all
   * are for checking.
   */
  async deriveKeys(purpose: string): Promise<Buffer[]> {
    const { all } = await this.load();
    return all.map(({ bytes }) => Buffer.from(hkdfSync('sha256', bytes, '', purpose, 32)));
  }

  private load(): Promise<Keys> {
    this.keys ??= this.read();
    // a file that could not be read now may be there the next time
    this.keys.catch(() => (this.keys = undefined));
    return this.keys;
  }

  private async read(): Promise<Keys> {
    const { key, previous } = this.config;
    const file = key ? await readKeyFile(this.dataDir) : await readOrMakeKeyFile(this.dataDir);
    const newest = keyOf(key ?? file!);
    return { newest, all: [newest, ...previous.map(keyOf), ...(file ? [keyOf(file)] : [])] };
  }
}

function keyOf(bytes: Buffer): Key {
  const digest = createHash('sha256').update('parley secret key').update(bytes).digest();
  return { id: digest.subarray(0, KEY_ID_BYTES), bytes };
}

function bindingOf({ workspaceId, rowId }: SecretOwner): Buffer {
  return Buffer.from(`${workspaceId}/${rowId}`);
}

function cut(bytes: Buffer, ...lengths: number[]): Buffer[] {
  let from = 0;
  return lengths.map((length) => bytes.subarray(from, (from += length)));
}

function unknownKey(id: Buffer, known: readonly Key[]): SecretUnreadable {
  const ids = known.map((key) => key.id.toString('hex')).join(', ');
  return new SecretUnreadable(
    `A stored secret was encrypted with the key ${id.toString('hex')}, and this process has ${ids}: give all processes the same PARLEY_SECRET_KEY, and earlier keys in PARLEY_SECRET_KEY_PREVIOUS.`,
  );
}
