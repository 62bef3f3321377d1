import { connectorActor } from '../../auth/actor';
import type { Connections } from '../../connections/connections';
import type { OpenChannel } from '../../connections/open-channel';
import type { ConnectorContext, TargetMessage } from '../../connectors/kit/connector';
import { OutcomeUnknown, ReconnectNeeded, Rejected, RetryLater } from '../../connectors/kit/errors';
import { queryObjects, type Session, type Sessions } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { UnitOfWork } from '../../db/unit-of-work';
import {
  recordAction,
  type ActionKind,
  type ActionOutcome,
} from '../../domain/action/record-action';
import { loadTarget } from '../../domain/action/target';
import { runCommand } from '../../domain/kit/command';
import { retryDelay } from '../retry-schedule';
import type { Task, TaskContext } from '../task';

/** What doing something to messages takes beside what every task has. */
export interface ActionServices {
  connections: Connections;
  sessions: Sessions;
  units: UnitOfWork;
  config: {
    sending: {
      timeoutSeconds: number;
      retryFirstSeconds: number;
      retryLongestSeconds: number;
      retryHours: number;
    };
  };
}

interface QueuedAction {
  kind: ActionKind;
  reaction: string | null;
  /** The platform's id of the reaction that is taken back. */
  reactionId: string | null;
  attempts: number;
  requestedAt: Date;
  messageId: string;
  channelId: string;
}

/** Does on its platform what was asked to be done to a message; doing it again changes nothing there. */
export function performAction(
  services: ActionServices,
): Task<{ workspaceId: string; actionId: string }> {
  return async ({ workspaceId, actionId }, context) => {
    const { sessions, connections, units } = services;
    const found = await sessions.with(workspaceId, async (session) => {
      const action = await findQueued(session, workspaceId, actionId);
      return action && { action, target: await loadTarget(session, workspaceId, action.messageId) };
    });
    if (!found) return;
    const { action, target } = found;
    const open = await connections.read(workspaceId, action.channelId);
    const outcome = await attempt(services, open, action, target, context);
    const actor = connectorActor(workspaceId, action.channelId, open?.channel.name ?? 'connector');
    const input = { actionId, outcome };
    const answer = await runCommand(units, actor, context.clock(), recordAction, input);
    if (!answer.ok) throw new Error(answer.problems[0]!.message);
  };
}

async function findQueued(
  session: Session,
  workspaceId: string,
  actionId: string,
): Promise<QueuedAction | undefined> {
  const [action] = await queryObjects<QueuedAction & Record<string, unknown>>(
    session,
    sql`select a.kind, a.reaction, a.attempts, a.requested_at "requestedAt",
          a.message_id "messageId", m.channel_id "channelId", (
            select r.external_id from message_reaction r
            where r.workspace_id = a.workspace_id and r.message_id = a.message_id
              and r.actor_key = '' and r.reaction = a.reaction
          ) "reactionId"
        from message_action a
        join message m on m.workspace_id = a.workspace_id and m.id = a.message_id
        where a.workspace_id = ${workspaceId} and a.id = ${actionId} and a.status = 'QUEUED'`,
  );
  return action;
}

async function attempt(
  { connections, config: { sending } }: ActionServices,
  open: OpenChannel | null,
  action: QueuedAction,
  target: TargetMessage | null,
  { clock, signal }: TaskContext,
): Promise<ActionOutcome> {
  if (!open || !target || open.status === 'DISCONNECTED') {
    return failure('NOT_CONNECTED', 'The channel is not connected any longer.');
  }
  const limit = AbortSignal.timeout(sending.timeoutSeconds * 1_000);
  const context = connections.contextOf(open, AbortSignal.any([signal, limit]));
  try {
    if (open.status === 'PAUSED') throw new RetryLater('The channel is paused.');
    return await perform(action, target, open, context);
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof Rejected) return failure(error.code, error.message);
    const seconds = retryDelay(
      {
        firstSeconds: sending.retryFirstSeconds,
        longestSeconds: sending.retryLongestSeconds,
        totalSeconds: sending.retryHours * 3_600,
      },
      {
        attempt: action.attempts + 1,
        elapsedSeconds: (clock().getTime() - action.requestedAt.getTime()) / 1_000,
        askedSeconds: error instanceof RetryLater ? (error.afterSeconds ?? null) : null,
      },
      Math.random(),
    );
    const reason = wordsOf(error);
    if (seconds === null) {
      const words = `It could not be done for ${sending.retryHours} hours. ${reason}`;
      return failure('UNREACHABLE', words);
    }
    const needsReconnect = error instanceof ReconnectNeeded;
    return { kind: 'LATER', seconds, needsReconnect, reason };
  }
}

async function perform(
  { kind, reaction, reactionId }: QueuedAction,
  target: TargetMessage,
  { connector }: OpenChannel,
  context: ConnectorContext,
): Promise<ActionOutcome> {
  let given: { reactionId?: string; replacesOthers?: boolean } | void = undefined;
  switch (kind) {
    case 'HIDE':
    case 'SHOW':
      await connector.hide!(target, kind === 'HIDE', context);
      break;
    case 'DELETE':
      await connector.remove!(target, context);
      break;
    case 'REACT':
    case 'UNREACT': {
      const removed = kind === 'UNREACT';
      given = await connector.react!(target, { reaction: reaction!, removed, reactionId }, context);
      break;
    }
    case 'MARK_READ':
      await connector.markRead!(target, context);
  }
  return {
    kind: 'DONE',
    reactionId: given?.reactionId ?? null,
    replacesOthers: given?.replacesOthers ?? false,
  };
}

function failure(code: string, message: string): ActionOutcome {
  return { kind: 'FAILED', failure: { code, message } };
}

/** Words for people: of an error that a connector did not foresee, none of its own. */
function wordsOf(error: unknown): string {
  const isForeseen =
    error instanceof RetryLater ||
    error instanceof ReconnectNeeded ||
    error instanceof OutcomeUnknown;
  return isForeseen ? error.message : 'It failed for a reason that the connector did not tell.';
}
