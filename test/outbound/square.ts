import { custom } from '../../src/connectors/custom';
import type { Capabilities } from '../../src/connectors/kit/capabilities';
import type { Connector, OutboundMessage, TargetMessage } from '../../src/connectors/kit/connector';

/** What was done on the square, as it was asked for. */
export interface Deed {
  what: string;
  message: TargetMessage;
  detail?: unknown;
}

const able: Capabilities = {
  ...custom.manifest.capabilities.private,
  reactions: true,
  deletions: true,
  readMarks: true,
};

/**
 * A platform where all can be done that the kit knows: public talk, private answers to it, hiding,
 * deleting, reacting. It does what it is asked, unless it is told how to fail.
 */
export class Square {
  readonly deeds: Deed[] = [];
  readonly sent: OutboundMessage[] = [];
  private serial = 0;
  /** Thrown by the next attempts, first in front. */
  readonly failures: unknown[] = [];
  /** What it says of the private conversation in which it has put an answer. */
  private: { threadKey: string; customer: { externalId: string } } | undefined;

  readonly connector: Connector = {
    ...custom,
    manifest: {
      ...custom.manifest,
      id: 'square',
      resend: 'unsafe',
      capabilities: {
        private: { ...able, replyWindow: { hours: 24 }, proactive: false },
        public: {
          ...able,
          deletionsOfOthers: true,
          hiding: true,
          readMarks: false,
          reactionChoices: ['like', '👍'],
          privateReplies: { hours: 168 },
        },
      },
    },
    hide: (message, hidden) => this.do({ what: hidden ? 'hide' : 'show', message }),
    remove: (message) => this.do({ what: 'remove', message }),
    react: async (message, reaction) => {
      await this.do({ what: 'react', message, detail: reaction });
      return { reactionId: `r-${this.deeds.length}` };
    },
    markRead: (message) => this.do({ what: 'markRead', message }),
    privateThread: ({ author }) => `with ${author!.externalId}`,
    send: (message) => {
      this.fail();
      this.sent.push(message);
      const externalId = `s-${++this.serial}`;
      return Promise.resolve({ externalId, ...(this.private && { private: this.private }) });
    },
  };

  private async do(deed: Deed): Promise<void> {
    this.fail();
    this.deeds.push(deed);
    await Promise.resolve();
  }

  private fail(): void {
    if (this.failures.length > 0) throw this.failures.shift();
  }
}
