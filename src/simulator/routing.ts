import type { IncomingMessage } from 'node:http';
import type { Call, Route } from './platform';

/** The first of the routes that fits a request, and what stands for the names in its path. */
export function routeOf<State>(
  routes: readonly Route<State>[],
  method: string,
  path: string,
): { route: Route<State>; params: Record<string, string> } | null {
  for (const route of routes) {
    const params = route.method === method ? paramsOf(route.path, path) : null;
    if (params) return { route, params };
  }
  return null;
}

function paramsOf(pattern: string, path: string): Record<string, string> | null {
  const [names, parts] = [pattern.split('/'), path.split('/')];
  if (names.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [at, name] of names.entries()) {
    const part = parts[at]!;
    if (name.startsWith(':') && part !== '') params[name.slice(1)] = decoded(part);
    else if (name !== part) return null;
  }
  return params;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Reads a request. */
export async function readCall(request: IncomingMessage): Promise<Omit<Call, 'params'>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const { headers, method = 'GET', url = '/' } = request;
  const at = url.indexOf('?');
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
  const type = headers['content-type'] ?? '';
  const json = type.includes('json') ? jsonOf(body) : {};
  const form = new URLSearchParams(type.includes('urlencoded') ? body.toString() : '');
  const call = { method, path: at < 0 ? url : url.slice(0, at), query, headers, body, json, form };
  return { ...call, token: tokenOf(call) };
}

function jsonOf(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString());
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function tokenOf({
  headers,
  query,
  form,
  json,
}: Pick<Call, 'headers' | 'query' | 'form' | 'json'>): string | null {
  const [, bearer] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
  const inJson = json['access_token'];
  return (
    bearer ??
    query.get('access_token') ??
    form.get('access_token') ??
    (typeof inJson === 'string' ? inJson : null)
  );
}
