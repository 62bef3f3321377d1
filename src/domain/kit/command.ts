import { createHash } from 'node:crypto';
import { sql } from '../../db/sql';
import type { EntityManager } from 'typeorm';
import type { ZodType } from 'zod';
import type { Actor } from '../../auth/actor';
import { queryObjects, type Session } from '../../db/sessions';
import type { UnitOfWork } from '../../db/unit-of-work';
import { appendEvents } from '../../events/append';
import type { NewEvent } from '../../events/registry';
import { DomainError, ErrorCode, type Problem } from './errors';
import { newId } from './ids';

/** What a command works with: one transaction, bound to the actor's workspace. */
export interface Work {
  /** For statements of its own, in the transaction. */
  session: Session;
  /** For single entities, in the same transaction. */
  manager: EntityManager;
  actor: Actor;
  /** The time of the whole command. */
  now: Date;
}

/** What a command gives back: plain JSON (ids and outcomes), its events, and what the audit trail keeps. */
export interface Outcome<Result> {
  result: Result;
  events?: NewEvent[];
  /** For changes of access and settings. */
  audit?: { subject: string; detail?: Record<string, unknown> };
}

/** A change of state. Its input mirrors the mutation's arguments, so that error paths are the caller's. */
export interface Command<Input, Result extends object> {
  name: string;
  input: ZodType<Input>;
  run(work: Work, input: Input): Promise<Outcome<Result>>;
  /** What may be kept of the result for a repeated idempotency key; absent: all of it. */
  storable?(result: Result): Result;
}

/** Declares a command; here only so that its types are inferred. */
export function defineCommand<Input, Result extends object>(
  command: Command<Input, Result>,
): Command<Input, Result> {
  return command;
}

export type Answer<Result extends object> =
  { ok: true; result: Result } | { ok: false; problems: Problem[] };

/** How long a stored answer is kept. */
const IDEMPOTENCY_HOURS = 24;

/**
 * Runs a command: the one way to change state. Checks the input, opens the transaction, honours the
 * idempotency key, appends events and audit entry, commits. A {@link DomainError} rolls everything
 * back and is returned as problems; any other error is a fault and is thrown.
 */
export async function runCommand<Input, Result extends object>(
  units: UnitOfWork,
  actor: Actor,
  now: Date,
  command: Command<Input, Result>,
  args: unknown,
  idempotencyKey?: string | null,
): Promise<Answer<Result>> {
  const parsed = command.input.safeParse(args);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ message, path }) => ({
      code: ErrorCode.INVALID_INPUT,
      message,
      path: path.map(String),
    }));
    return { ok: false, problems };
  }
  if (idempotencyKey != null && !isUsableKey(idempotencyKey)) {
    const message = 'Must be 1 to 128 visible ASCII characters without spaces.';
    const path = ['idempotencyKey'];
    return { ok: false, problems: [{ code: ErrorCode.INVALID_INPUT, message, path }] };
  }
  try {
    const result = await units.transaction(actor.workspaceId, async (session, manager) => {
      const work: Work = { session, manager, actor, now };
      if (idempotencyKey == null) return perform(work, command, parsed.data);
      return performOnce(work, command, parsed.data, idempotencyKey);
    });
    return { ok: true, result };
  } catch (error) {
    const refusal = error instanceof DomainError ? error : collision(error);
    if (refusal) return { ok: false, problems: refusal.problems };
    throw error;
  }
}

/** Two requests that made the same thing at the same moment: the later one is refused. */
function collision(error: unknown): DomainError | null {
  const { code } = error as { code?: string };
  if (code !== '23505') return null;
  const message =
    'The same thing was made by another request at this moment: read it, or try again.';
  return new DomainError(ErrorCode.CONFLICT, message);
}

async function perform<Input, Result extends object>(
  work: Work,
  command: Command<Input, Result>,
  input: Input,
): Promise<Result> {
  const { result, events = [], audit } = await command.run(work, input);
  const { session, actor, now } = work;
  await appendEvents(session, actor, now, events);
  if (audit) {
    await queryObjects(
      session,
      sql`insert into audit_entry (workspace_id, id, actor, action, subject, detail, recorded_at)
          values (${actor.workspaceId}, ${newId()}, ${{ kind: actor.kind, id: actor.id }},
                  ${command.name}, ${audit.subject}, ${audit.detail ?? {}}, ${now})`,
    );
  }
  return result;
}

/**
 * The row is claimed before the command runs, so a second request with the same key waits for the
 * first to commit and then finds its answer.
 */
async function performOnce<Input, Result extends object>(
  work: Work,
  command: Command<Input, Result>,
  input: Input,
  key: string,
): Promise<Result> {
  const { session, actor, now } = work;
  const caller = `${actor.kind}:${actor.id}`;
  const inputHash = createHash('sha256').update(JSON.stringify(input, bigAsText)).digest();
  const expiresAt = new Date(now.getTime() + IDEMPOTENCY_HOURS * 3_600_000);
  const claimed = await queryObjects(
    session,
    sql`insert into idempotency_record as r
          (workspace_id, caller, key, mutation, input_hash, created_at, expires_at)
        values (${actor.workspaceId}, ${caller}, ${key}, ${command.name}, ${inputHash}, ${now}, ${expiresAt})
        on conflict (workspace_id, caller, key) do update
          set mutation = excluded.mutation, input_hash = excluded.input_hash, answer = '{}',
              created_at = excluded.created_at, expires_at = excluded.expires_at
          where r.expires_at <= ${now}
        returning key`,
  );
  if (claimed.length === 0) {
    const [stored] = await queryObjects<{ mutation: string; input_hash: Buffer; answer: Result }>(
      session,
      sql`select mutation, input_hash, answer from idempotency_record
          where workspace_id = ${actor.workspaceId} and caller = ${caller} and key = ${key}`,
    );
    if (stored?.mutation !== command.name || !stored.input_hash.equals(inputHash)) {
      throw new DomainError(
        ErrorCode.IDEMPOTENCY_KEY_REUSED,
        'This key was used for another request: use a new key for each different request.',
        ['idempotencyKey'],
      );
    }
    return stored.answer;
  }
  const result = await perform(work, command, input);
  await queryObjects(
    session,
    sql`update idempotency_record set answer = ${command.storable?.(result) ?? result}
        where workspace_id = ${actor.workspaceId} and caller = ${caller} and key = ${key}`,
  );
  return result;
}

/**
 * Whether a command with this key is not going to run: it was answered before, or the key can't be
 * used. Then there is no need for requests to others that come before its transaction.
 */
export async function isSettled(
  session: Session,
  actor: Actor,
  now: Date,
  key: string,
): Promise<boolean> {
  if (!isUsableKey(key)) return true;
  const caller = `${actor.kind}:${actor.id}`;
  const found = await queryObjects(
    session,
    sql`select from idempotency_record
        where workspace_id = ${actor.workspaceId} and caller = ${caller} and key = ${key}
          and expires_at > ${now}`,
  );
  return found.length > 0;
}

function isUsableKey(key: string): boolean {
  return /^[\x21-\x7e]{1,128}$/.test(key);
}

/** JSON has no numbers of any size. */
function bigAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
