/** The file of a form `multipart/form-data`, which is small enough to be looked through as it is. */
export function readUpload(
  type: string,
  body: Buffer,
): { bytes: Buffer; contentType: string } | null {
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  if (boundary === undefined) return null;
  const parts = body.toString('latin1').split(`--${boundary}`);
  for (const part of parts) {
    const end = part.indexOf('\r\n\r\n');
    const head = part.slice(0, Math.max(0, end));
    if (!/filename="/.test(head)) continue;
    const contentType = /content-type: *([^\r\n]+)/i.exec(head)?.[1] ?? 'application/octet-stream';
    return { bytes: Buffer.from(part.slice(end + 4, -2), 'latin1'), contentType };
  }
  return null;
}
