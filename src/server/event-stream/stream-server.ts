import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import type { Actor } from '../../auth/actor';
import { credentialsOf } from '../credentials';
import { refusal } from '../failures';
import { LONGEST_ID, MOST_OPERATIONS } from '../live/live-limits';
import { Refused } from '../operations';
import { parametersOf } from '../request-parameters';
import { acceptedBy } from './accept';
import { StreamConnection, type StreamServices } from './stream-connection';

/** Most streams that are reserved and not opened yet. */
const MOST_RESERVED = 1_000;

/**
 * Event streams by the protocol GraphQL over SSE. Its library for servers keeps what a client doesn't
 * read without a limit, and a reservation for ever; so this is our own.
 */
export class StreamServer {
  private readonly connections = new Set<StreamConnection>();
  /** Streams for many operations, by token. */
  private readonly sessions = new Map<string, StreamConnection>();
  private isClosing = false;

  constructor(private readonly shared: StreamServices) {}

  /** Whether a request to the place of plain requests wants its answer as a stream. */
  isWanted(request: FastifyRequest): boolean {
    const { accept } = request.headers;
    if (!accept || request.method === 'HEAD') return false;
    const { stream, json } = acceptedBy(accept);
    if (!stream) return false;
    if (!json) return true;
    // clients that take both mean a stream for what can't come in one answer
    const operation = this.shared.operations.read(parametersOf(request));
    return (
      !(operation instanceof Refused) &&
      operation.definition.operation === OperationTypeNode.SUBSCRIPTION
    );
  }

  /** Answers a request with a stream of the results of its operation. */
  async serve(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { operations } = this.shared;
    const operation = operations.read(parametersOf(request));
    const isRefused = operation instanceof Refused;
    if (
      !isRefused &&
      request.method === 'GET' &&
      operation.definition.operation === OperationTypeNode.MUTATION
    ) {
      void reply.header('allow', 'POST');
      throw refusal('BAD_USER_INPUT', 'Mutations are sent by POST.', 405);
    }
    const connection = await this.connect(request);
    reply.hijack();
    connection.open(reply.raw);
    const ready = isRefused ? operation : operations.check(operation, connection.actor);
    if (ready instanceof Refused) connection.refuse(ready.errors);
    else connection.run(null, ready);
    return reply;
  }

  /** Reserves a stream for many operations; gives its token. */
  async reserve(request: FastifyRequest): Promise<string> {
    const reserved = [...this.sessions.values()].filter(({ isOpen }) => !isOpen).length;
    if (reserved >= MOST_RESERVED) {
      throw refusal('RATE_LIMITED', 'Too many streams are reserved. Try again later.', 503);
    }
    const token = randomUUID();
    const connection = await this.connect(request, () => this.sessions.delete(token));
    this.sessions.set(token, connection);
    setTimeout(() => {
      if (!connection.isOpen) void connection.close();
    }, this.shared.limits.reservationMs).unref();
    return token;
  }

  /** Opens a reserved stream. */
  open(token: string, actor: Actor, reply: FastifyReply): FastifyReply {
    const connection = this.session(token, actor);
    if (connection.isOpen) throw refusal('BAD_USER_INPUT', 'The stream is open already.', 409);
    reply.hijack();
    connection.open(reply.raw);
    return reply;
  }

  /** Runs an operation whose results go to a reserved stream. */
  run(token: string, actor: Actor, request: FastifyRequest): void {
    const connection = this.session(token, actor);
    const { operations } = this.shared;
    const parameters = parametersOf(request);
    const id = operationIdIn(parameters);
    if (connection.has(id)) {
      throw refusal('BAD_USER_INPUT', 'An operation with this operationId still runs.', 409);
    }
    if (connection.isBusy) {
      const message = `At most ${MOST_OPERATIONS} operations run at once on one stream, and what they gave has to be read: complete some, read on, or open another stream.`;
      throw refusal('RATE_LIMITED', message, 429);
    }
    const operation = operations.read(parameters);
    const ready =
      operation instanceof Refused ? operation : operations.check(operation, connection.actor);
    if (ready instanceof Refused) throw ready;
    connection.run(id, ready);
  }

  /** Ends an operation on a reserved stream. */
  complete(token: string, actor: Actor, id: string): void {
    this.session(token, actor).complete(id);
  }

  /** Ends every stream, so that clients connect elsewhere; resolves when all are gone. */
  async close(): Promise<void> {
    this.isClosing = true;
    await Promise.all([...this.connections].map((connection) => connection.close()));
  }

  private async connect(
    request: FastifyRequest,
    onOver: () => void = () => undefined,
  ): Promise<StreamConnection> {
    const connection = new StreamConnection(this.shared, () => {
      this.connections.delete(connection);
      onOver();
    });
    await connection.admit(credentialsOf(request.headers));
    if (this.isClosing) {
      await connection.close();
      throw refusal('RATE_LIMITED', 'The server stops: connect again.', 503);
    }
    this.connections.add(connection);
    return connection;
  }

  /** A token is good only for whom it was given to. */
  private session(token: string, { id, workspaceId }: Actor): StreamConnection {
    const connection = this.sessions.get(token);
    const owner = connection?.actor;
    if (!connection || owner?.id !== id || owner.workspaceId !== workspaceId) {
      throw refusal('BAD_USER_INPUT', 'There is no such stream: reserve one by PUT.', 404);
    }
    return connection;
  }
}

function operationIdIn(parameters: unknown): string {
  const { extensions } = (parameters ?? {}) as { extensions?: { operationId?: unknown } | null };
  const id = extensions?.operationId;
  if (typeof id !== 'string' || id === '' || id.length > LONGEST_ID) {
    const message = `extensions.operationId must be a text of 1 to ${LONGEST_ID} characters.`;
    throw refusal('BAD_USER_INPUT', message, 400);
  }
  return id;
}
