import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ChannelKind } from '../../src/domain/channel/kinds';
import type { InboundWebhook } from '../../src/connectors/kit/connector';
import { checks } from '../../src/connectors/kit/conformance/checks';
import { loadSubject } from '../../src/connectors/kit/conformance/load-subject';
import type { Subject } from '../../src/connectors/kit/conformance/subject';
import { connectors } from '../../src/connectors/registry';

/** What every connector has to do; the checks themselves are the kit's, so that its authors have them too. */

const folder = join(__dirname, '../../src/connectors');

test('every folder of a connector is registered under its name, and nothing else is', () => {
  const folders = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'kit')
    .filter(({ name }) => existsSync(join(folder, name, 'index.ts')))
    .map(({ name }) => name);
  expect(Object.keys(connectors).sort()).toEqual(folders.sort());
  for (const [id, { manifest }] of Object.entries(connectors)) {
    expect(manifest.id).toBe(id);
    expect(Object.keys(ChannelKind)).toContain(manifest.kind);
  }
});

describe.each(Object.keys(connectors))('%s', (id) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await loadSubject(connectors[id]!, folder);
  });

  test.each(checks.map((check) => [check.name, check] as const))('%s', async (_name, check) => {
    expect(await check.problems(subject)).toEqual([]);
  });
});

describe('the suite itself', () => {
  let good: Subject;
  beforeAll(async () => {
    good = await loadSubject(connectors['custom']!, folder);
  });

  /** The names of the checks that find something. */
  async function failing(subject: Subject): Promise<string[]> {
    const found: string[] = [];
    for (const check of checks) {
      if ((await check.problems(subject)).length > 0) found.push(check.name);
    }
    return found;
  }

  test('finds a connector that takes everything', async () => {
    const webhook = { ...good.connector.webhook!, verify: () => true };
    const found = await failing({ ...good, connector: { ...good.connector, webhook } });
    expect(found).toEqual([
      'refuses one flipped byte',
      'refuses a body that was read and written again',
      'refuses a request without, with a short or a strange signature',
      'refuses another account’s signature',
      'refuses everything while its secret is not set',
      'refuses what is old, and what comes from the future',
    ]);
  });

  test('finds one that signs what it has read instead of what came', async () => {
    const verify: InboundWebhook['verify'] = (request, channel) => {
      const body = Buffer.from(JSON.stringify(JSON.parse(request.body.toString())));
      const anew = Buffer.from('{ "text": "gr\\u00fc\\u00df dich", "n": 1.0 }');
      const same = JSON.stringify(JSON.parse(anew.toString())) === body.toString();
      return good.connector.webhook!.verify({ ...request, body: same ? anew : body }, channel);
    };
    const connector = { ...good.connector, webhook: { ...good.connector.webhook!, verify } };
    expect(await failing({ ...good, connector })).toEqual([
      'refuses a body that was read and written again',
    ]);
  });

  test('finds one that throws at what it does not know', async () => {
    const normalise = () => {
      throw new TypeError('Cannot read properties of undefined');
    };
    const found = await failing({
      ...good,
      fixtures: [],
      connector: { ...good.connector, normalise },
    });
    expect(found).toEqual([
      'has fixtures, each with the items that it says',
      'makes nothing of what it does not know, and says so of what it can’t read',
    ]);
  });

  test('finds one that takes every answer for a success', async () => {
    const send = () => Promise.resolve({ externalId: 'x' });
    const found = await failing({ ...good, connector: { ...good.connector, send } });
    expect(found).toEqual(['tells what may be tried again, what may not, and what is not known']);
  });

  test('finds a secret in the log', async () => {
    const send: typeof good.connector.send = (message, context) => {
      context.log.info({ settings: context.channel.settings }, 'sending');
      return good.connector.send!(message, context);
    };
    const found = await failing({ ...good, connector: { ...good.connector, send } });
    expect(found).toEqual(['speaks to its own hosts only, and never logs a secret']);
  });
});
