import {
  OutcomeUnknown,
  ReconnectNeeded,
  Rejected,
  RetryLater,
} from '../../../src/connectors/kit/errors';
import type { ConnectorRequest, ConnectorResponse } from '../../../src/connectors/kit/http';
import { openGraph, type GraphCall } from '../../../src/connectors/meta/graph';

interface Told {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
}

/** A platform that answers in order, and keeps what it was asked. */
function platform(...answers: Told[]) {
  const asked: ConnectorRequest[] = [];
  const graph = openGraph({
    http: {
      request(request) {
        asked.push(request);
        const { status = 200, headers = {}, json = {} } = answers.shift()!;
        const body = Buffer.from(JSON.stringify(json));
        const response: ConnectorResponse = { status, headers, body, json: () => json };
        return Promise.resolve(response);
      },
    },
    clock: () => new Date('2026-11-25T12:00:00Z'),
    apiUrl: 'https://graph.facebook.com/',
    token: 'token-1',
    appSecret: 'app-secret-1',
  });
  return { asked, graph };
}

function refusal(code: number, subcode?: number, told: Record<string, unknown> = {}): unknown {
  return {
    error: { message: 'No', type: 'OAuthException', code, error_subcode: subcode, ...told },
  };
}

/** What a call throws that is answered so. */
async function failure(answer: Told, call: Partial<GraphCall> = {}): Promise<unknown> {
  const { graph } = platform({ status: 400, ...answer });
  return graph.call({ path: 'me/messages', method: 'POST', ...call }).then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

test('a call bears the token in a header and the proof of the secret in the query', async () => {
  const { graph, asked } = platform({ json: { id: '1' } });
  expect(await graph.call({ path: '1/posts', params: { limit: 5 } })).toEqual({ id: '1' });
  const url = new URL(asked[0]!.url);
  expect(`${url.origin}${url.pathname}`).toBe('https://graph.facebook.com/v23.0/1/posts');
  expect(url.searchParams.get('limit')).toBe('5');
  // printf token-1 | openssl dgst -sha256 -hmac app-secret-1
  expect(url.searchParams.get('appsecret_proof')).toBe(
    'af8bc814b4f71da72a826efceba0898adc984158737a896bf8a58586b59876e9',
  );
  expect(url.href).not.toContain('token-1');
  expect(asked[0]!.headers).toMatchObject({ authorization: 'Bearer token-1' });
  expect(asked[0]!.bucket).toBe('graph');
});

describe('a refusal', () => {
  test.each([
    [190, 463],
    [190, 460],
    [190, undefined],
    [102, undefined],
    [10, undefined],
    [200, undefined],
    [230, undefined],
    [368, undefined],
  ])('%s/%s asks a person to connect again', async (code, subcode) => {
    expect(await failure({ json: refusal(code, subcode) })).toBeInstanceOf(ReconnectNeeded);
  });

  test.each([
    [10, 2018278, 'WINDOW_CLOSED'],
    [551, undefined, 'RECIPIENT_UNAVAILABLE'],
    [551, 1545041, 'RECIPIENT_UNAVAILABLE'],
    [100, 2018001, 'RECIPIENT_UNKNOWN'],
    [100, 33, 'META_100'],
  ])('%s/%s is final, as %s', async (code, subcode, name) => {
    const error = await failure({ json: refusal(code, subcode) });
    expect(error).toBeInstanceOf(Rejected);
    expect(error).toMatchObject({ code: name });
  });

  test.each([4, 17, 32, 613, 80006])('%s waits as long as Meta says', async (code) => {
    const usage = { '1': [{ call_count: 100, estimated_time_to_regain_access: 3 }] };
    const headers = { 'x-business-use-case-usage': JSON.stringify(usage) };
    const error = await failure({ headers, json: refusal(code) });
    expect(error).toBeInstanceOf(RetryLater);
    expect(error).toMatchObject({ afterSeconds: 180 });
    expect(await failure({ json: refusal(code) })).toMatchObject({ afterSeconds: undefined });
  });

  test('that may pass is tried again, but is uncertain where Meta failed while it changed something', async () => {
    for (const code of [1, 2, 1200]) {
      expect(await failure({ json: refusal(code) })).toBeInstanceOf(RetryLater);
      const failed = { status: 500, json: refusal(code) };
      expect(await failure(failed)).toBeInstanceOf(OutcomeUnknown);
      expect(await failure(failed, { method: 'GET' })).toBeInstanceOf(RetryLater);
      expect(await failure(failed, { changes: false })).toBeInstanceOf(RetryLater);
    }
    expect(await failure({ status: 502, json: null })).toBeInstanceOf(OutcomeUnknown);
    expect(await failure({ json: refusal(7, 0, { is_transient: true }) })).toBeInstanceOf(
      RetryLater,
    );
  });

  test('of what may have been done nevertheless is looked for first', async () => {
    const comment = { maybeDone: true };
    for (const code of [20, 100, 1]) {
      expect(await failure({ json: refusal(code, 1772107) }, comment)).toBeInstanceOf(
        OutcomeUnknown,
      );
    }
    expect(await failure({ json: refusal(190) }, comment)).toBeInstanceOf(ReconnectNeeded);
    expect(await failure({ json: refusal(4) }, comment)).toBeInstanceOf(RetryLater);
  });

  test('counts even with status 200, and null is given where the caller expects it', async () => {
    expect(await failure({ status: 200, json: refusal(100) })).toBeInstanceOf(Rejected);
    const { graph } = platform({ status: 404, json: refusal(100, 33) });
    const isGone = ({ subcode }: { subcode: number }) => subcode === 33;
    expect(await graph.callUnless(isGone, { path: '7' })).toBeNull();
  });

  test('is told in Meta’s words for people', async () => {
    const json = refusal(100, 0, { error_user_msg: 'Try less.', error_data: { details: 'Why.' } });
    expect(await failure({ json })).toMatchObject({ message: 'Meta refused: Try less. Why.' });
    expect(
      await failure({ json: refusal(100, 0, { message: 'Invalid appsecret_proof' }) }),
    ).toBeInstanceOf(ReconnectNeeded);
  });
});

describe('a list', () => {
  async function read(...answers: Told[]) {
    const { graph, asked } = platform(...answers);
    const pages: unknown[][] = [];
    for await (const page of graph.pages({ path: '1/comments', params: { fields: 'id' } })) {
      pages.push([...page]);
    }
    return {
      pages,
      queries: asked.map(({ url }) => Object.fromEntries(new URL(url).searchParams)),
    };
  }
  const page = (data: unknown[], paging?: unknown): Told => ({ json: { data, paging } });

  test('is read page after page, until no next one is named', async () => {
    const next = 'https://graph.facebook.com/v23.0/1/comments?access_token=t&limit=25&after=b';
    const { pages, queries } = await read(
      page([1, 2], { cursors: { before: 'a', after: 'b' }, next }),
      page([3], { cursors: { before: 'c', after: 'c' } }),
    );
    expect(pages).toEqual([[1, 2], [3]]);
    expect(queries[1]).toMatchObject({ fields: 'id', after: 'b', limit: '25' });
    expect(queries[1]).not.toHaveProperty('access_token');
  });

  test('that goes by time is read by what the next address asks, without following it', async () => {
    const next = 'https://elsewhere.example/?until=1700000000&__paging_token=p';
    const { pages, queries } = await read(page([1], { next }), page([]));
    expect(pages).toEqual([[1], []]);
    expect(queries[1]).toMatchObject({ until: '1700000000', __paging_token: 'p' });
  });

  test('whose next page is the same ends', async () => {
    const paging = { cursors: { after: 'b' }, next: 'https://graph.facebook.com/?after=b' };
    const { pages } = await read(page([1], paging), page([2], paging));
    expect(pages).toEqual([[1], [2]]);
  });
});
