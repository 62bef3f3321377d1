import { isIP } from 'node:net';
import type { ZodType } from 'zod';
import type { SettingField } from '../../connectors/kit/settings';
import { seesChannel } from '../../auth/actor';
import { sql } from '../../db/sql';
import { OutgoingRefused, type OutgoingGuard } from '../../outgoing/guard';
import { DomainError, ErrorCode, type Problem } from '../kit/errors';
import { uuidOf } from '../kit/ids';
import type { RequestContext } from '../kit/request-context';

type Settings = Record<string, unknown>;

const PATH = ['input', 'settings'];

/**
 * Checks settings as a caller gave them: by the manifest, then by what only name servers and the
 * database know.
 * @throws DomainError with everything that is wrong.
 */
export async function checkSettings(
  context: RequestContext,
  fields: readonly SettingField[],
  shape: ZodType<Settings, unknown>,
  given: unknown,
): Promise<Settings> {
  const parsed = shape.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => invalid(path, message));
    throw new DomainError(problems);
  }
  const settings = parsed.data;
  const checks = fields.map(async (field) => {
    const value = settings[field.key];
    const problem = typeof value === 'string' ? await problemOf(context, field, value) : null;
    return problem === null ? [] : [invalid([field.key], problem)];
  });
  const problems = (await Promise.all(checks)).flat();
  if (problems.length > 0) throw new DomainError(problems);
  return settings;
}

function invalid(path: readonly PropertyKey[], message: string): Problem {
  return { code: ErrorCode.INVALID_INPUT, message, path: [...PATH, ...path.map(String)] };
}

async function problemOf(
  context: RequestContext,
  field: SettingField,
  value: string,
): Promise<string | null> {
  switch (field.kind) {
    case 'url':
      return refusalOf(() => context.outgoing.check(new URL(value)));
    case 'host':
      return refusalOf(() => checkHost(context.outgoing, value));
    case 'channel':
      return channelProblem(context, field.connector, value);
    default:
      return null;
  }
}

/** Whether the connection is going to be encrypted is seen when it is made. */
async function checkHost(guard: OutgoingGuard, host: string): Promise<void> {
  if (isIP(host)) guard.checkLiteral(host, 'https:');
  else await guard.lookUp(host, 'https:');
}

async function refusalOf(check: () => Promise<void>): Promise<string | null> {
  try {
    await check();
    return null;
  } catch (error) {
    if (error instanceof OutgoingRefused) return error.message;
    throw error;
  }
}

async function channelProblem(
  { reader }: RequestContext,
  connector: string,
  id: string,
): Promise<string | null> {
  const uuid = uuidOf('Channel', id);
  const [found] =
    uuid === null || !seesChannel(reader.actor, uuid)
      ? []
      : await reader.objects<{ status: string }>(
          sql`select status from channel
              where workspace_id = ${reader.workspaceId} and id = ${uuid} and connector = ${connector}`,
        );
  if (!found) return `Must be the id of a channel of the connector ${connector}.`;
  return found.status === 'DISCONNECTED' ? 'This channel is disconnected.' : null;
}
