import type { ChannelKey } from '../connections/open-channel';
import { RetryLater } from '../connectors/kit/errors';
import type { RequestHooks } from '../connectors/kit/http-client';
import { allowanceOf, type Allowance } from '../connectors/kit/rate-limits';
import { queryObjects, type Sessions } from '../db/sessions';
import { sql } from '../db/sql';

interface Budgets {
  sessions: Sessions;
  clock: () => Date;
}

/** The pause after an account's last request, at least, in seconds. */
const SHORTEST_WAIT = 0.05;

/**
 * Keeps each account within what its platform allows, for all processes together: one is taken from
 * the budget before each request, and what the answer says is what is left. What nothing is known of
 * is not limited.
 */
export function rateBudgets(budgets: Budgets): (key: ChannelKey) => RequestHooks {
  return (key) => ({
    async beforeRequest(bucket) {
      const seconds = await take(budgets, key, bucket);
      if (seconds === null) return;
      const words = 'The account has done as much as its platform allows for now.';
      throw new RetryLater(words, Math.max(SHORTEST_WAIT, seconds));
    },
    async afterResponse(bucket, status, headers) {
      const allowance = allowanceOf(status, headers, budgets.clock());
      if (allowance) await refresh(budgets, key, bucket, allowance);
    },
  });
}

/** Takes one; gives for how many seconds there is none left, or null. */
async function take(
  { sessions }: Budgets,
  { workspaceId, channelId }: ChannelKey,
  bucket: string,
): Promise<number | null> {
  const key = sql`workspace_id = ${workspaceId} and channel_id = ${channelId}
    and bucket = ${bucket} and resets_at > now()`;
  const [row] = await sessions.objects<{ taken: boolean; seconds: number | null }>(
    workspaceId,
    // what the other process has left is only seen by the update, which waits for it
    sql`with taken as (
          update rate_budget set remaining = remaining - 1 where ${key} and remaining > 0 returning 1
        )
        select exists (select from taken) taken,
          (select extract(epoch from resets_at - now())::float8 from rate_budget where ${key}) seconds`,
  );
  return row!.taken ? null : row!.seconds;
}

/**
 * Answers come in any order, and do not know of requests that are under way: within one window the
 * least counts, and of windows the latest. That nothing is left always counts. Times are kept by the
 * database's clock, which is the same for all processes.
 */
async function refresh(
  { sessions, clock }: Budgets,
  { workspaceId, channelId }: ChannelKey,
  bucket: string,
  { remaining, resetsAt }: Allowance,
): Promise<void> {
  const seconds = (resetsAt.getTime() - clock().getTime()) / 1_000;
  const second = sql`interval '1 second'`;
  await sessions.with(workspaceId, (session) =>
    queryObjects(
      session,
      sql`insert into rate_budget as b (workspace_id, channel_id, bucket, remaining, resets_at)
          values (${workspaceId}, ${channelId}, ${bucket}, ${remaining},
            now() + ${seconds}::float8 * ${second})
          on conflict (workspace_id, channel_id, bucket) do update set
            remaining = case when excluded.resets_at > b.resets_at + ${second}
              then excluded.remaining else least(b.remaining, excluded.remaining) end,
            resets_at = case when excluded.remaining = 0 then excluded.resets_at
              else greatest(b.resets_at, excluded.resets_at) end
          where excluded.resets_at >= b.resets_at - ${second} or excluded.remaining = 0`,
    ),
  );
}
