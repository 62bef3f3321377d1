import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { failureBody } from './failures';

/** What the build made of src/widget: seen from the compiled server, and from its source. */
const places = ['../../widget/chat.js', '../../dist/widget/chat.js'];

interface Script {
  plain: Buffer;
  gzipped: Buffer;
  etag: string;
}

/** `GET /chat.js`: the bubble that a page of any origin puts up. */
export function chatScript(app: FastifyInstance): void {
  let script: Script | null = null;
  app.get('/chat.js', (request, reply) => {
    script ??= readScript();
    if (!script) {
      const message = 'The script is not there: it is made by `npm run build`.';
      return reply.code(404).send(failureBody('BAD_USER_INPUT', message));
    }
    void reply.headers({
      'content-type': 'text/javascript; charset=utf-8',
      // pages ask again after ten minutes, and mostly hear that it is the same
      'cache-control': 'public, max-age=600, stale-while-revalidate=86400',
      etag: script.etag,
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      // it is the same for everybody; pages that check its digest have to ask by CORS
      'access-control-allow-origin': '*',
    });
    const known = request.headers['if-none-match'] ?? '';
    if (
      known === '*' ||
      known.split(/,\s*/).some((tag) => tag.replace(/^W\//, '') === script!.etag)
    ) {
      return reply.code(304).send();
    }
    if (!/\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(request.headers['accept-encoding'] ?? '')) {
      return reply.send(script.plain);
    }
    return reply.header('content-encoding', 'gzip').send(script.gzipped);
  });
}

function readScript(): Script | null {
  const path = places.map((place) => join(__dirname, place)).find((place) => existsSync(place));
  if (path === undefined) return null;
  const plain = readFileSync(path);
  const digest = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  return { plain, gzipped: gzipSync(plain, { level: 9 }), etag: `"${digest}"` };
}
