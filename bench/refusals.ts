import { randomBytes, randomUUID } from 'node:crypto';
import { request } from 'undici';
import { channelOfWebhookKey, newWebhookKey } from '../src/connections/webhook-address';
import { newId } from '../src/domain/kit/ids';
import { connectBenchChannel } from './support/bench-channel';
import { watchCpu } from './support/cpu-watch';
import { connect, createDatabase, startPostgres } from './support/database';
import { ratio } from './support/measure';
import { startParley } from './support/parley';
import { platformMessages } from './support/platform-messages';
import { printResult, printTable } from './support/report';
import { BenchError, type Run } from './support/run';
import { quantile, rounded } from './support/statistics';

const full = { warmUp: 300, each: 4_000 };
const quick = { warmUp: 100, each: 500 };

/** How long a refusal takes, by its reason: nobody should learn from it which channels there are. */
export async function refusals(run: Run): Promise<void> {
  const plan = run.quick ? quick : full;
  const postgres = await startPostgres(run);
  const url = await createDatabase(postgres, 'refusals');
  const node = await startParley(run, 'Parley', url, 'api');
  const { url: address } = await connectBenchChannel(await connect(run, url), node, 'custom');
  const base = address.slice(0, address.lastIndexOf('/') + 1);
  const key = address.slice(base.length);
  const { workspaceId } = channelOfWebhookKey(key)!;
  const strange = (owner: string) => newWebhookKey({ workspaceId: owner, channelId: newId() });
  const addresses: Record<string, () => string> = {
    'the signature is another secret’s': () => address,
    'the key’s secret part is wrong': () => base + otherSecretPart(key),
    'no such channel': () => base + strange(workspaceId),
    'no such workspace': () => base + strange(newId()),
    'no such connector': () => address.replace('/custom/', '/nowhere/'),
    'no key at all': () => `${base}x`,
  };
  const times = new Map(Object.keys(addresses).map((name) => [name, [] as number[]]));
  const answers = new Set<string>();
  const stop = watchCpu({ node: node.pid, postmaster: postgres.postmaster, clients: null });
  for (let count = 0; count < plan.warmUp + plan.each; count++) {
    for (const [name, addressOf] of Object.entries(addresses)) {
      const { took, answer } = await knock(addressOf());
      answers.add(answer);
      if (count >= plan.warmUp) times.get(name)!.push(took);
    }
  }
  const { otherLoad } = stop();
  if (answers.size !== 1) throw new BenchError(`They differ: ${[...answers].join(' | ')}`);

  const ours: Record<string, { p50Ms: number; p90Ms: number }> = {};
  for (const [name, each] of times) {
    const sorted = each.sort((a, b) => a - b);
    const [p50Ms, p90Ms] = [quantile(sorted, 0.5), quantile(sorted, 0.9)];
    ours[name] = { p50Ms: rounded(p50Ms), p90Ms: rounded(p90Ms) };
  }
  printTable(
    ['refused because', 'p50 ms', 'p90 ms'],
    Object.entries(ours).map(([name, { p50Ms, p90Ms }]) => [
      name,
      p50Ms.toFixed(3),
      p90Ms.toFixed(3),
    ]),
  );
  const medians = Object.values(ours).map(({ p50Ms }) => p50Ms);
  printResult({
    ...{ bench: run.name, quick: run.quick, ours, limit: null, peers: {} },
    ratios: { slowest: ratio(Math.max(...medians), Math.min(...medians)) },
    machine: { ...postgres.machine, otherLoad: rounded(otherLoad, 2) },
  });
}

/** Sends something that is signed by a secret which no channel has. */
async function knock(url: string): Promise<{ took: number; answer: string }> {
  const { body, headers } = platformMessages.custom.write(randomUUID(), 0);
  const signature = `v1,${randomBytes(32).toString('base64')}`;
  const began = performance.now();
  const response = await request(url, {
    method: 'POST',
    headers: { ...headers, 'webhook-signature': signature, 'content-type': 'application/json' },
    body,
  });
  const text = await response.body.text();
  return { took: performance.now() - began, answer: `${response.statusCode} ${text}` };
}

/** The same channel's key, but for its last characters. */
function otherSecretPart(key: string): string {
  return key.slice(0, -4) + (key.endsWith('AAAA') ? 'BBBB' : 'AAAA');
}
