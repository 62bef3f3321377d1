import type { Call } from '../platform';

/** What a call says, whether as JSON, as a form, or as a form with files. */
export function fieldsOf(call: Call): { fields: Record<string, unknown>; hasFile: boolean } {
  const type = call.headers['content-type'] ?? '';
  const boundary = /multipart\/form-data;.*boundary="?([^";]+)"?/.exec(type)?.[1];
  if (!boundary) {
    return { fields: { ...Object.fromEntries(call.form), ...call.json }, hasFile: false };
  }
  const parts = call.body.toString('latin1').split(`--${boundary}`).slice(1, -1);
  const fields: Record<string, unknown> = {};
  let hasFile = false;
  for (const part of parts) {
    const [head = '', ...rest] = part.split('\r\n\r\n');
    const name = / name="([^"]+)"/.exec(head)?.[1];
    if (/ filename="/.test(head)) hasFile = true;
    else if (name) fields[name] = valueOf(rest.join('\r\n\r\n').replace(/\r\n$/, ''));
  }
  return { fields, hasFile };
}

function valueOf(latin: string): unknown {
  const text = Buffer.from(latin, 'latin1').toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function objectOf(value: unknown): Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}

/** The text of a value that should be one. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}
