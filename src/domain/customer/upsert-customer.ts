import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { Customer, CustomerIdentity, LifecycleStage, LifecycleTransition } from '../../entities';
import type { NewEvent } from '../../events/registry';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { newId } from '../kit/ids';
import { email, instant, jsonObject, line, optional } from '../kit/input';
import type { UpsertOutcome } from '../kit/upsert-outcome';
import { firstStage } from '../lifecycle/stages';
import { companyInput, upsertCompany } from './company';
import { lockCustomer } from './find-customer';
import { customerLookup, type CustomerLookup } from './lookup';

const fields = z.object({
  name: line(200).nullish(),
  email: email.nullish(),
  phone: line(32).nullish(),
  externalRef: line(200).nullish(),
  company: companyInput.nullish(),
  properties: jsonObject.nullish(),
  stage: line(50).nullish(),
  stageReason: optional(line(500)),
  stageChangedAt: optional(instant),
});

type Fields = z.output<typeof fields>;
type Result = { customerId: string; outcome: UpsertOutcome };

/**
 * Makes the customer that `by` names, or changes what is there. Fields left out stay as they are;
 * null clears; properties are merged key by key, null removing one.
 */
export const upsertCustomer = defineCommand({
  name: 'customerUpsert',
  input: z.object({ by: customerLookup, input: fields }),
  async run(work, { by, input }): Promise<Outcome<Result>> {
    const known = await lockCustomer(work, by);
    if (known) return changeCustomer(work, known, input);
    if (by.id != null) throw notFound('customer', ['by', 'id']);
    if (work.actor.channelIds !== null) {
      const message =
        'You are limited to some channels, and you see none of such a customer: new customers come with their messages.';
      throw new DomainError(ErrorCode.FORBIDDEN, message, ['by']);
    }
    return makeCustomer(work, by, input);
  },
});

async function makeCustomer(
  work: Work,
  by: CustomerLookup,
  input: Fields,
): Promise<Outcome<Result>> {
  const { manager, actor, now } = work;
  const { workspaceId } = actor;
  const email = named(by, input, 'email');
  const externalRef = named(by, input, 'externalRef');
  await refuseTaken(work, { email, externalRef }, null);
  const stage = input.stage ?? (await firstStage(work));
  if (input.stage) await requireStage(work, stage);
  const customerId = newId();
  await manager.insert(Customer, {
    workspaceId,
    id: customerId,
    name: input.name ?? null,
    email,
    phone: input.phone ?? null,
    externalRef,
    companyId: input.company ? await upsertCompany(work, input.company) : null,
    stage,
    properties: withoutNulls(input.properties ?? {}) as object,
    createdAt: now,
    updatedAt: now,
  });
  if (by.identity) {
    await manager.insert(CustomerIdentity, {
      workspaceId,
      id: newId(),
      customerId,
      ...by.identity,
      createdAt: now,
    });
  }
  await recordTransition(work, customerId, null, stage, input);
  return {
    result: { customerId, outcome: 'CREATED' },
    events: [{ type: 'customer.created', subjectId: customerId, data: {} }],
  };
}

/** A value of a new customer, by which it may have been named. */
function named(by: CustomerLookup, input: Fields, field: 'email' | 'externalRef'): string | null {
  const [name, value] = [by[field], input[field]];
  if (name == null) return value ?? null;
  if (value === undefined || value === name) return name;
  const message = `There is no customer of this ${field} yet, and a new one can’t have another.`;
  throw new DomainError(ErrorCode.INVALID_INPUT, message, ['input', field]);
}

async function changeCustomer(work: Work, id: string, input: Fields): Promise<Outcome<Result>> {
  const { manager, actor, now } = work;
  const key = { workspaceId: actor.workspaceId, id };
  const before = await manager.findOneByOrFail(Customer, key);
  const wanted: Partial<Customer> = {};
  for (const field of ['name', 'email', 'phone', 'externalRef'] as const) {
    const value = input[field];
    if (value !== undefined && value !== before[field]) wanted[field] = value;
  }
  if (input.company !== undefined) {
    const companyId = input.company && (await upsertCompany(work, input.company));
    if (companyId !== before.companyId) wanted.companyId = companyId;
  }
  if (input.properties !== undefined) {
    const merged = mergeProperties(before.properties, input.properties);
    if (!isDeepStrictEqual(merged, before.properties)) wanted.properties = merged;
  }
  if (input.stage && input.stage !== before.stage) {
    await requireStage(work, input.stage);
    wanted.stage = input.stage;
  }
  const changed = Object.keys(wanted);
  if (changed.length === 0) return { result: { customerId: id, outcome: 'UNCHANGED' } };

  await refuseTaken(work, wanted, id);
  await manager.update(Customer, key, { ...(wanted as object), updatedAt: now });
  const events: NewEvent[] = [
    { type: 'customer.updated', subjectId: id, data: { fields: changed } },
  ];
  if (wanted.stage) {
    await recordTransition(work, id, before.stage, wanted.stage, input);
    const data = { from: before.stage, to: wanted.stage };
    events.push({ type: 'customer.stage_changed', subjectId: id, data });
  }
  return { result: { customerId: id, outcome: 'UPDATED' }, events };
}

function mergeProperties(
  before: Record<string, unknown>,
  changes: Record<string, unknown> | null,
): Record<string, unknown> {
  if (changes === null) return {};
  const merged = jsonObject.safeParse(withoutNulls({ ...before, ...changes }));
  if (merged.success) return merged.data;
  const message = `With what is there: ${merged.error.issues[0]!.message}`;
  throw new DomainError(ErrorCode.INVALID_INPUT, message, ['input', 'properties']);
}

function withoutNulls(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}

async function requireStage({ manager, actor }: Work, key: string): Promise<void> {
  if (await manager.existsBy(LifecycleStage, { workspaceId: actor.workspaceId, key })) return;
  throw notFound('lifecycle stage', ['input', 'stage']);
}

async function refuseTaken(
  { manager, actor }: Work,
  wanted: { email?: string | null; externalRef?: string | null },
  ownId: string | null,
): Promise<void> {
  for (const field of ['email', 'externalRef'] as const) {
    const value = wanted[field];
    if (value == null) continue;
    const holder = await manager.findOneBy(Customer, {
      workspaceId: actor.workspaceId,
      [field]: value,
    });
    if (!holder || holder.id === ownId) continue;
    const message = `Another customer has this ${field}.`;
    throw new DomainError(ErrorCode.CONFLICT, message, ['input', field]);
  }
}

async function recordTransition(
  { manager, actor, now }: Work,
  customerId: string,
  fromStage: string | null,
  toStage: string,
  { stageReason, stageChangedAt }: Fields,
): Promise<void> {
  await manager.insert(LifecycleTransition, {
    workspaceId: actor.workspaceId,
    id: newId(),
    customerId,
    fromStage,
    toStage,
    reason: stageReason,
    actor: { kind: actor.kind, id: actor.id },
    occurredAt: stageChangedAt ?? now,
    recordedAt: now,
  });
}
