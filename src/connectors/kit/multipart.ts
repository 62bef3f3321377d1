import { randomBytes } from 'node:crypto';

/** A file in a form. */
export interface FormFile {
  fileName: string;
  contentType: string;
  bytes: Buffer;
}

/** A form with files, as `multipart/form-data`: what goes into a request of the kit's client. */
export function multipartForm(parts: Readonly<Record<string, string | FormFile>>): {
  headers: Record<string, string>;
  body: Buffer;
} {
  const boundary = `parley-${randomBytes(16).toString('hex')}`;
  const written = Object.entries(parts).flatMap(([name, part]) => {
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"`;
    if (typeof part === 'string') return [Buffer.from(`${head}\r\n\r\n${part}\r\n`)];
    const file = `; filename="${quoted(part.fileName)}"\r\ncontent-type: ${oneLine(part.contentType)}`;
    return [Buffer.from(`${head}${file}\r\n\r\n`), part.bytes, Buffer.from('\r\n')];
  });
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([...written, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

/** As browsers write names. */
function quoted(name: string): string {
  return name.replace(/\r\n|\r|\n/g, '%0D%0A').replaceAll('"', '%22');
}

function oneLine(value: string): string {
  return value.replace(/[\r\n]+/g, ' ');
}
