import { isUtf8 } from 'node:buffer';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { Unreadable } from '../kit/errors';
import { readJson } from '../kit/json-body';

/** A file that somebody sent with a form. */
export interface PostedFile {
  field: string;
  fileName: string;
  contentType: string;
  bytes: Buffer;
  /** Whether it was larger than what is read. */
  isCut: boolean;
}

/** What a form was sent with. */
export interface Post {
  /** Of fields that come several times the last one counts. */
  fields: ReadonlyMap<string, unknown>;
  files: readonly PostedFile[];
}

/** How much of a form is read. */
export interface PostLimits {
  files: number;
  fileBytes: number;
}

/** A request that is no form, or is broken. */
export class BadPost extends Error {
  constructor(
    readonly status: 400 | 415,
    message: string,
  ) {
    super(message);
  }
}

const MOST_FIELDS = 200;
const LARGEST_FIELD = 256 * 1024;

/**
 * Reads a form, in the three ways in which the web sends them.
 * @throws BadPost with what is wrong.
 */
export async function readPost(
  body: Buffer,
  contentType: string | undefined,
  limits: PostLimits,
): Promise<Post> {
  switch (mediaTypeOf(contentType)) {
    case 'application/json':
      return { fields: readObject(body), files: [] };
    case 'application/x-www-form-urlencoded':
      return { fields: readPairs(body), files: [] };
    case 'multipart/form-data':
      return readParts(body, contentType!, limits);
    default:
      throw new BadPost(
        415,
        'Send the form as application/json, application/x-www-form-urlencoded or multipart/form-data.',
      );
  }
}

/** The bare media type. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]!.trim().toLowerCase();
}

function readObject(body: Buffer): Map<string, unknown> {
  const value = attempt(() => readJson(body));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadPost(400, 'The body must be a JSON object with a member for each answer.');
  }
  return new Map(Object.entries(value));
}

function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Unreadable ? new BadPost(400, error.message) : error;
  }
}

function readPairs(body: Buffer): Map<string, unknown> {
  if (!isUtf8(body)) throw new BadPost(400, 'The body is not valid UTF-8.');
  const pairs = [...new URLSearchParams(body.toString())];
  if (pairs.length > MOST_FIELDS) throw tooMany();
  return new Map(pairs);
}

function readParts(body: Buffer, contentType: string, limits: PostLimits): Promise<Post> {
  return new Promise((resolve, reject) => {
    const fields = new Map<string, unknown>();
    const files: PostedFile[] = [];
    const broken = () => reject(new BadPost(400, 'The body is not valid multipart/form-data.'));
    const parser = begin(contentType, limits);
    if (!parser) return broken();
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('file', (field, stream, fileName, _encoding, type) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', broken);
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks);
        // a browser sends an input without a file as a part without a name
        if (!fileName && bytes.length === 0) return;
        const { truncated: isCut } = stream;
        files.push({ field, fileName, contentType: type, bytes, isCut });
      });
    });
    parser.on('fieldsLimit', () => reject(tooMany()));
    parser.on('partsLimit', () => reject(tooMany()));
    parser.on('error', broken);
    parser.on('finish', () => resolve({ fields, files }));
    parser.end(body);
  });
}

/** Null where the type does not say how parts are told apart. */
function begin(contentType: string, { files, fileBytes }: PostLimits): BusboyInstance | null {
  const headers: BusboyHeaders = { 'content-type': contentType };
  // a file more than is allowed, so that it is seen that there is one
  const most = { files: files + 1, fields: MOST_FIELDS, parts: MOST_FIELDS + files + 20 };
  const sizes = { fieldSize: LARGEST_FIELD, fileSize: fileBytes, headerPairs: 50 };
  try {
    return new Busboy({ headers, limits: { ...most, ...sizes } });
  } catch {
    return null;
  }
}

function tooMany(): BadPost {
  return new BadPost(400, `The form must have at most ${MOST_FIELDS} fields.`);
}
