/** What a browser shows by itself and can't be made to run anything. */
const shown = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'audio/mpeg',
  'audio/ogg',
  'audio/mp4',
  'audio/aac',
  'audio/wav',
  'audio/webm',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
]);

const UNKNOWN = 'application/octet-stream';

/** A declared media type without its parameters, in lower case; null where it is none. */
export function plainMediaType(declared: string | null | undefined): string | null {
  const [type = ''] = (declared ?? '').split(';');
  const plain = type.trim().toLowerCase();
  return /^[a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,60}$/.test(plain) ? plain : null;
}

/** How a file is given to browsers: what they show safely is shown, all else is only saved. */
export function servedAs(declared: string | null): { contentType: string; isShown: boolean } {
  const type = plainMediaType(declared);
  if (type && shown.has(type)) return { contentType: type, isShown: true };
  return { contentType: type === 'application/pdf' ? type : UNKNOWN, isShown: false };
}
