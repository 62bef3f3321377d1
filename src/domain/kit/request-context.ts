import type { Actor } from '../../auth/actor';
import type { Connections } from '../../connections/connections';
import type { Sessions } from '../../db/sessions';
import type { UnitOfWork } from '../../db/unit-of-work';
import type { Files } from '../../files/files';
import type { OutgoingGuard } from '../../outgoing/guard';
import type { SecretBox } from '../../secrets/secret-box';
import { isSettled, runCommand, type Command } from './command';
import type { Problem } from './errors';
import { Loaders } from './loaders';
import { Reader } from './reader';

/** What requests are served with; made once. */
export interface RequestServices {
  sessions: Sessions;
  units: UnitOfWork;
  clock: () => Date;
  /** Encrypts secrets that are stored. */
  secrets: SecretBox;
  /** Decides where others may have Parley connect to. */
  outgoing: OutgoingGuard;
  /** Channels with their connectors. */
  connections: Connections;
  /** The bytes of files. */
  files: Files;
  /** The base of Parley's URLs as others see them, without a slash at its end; null where unknown. */
  publicUrl: string | null;
  /** Asked before a caller's command; throws for one who does too much. */
  beforeCommand?: (name: string, actor: Actor) => Promise<void>;
  /** Told of every command that was carried out. */
  onCommand?: (name: string, actor: Actor, result: object) => void;
}

/** What a mutation's payload is resolved from: the command's result, or the problems. */
export type PayloadSource<Result> = Partial<Result> & { userErrors: Problem[] };

/** One request: who asks, and the means to answer. */
export class RequestContext {
  readonly reader: Reader;
  readonly loaders: Loaders;

  constructor(
    readonly requestId: string,
    readonly actor: Actor,
    private readonly services: RequestServices,
    /** The base of the URL that the request came by, where it came alone. */
    private readonly requestBase: string | null = null,
  ) {
    this.reader = new Reader(actor, services.sessions);
    this.loaders = new Loaders(this.reader);
  }

  get secrets(): SecretBox {
    return this.services.secrets;
  }

  /** The time that the caller’s commands go by. */
  now(): Date {
    return this.services.clock();
  }

  get outgoing(): OutgoingGuard {
    return this.services.outgoing;
  }

  get files(): Files {
    return this.services.files;
  }

  get connections(): Connections {
    return this.services.connections;
  }

  get publicUrl(): string | null {
    return this.services.publicUrl;
  }

  /** The base of the URLs that platforms call: as configured, or as the request came. */
  get calledAt(): string | null {
    return this.publicUrl ?? this.requestBase;
  }

  /** Whether a command with this key is not going to run; see {@link isSettled}. */
  async isSettled(key: string | null): Promise<boolean> {
    if (key === null) return false;
    const now = this.services.clock();
    return this.reader.with((session) => isSettled(session, this.actor, now, key));
  }

  /** Runs a command for the caller; refusals come back as `userErrors`, faults are thrown. */
  async run<Input, Result extends object>(
    command: Command<Input, Result>,
    args: unknown,
    idempotencyKey?: string | null,
  ): Promise<PayloadSource<Result>> {
    const { units, clock, beforeCommand, onCommand } = this.services;
    await beforeCommand?.(command.name, this.actor);
    const answer = await runCommand(units, this.actor, clock(), command, args, idempotencyKey);
    if (!answer.ok) return { userErrors: answer.problems } as PayloadSource<Result>;
    onCommand?.(command.name, this.actor, answer.result);
    return { ...answer.result, userErrors: [] };
  }
}
