import type { Client } from 'pg';
import { defaultStages } from '../../src/domain/lifecycle/stages';
import { seedLog } from './seed-log';

/** How much a database holds. */
export interface SeedPlan {
  customers: number;
  /** An even number, so that the messages come out to the row. */
  conversations: number;
  /** On average; conversations have from one message to nearly twice as many. */
  messagesPerConversation: number;
  /** The message's events as well, in the event log. */
  log?: true;
}

/** The workspace that holds the plan's rows; it is the oldest, so it gets the operator's token. */
export const WORKSPACE_ID = '01890000-0000-7000-8000-000000000001';
const OTHER_WORKSPACE_ID = '01890000-0000-7000-8000-000000000002';
/** Share of the plan that the other workspace gets, so that rows of two are side by side. */
const OTHER_SHARE = 0.02;

const CHANNELS = 20;
const USERS = 10;
const SENTENCES = 4096;

/**
 * Fills a migrated, empty database by a plan, the same rows every time. The rows go straight into
 * the tables in the order in which they would have come in, and the indexes are made afterwards.
 */
export async function seed(
  client: Client,
  plan: SeedPlan,
  say: (line: string) => void,
): Promise<void> {
  // the rows fit together as they are made, and the other settings last as long as the connection
  await client.query(`
    set session_replication_role = replica;
    set synchronous_commit = off;
    set maintenance_work_mem = '512MB';
    set work_mem = '256MB';
    set timezone = 'UTC';
  `);
  await client.query(functions);
  const indexes = await dropIndexes(client);
  await seedWorkspace(client, WORKSPACE_ID, plan, say);
  await seedWorkspace(client, OTHER_WORKSPACE_ID, shareOf(plan), () => undefined);
  say(`${indexes.length} indexes`);
  for (const index of indexes) await client.query(index);
  if (plan.log) {
    say('events');
    await seedLog(client, WORKSPACE_ID);
  }
  say('vacuum and statistics');
  await client.query('vacuum (freeze, analyze)');
}

function shareOf({ customers, conversations, messagesPerConversation }: SeedPlan): SeedPlan {
  return {
    customers: Math.ceil(customers * OTHER_SHARE),
    conversations: Math.ceil((conversations * OTHER_SHARE) / 2) * 2,
    messagesPerConversation,
  };
}

async function seedWorkspace(
  client: Client,
  workspaceId: string,
  plan: SeedPlan,
  say: (line: string) => void,
): Promise<void> {
  const { customers, conversations, messagesPerConversation } = plan;
  const stages = defaultStages.map(([key, name], index) => ({ key, name, position: index + 1 }));
  await client.query(workspace, [workspaceId, JSON.stringify(stages)]);
  await client.query(users, [workspaceId, USERS]);
  await client.query(channels, [workspaceId, CHANNELS]);
  say('customers');
  await client.query(customerRows, [workspaceId, customers]);
  await client.query(identities, [workspaceId]);
  say('conversations');
  await client.query('truncate person, plan, utterance');
  await client.query(people, [workspaceId]);
  await client.query('analyze person');
  await client.query(conversationPlan, [
    workspaceId,
    customers,
    conversations,
    messagesPerConversation,
  ]);
  await client.query('analyze plan');
  await client.query(messagePlan);
  await client.query('analyze utterance');
  await client.query(conversationRows, [workspaceId]);
  say('messages');
  await client.query(messages, [workspaceId]);
}

/** Drops the indexes that back no constraint, and gives the statements that make them again. */
async function dropIndexes(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class t on t.oid = i.indrelid
    where t.relname in ('customer', 'customer_identity', 'conversation', 'message')
      and t.relnamespace = 'public'::regnamespace
      and not exists (select from pg_constraint where conindid = i.indexrelid)
    order by 1`);
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows.map(({ definition }) => definition);
}

const functions = `
  -- a number from 0 to below 'sides' that looks random and is the same every time
  create function pg_temp.roll(n bigint, salt text, sides int) returns int language sql immutable
    return abs(hashtextextended(n || salt, 0) % sides)::int;

  -- a time-ordered UUID (version 7) of a moment
  create function pg_temp.id_at(moment timestamptz, n bigint, salt text) returns uuid language sql immutable
    return (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0')
      || '7' || substr(md5(n || salt), 1, 3) || '8' || substr(md5(n || salt), 4, 15))::uuid;

  create temp table word as
    select row_number() over () - 1 as n, word from unnest(string_to_array(
      'order invoice parcel refund password delivery account update phone screen battery charge '
      'broken late missing wrong twice again yesterday today tomorrow morning evening week month '
      'please thanks sorry hello good great awful slow fast never always still already soon maybe '
      'help check send receive return replace cancel change confirm wait call write answer explain '
      'the a my your our this that it is was has had will would can could not and but because when '
      'customer shop store website app page link number address name street city card payment price '
      'discount voucher box label driver courier warehouse printer router cable signal contract plan',
      ' ')) as word;

  create temp table sentence as
    select s as n, string_agg(w.word, ' ' order by i) as words
    from generate_series(0, ${SENTENCES - 1}) s cross join generate_series(1, 24) i
    join word w
      on w.n = pg_temp.roll(s * 100 + i, 'word', (select count(*)::int from word))
    group by s;
  analyze sentence;

  create temp table person (n bigint, id uuid);
  create temp table plan (n bigint, id uuid, customer_id uuid, channel_id uuid, kind text, visibility text,
    started_at timestamptz, pause interval, size int, status text, assignee_id uuid);
  create temp table utterance
    (n bigint, k int, id uuid, sent_at timestamptz, response_id uuid, responded_at timestamptz);
`;

const workspace = `
  with made as (
    insert into workspace (workspace_id, name, created_at)
    values ($1::uuid, 'Benchmark', timestamptz '2023-06-23' + (right($1::uuid::text, 1)::int - 1) * interval '1 day')
  )
  insert into lifecycle_stage (workspace_id, key, name, position)
  select $1::uuid, key, name, position
  from json_to_recordset($2::json) as stage (key text, name text, position smallint)`;

const users = `
  insert into app_user (workspace_id, id, email, name, role, status, created_at)
  select $1::uuid, pg_temp.id_at('2023-06-23', n, 'user' || $1::uuid), 'agent' || n || '@company.example', 'Agent ' || n,
    'AGENT', 'ACTIVE', timestamptz '2023-06-23'
  from generate_series(1, $2::int) n`;

const channels = `
  insert into channel (workspace_id, id, kind, name, external_id, visibility, created_at, updated_at)
  select $1::uuid, pg_temp.id_at('2023-06-23', n, 'channel' || $1::uuid), kind, initcap(kind) || ' ' || n, 'account-' || n,
    case when kind in ('X', 'FACEBOOK', 'INSTAGRAM') then 'PUBLIC' else 'PRIVATE' end,
    timestamptz '2023-06-23', timestamptz '2023-06-23'
  from generate_series(1, $2::int) n,
    lateral (select (array['X', 'FACEBOOK', 'INSTAGRAM', 'EMAIL', 'WHATSAPP', 'WEB_CHAT', 'SMS', 'PHONE'])[1 + n % 8] as kind) k`;

const customerRows = `
  insert into customer
    (workspace_id, id, name, email, phone, external_ref, stage, properties, created_at, updated_at)
  select $1::uuid, pg_temp.id_at(met, n, 'customer' || $1::uuid), first || ' ' || last,
    case when pg_temp.roll(n, 'email', 10) < 7 then lower(first || '.' || last) || '.' || n || '@mail.example' end,
    case when pg_temp.roll(n, 'phone', 10) < 4 then '+1555' || lpad(n::text, 7, '0') end,
    case when pg_temp.roll(n, 'crm', 10) < 5 then 'crm-' || n end,
    (array['AWARENESS', 'CONSIDERATION', 'ACQUISITION', 'ONBOARDING', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'AT_RISK'])
      [1 + pg_temp.roll(n, 'stage', 8)],
    case when pg_temp.roll(n, 'properties', 10) < 3 then '{"segment": "retail", "language": "en"}'::jsonb else '{}' end,
    met, met
  from generate_series(1, $2::int) n,
    lateral (select timestamptz '2023-07-01' + n * (interval '330 days' / $2::int) as met) m,
    lateral (select
      (array['Ada', 'Ben', 'Chloe', 'Dmitri', 'Elif', 'Farid', 'Grace', 'Hiro', 'Ines', 'Jonas', 'Kemi', 'Liam', 'Mei', 'Nadia', 'Omar', 'Priya'])
        [1 + pg_temp.roll(n, 'first', 16)] as first,
      (array['Abara', 'Bauer', 'Costa', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Haddad', 'Ito', 'Jansen', 'Kowalski', 'Lopez', 'Moreau', 'Novak', 'Okafor', 'Petrov'])
        [1 + pg_temp.roll(n, 'last', 16)] as last) name
  order by n`;

const identities = `
  insert into customer_identity
    (workspace_id, id, customer_id, channel_kind, external_id, handle, display_name, created_at)
  select workspace_id, pg_temp.id_at(created_at, n, 'identity' || $1::uuid), id,
    (array['X', 'FACEBOOK', 'INSTAGRAM', 'EMAIL', 'WHATSAPP', 'WEB_CHAT', 'SMS', 'PHONE'])[1 + pg_temp.roll(n, 'kind', 8)],
    'person-' || n, lower(replace(name, ' ', '_')) || n, name, created_at
  from (select *, row_number() over (order by id) as n from customer where workspace_id = $1::uuid) c
  order by n`;

const people = `
  insert into person (n, id)
  select row_number() over (order by id), id from customer where workspace_id = $1::uuid`;

/** A conversation is with somebody who was known when it began. */
const conversationPlan = `
  insert into plan (n, id, customer_id, channel_id, kind, visibility, started_at, pause, size, status, assignee_id)
  select i, pg_temp.id_at(started, i, 'conversation' || $1::uuid), person.id, channel.id, channel.kind, channel.visibility,
    started, (2 + pg_temp.roll(i, 'pause', 360)) * interval '1 minute',
    -- one of each pair has as many messages more as the other has less
    $4::int + (case when i % 2 = 0 then 1 else -1 end) * pg_temp.roll((i + 1) / 2, 'size', $4::int),
    case when pg_temp.roll(i, 'status', 10) < 3 then 'OPEN' else 'CLOSED' end,
    (select id from app_user
      where workspace_id = $1::uuid and name = 'Agent ' || 1 + pg_temp.roll(i, 'assignee', ${2 * USERS}))
  from generate_series(1, $3::int) i
  cross join lateral (select timestamptz '2023-07-01' + i * (interval '360 days' / $3::int) as started) s
  join person on person.n = 1 + pg_temp.roll(i, 'person', greatest(1, ($2::bigint * i / $3::int)::int))
  join channel on channel.workspace_id = $1::uuid
    and channel.external_id = 'account-' || 1 + pg_temp.roll(i, 'channel', ${CHANNELS})
  order by i`;

/** Customer and company speak in turns, the customer first. */
const messagePlan = `
  insert into utterance (n, k, id, sent_at, response_id, responded_at)
  select n, k, i.id, sent_at,
    case when k % 2 = 1 then lead(i.id) over turns end, case when k % 2 = 1 then lead(sent_at) over turns end
  from plan cross join lateral (
    select k, plan.started_at + (k - 1) * plan.pause + pg_temp.roll(plan.n * 64 + k, 'jitter', 60) * interval '1 second' as sent_at
    from generate_series(1, plan.size) k
  ) turn cross join lateral (select pg_temp.id_at(sent_at + interval '1 second', plan.n * 64 + k, plan.id::text)) i(id)
  window turns as (partition by n order by k)`;

const conversationRows = `
  insert into conversation
    (workspace_id, id, channel_id, customer_id, assignee_id, thread_key, visibility, status, subject, started_at,
     first_inbound_at, first_response_at, last_message_id, last_message_at, message_count, closed_at, created_at, updated_at)
  select $1::uuid, p.id, p.channel_id, p.customer_id, p.assignee_id, 'thread-' || p.n, p.visibility, p.status,
    case when p.kind in ('EMAIL', 'WEB_CHAT') then left(s.words, 30 + pg_temp.roll(p.n, 'subject', 40)) end,
    first.sent_at, first.sent_at, first.responded_at, last.id, last.sent_at, p.size,
    case when p.status = 'CLOSED' then last.sent_at + interval '1 hour' end,
    first.sent_at + interval '1 second', last.sent_at + interval '1 second'
  from plan p
  join utterance first on first.n = p.n and first.k = 1
  join utterance last on last.n = p.n and last.k = p.size
  join sentence s on s.n = pg_temp.roll(p.n, 'sentence', ${SENTENCES})
  order by p.n`;

const messages = `
  insert into message
    (workspace_id, id, conversation_id, channel_id, external_id, direction, author_customer_id, author_user_id,
     body, response_id, responded_at, sent_at, order_key, received_at)
  select $1::uuid, u.id, p.id, p.channel_id, 'message-' || u.n || '-' || u.k,
    case when u.k % 2 = 1 then 'INBOUND' else 'OUTBOUND' end,
    case when u.k % 2 = 1 then p.customer_id end, case when u.k % 2 = 0 then p.assignee_id end,
    left(a.words || ' ' || b.words, 20 + pg_temp.roll(u.n * 64 + u.k, 'length', 181)),
    u.response_id, u.responded_at, u.sent_at, u.k, u.sent_at + interval '1 second'
  from utterance u
  join plan p on p.n = u.n
  join sentence a on a.n = pg_temp.roll(u.n * 64 + u.k, 'first', ${SENTENCES})
  join sentence b on b.n = pg_temp.roll(u.n * 64 + u.k, 'second', ${SENTENCES})
  order by u.sent_at`;
