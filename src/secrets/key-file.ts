import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../config/config';
import { parseSecretKey } from '../config/secret-key';

/** Name of the key file in the data directory. */
const KEY_FILE = 'secret.key';

/** The key of the data directory; null where there is none yet. */
export async function readKeyFile(dataDir: string): Promise<Buffer | null> {
  const path = join(dataDir, KEY_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusable(path, error);
  }
  try {
    return parseSecretKey(text.trim());
  } catch (error) {
    throw unusable(path, error);
  }
}

/**
 * The key of the data directory, made if there is none. However many processes ask for it at once,
 * all get the same: the file comes into being with its whole content, and only once.
 */
export async function readOrMakeKeyFile(dataDir: string): Promise<Buffer> {
  const known = await readKeyFile(dataDir);
  if (known) return known;
  const path = join(dataDir, KEY_FILE);
  const draft = `${path}.${randomUUID()}`;
  try {
    await mkdir(dataDir, { recursive: true });
    await writeDurably(draft, `${randomBytes(32).toString('base64')}\n`);
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(path, error);
  } finally {
    await rm(draft, { force: true });
  }
  return (await readKeyFile(dataDir))!;
}

/** Whatever is encrypted with it would be lost with it, so it has to survive a loss of power. */
async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function unusable(path: string, cause: unknown): ConfigError {
  const { message } = cause as Error;
  return new ConfigError(
    `The key file for stored secrets can't be used (${path}: ${message}). Mend it, or set PARLEY_SECRET_KEY.`,
    { cause },
  );
}
