import { rotateSecrets, sealedColumns } from '../../src/domain/secrets/rotate-secrets';
import { SecretBox } from '../../src/secrets/secret-box';
import { startTestApp, type TestApp } from '../support/app';
import { Bank, bank } from '../support/bank';
import { must } from '../support/call';
import { asOwner } from '../support/owner';
import { endProcesses, newDataDir, parley as command } from '../support/process';

let parley: TestApp;
let platform: Bank;
const [before, after] = ['ab'.repeat(32), 'cd'.repeat(32)];
const key = (text: string) => Buffer.from(text, 'hex');
const env = { PARLEY_SECRET_KEY: before, PARLEY_OUTGOING_ALLOW: '127.0.0.0/8' };

beforeAll(async () => {
  platform = await new Bank().open();
});
afterAll(async () => {
  await platform.close();
  await endProcesses();
});
beforeEach(async () => {
  parley = await startTestApp(env, 'api', { connectors: { bank } });
  for (const workspace of ['one', 'two']) {
    const { owner } = await parley.workspace(workspace);
    for (const account of ['a', 'b']) {
      platform.passwords.set(account, 'password');
      const settings = { server: platform.url, account, password: 'password' };
      await must(
        owner,
        'channelConnect',
        { connector: 'bank', input: { settings } },
        'channel { id }',
      );
    }
    const input = { url: 'http://127.0.0.1:9/' };
    const { webhookEndpoint } = await must<{ webhookEndpoint: { id: string } }>(
      owner,
      'webhookEndpointCreate',
      { input },
      'webhookEndpoint { id }',
    );
    await must(owner, 'webhookEndpointRotateSecret', { id: webhookEndpoint.id }, 'secret');
  }
});
afterEach(async () => {
  expect(parley.faults.splice(0)).toEqual([]);
  await parley.close();
});

/** Two workspaces with two channels and one endpoint of two secrets each. */
const SECRETS = 8;

async function boxOf(newest: string, ...previous: string[]): Promise<SecretBox> {
  return new SecretBox({ key: key(newest), previous: previous.map(key) }, await newDataDir());
}

/** What every stored secret is, as a key opens it. */
async function opened(box: SecretBox): Promise<string[]> {
  const texts: string[] = [];
  for (const { table, column } of sealedColumns) {
    const rows = await asOwner<{ workspace_id: string; id: string; sealed: Buffer }>(
      parley,
      `select workspace_id, id, ${column} sealed from ${table} where ${column} is not null order by 1, 2`,
    );
    for (const { workspace_id: workspaceId, id: rowId, sealed } of rows) {
      texts.push(await box.open(sealed, { workspaceId, rowId }));
    }
  }
  return texts;
}

const go = new AbortController().signal;

test('every stored secret is encrypted with the newest key, and none is lost', async () => {
  const texts = await opened(await boxOf(before));
  const told: number[][] = [];
  const options = { system: parley.app.system, stop: go, batch: 1 };
  const rotated = await rotateSecrets({
    ...options,
    secrets: await boxOf(after, before),
    onProgress: (done, total) => told.push([done, total]),
  });
  expect(rotated).toEqual({ rotated: SECRETS, unreadable: [] });
  expect([told.at(0), told.at(-1)]).toEqual([
    [0, SECRETS],
    [SECRETS, SECRETS],
  ]);
  expect(await opened(await boxOf(after))).toEqual(texts);
  const again = await rotateSecrets({ ...options, secrets: await boxOf(after, before) });
  expect(again).toEqual({ rotated: 0, unreadable: [] });
});

test('one that is stopped goes on where it was', async () => {
  const stop = new AbortController();
  const options = { system: parley.app.system, secrets: await boxOf(after, before), batch: 1 };
  const stopped = rotateSecrets({
    ...options,
    stop: stop.signal,
    onProgress: (done) => done === 3 && stop.abort(),
  });
  await expect(stopped).rejects.toThrow();
  expect(await rotateSecrets({ ...options, stop: go })).toMatchObject({ rotated: SECRETS - 3 });
  expect(await opened(await boxOf(after))).toHaveLength(SECRETS);
});

test('what no key at hand opens stays as it is, and is told', async () => {
  const { rotated, unreadable } = await rotateSecrets({
    ...{ system: parley.app.system, secrets: await boxOf(after), stop: go },
  });
  expect([rotated, unreadable.length]).toEqual([0, SECRETS]);
  expect(await opened(await boxOf(before))).toHaveLength(SECRETS);
});

test('the command does it, and says what it did', async () => {
  const { code, stdout } = await command(['secrets', 'rotate'], {
    env: {
      DATABASE_URL: parley.database.url,
      PARLEY_DATA_DIR: await newDataDir(),
      PARLEY_SECRET_KEY: after,
      PARLEY_SECRET_KEY_PREVIOUS: before,
    },
  });
  expect([code, stdout]).toEqual([0, `${SECRETS} secrets were encrypted with the newest key.\n`]);
  expect(await opened(await boxOf(after))).toHaveLength(SECRETS);
}, 60_000);
