/** The parts of `at://did/collection/rkey`, the name of a record on the network. */
export interface AtUri {
  did: string;
  collection: string;
  rkey: string;
}

export const postCollection = 'app.bsky.feed.post';

export function parseAtUri(uri: string): AtUri | null {
  const match = /^at:\/\/(did:[a-z]+:[^/\s]+)\/([a-zA-Z0-9.-]+)\/([^/\s?#]+)$/.exec(uri);
  return match && { did: match[1]!, collection: match[2]!, rkey: match[3]! };
}

/** Whose record it is; null for what is none. */
export function ownerOf(uri: string): string | null {
  return parseAtUri(uri)?.did ?? null;
}

/** Where people see a post; null for records of other kinds. */
export function webUrlOf(uri: string): string | null {
  const parts = parseAtUri(uri);
  return parts?.collection === postCollection
    ? `https://bsky.app/profile/${parts.did}/post/${parts.rkey}`
    : null;
}
