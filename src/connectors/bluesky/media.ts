import { z } from 'zod';
import type { ConnectorContext } from '../kit/connector';
import { Rejected, RetryLater } from '../kit/errors';
import { serverOf } from './session';
import { callXrpc, kitErrorOf, XrpcRefusal } from './xrpc';

const DIRECTORY = 'https://plc.directory';
const IMAGES = 'https://cdn.bsky.app/img/feed_fullsize/plain';
const TIMEOUT = 60_000;

interface File {
  bytes: Buffer;
  contentType: string | null;
}

/**
 * The bytes of a file in somebody's post, as they were posted: from the account's own server, where
 * the author may be at home too, or else from the author's. Servers that Parley may not speak to are
 * stood in for by Bluesky's image service, which gives a smaller copy.
 * @param file its id is the author's and the content's
 */
export async function fetchMedia(
  file: { externalId: string | null; url: string | null },
  context: ConnectorContext,
  largestBytes: number,
): Promise<File> {
  const [did, cid] = (file.externalId ?? '').split('/');
  if (!did || !cid) throw new Rejected('FILE_GONE', 'It is not known where the file is.');
  const near = serverOf(context.channel.settings);
  const found = await blobFrom(near, { did, cid }, context, largestBytes);
  if (found) return found;
  const home = await homeOf(did, context);
  const far = home && (await blobFrom(home, { did, cid }, context, largestBytes));
  if (far) return far;
  const { http } = context;
  const copy = await http.request({
    ...{ url: `${IMAGES}/${did}/${cid}@jpeg`, timeout: TIMEOUT, largestAnswer: largestBytes },
    headers: { accept: 'image/*' },
  });
  if (copy.status === 200) return { bytes: copy.body, contentType: 'image/jpeg' };
  if (copy.status >= 500) throw new RetryLater(`Bluesky failed with ${copy.status}.`);
  throw new Rejected('FILE_GONE', 'The author’s server does not have the file.');
}

/** Null where the server does not have it, or may not be spoken to. */
async function blobFrom(
  server: string,
  params: { did: string; cid: string },
  context: ConnectorContext,
  largestBytes: number,
): Promise<File | null> {
  try {
    const { body, headers } = await callXrpc(context.http, server, {
      ...{ method: 'com.atproto.sync.getBlob', params },
      ...{ timeout: TIMEOUT, largestAnswer: largestBytes },
    });
    return { bytes: body, contentType: headers['content-type'] ?? null };
  } catch (error) {
    if (error instanceof Rejected) return null;
    if (!(error instanceof XrpcRefusal)) throw error;
    if (error.status < 429) return null;
    throw kitErrorOf(error, context.clock(), false);
  }
}

const directoryEntry = z.looseObject({
  service: z.array(z.looseObject({ id: z.string(), serviceEndpoint: z.string() })),
});

/** The server that holds somebody's account; null where the directory does not name one. */
async function homeOf(did: string, { http }: ConnectorContext): Promise<string | null> {
  if (!did.startsWith('did:plc:')) return null;
  const response = await http.request({ url: `${DIRECTORY}/${did}` });
  if (response.status >= 500) throw new RetryLater('The directory of accounts does not answer.');
  const entry = directoryEntry.safeParse(response.json());
  const services = entry.success ? entry.data.service : [];
  return services.find(({ id }) => id.endsWith('#atproto_pds'))?.serviceEndpoint ?? null;
}
