import type { Device } from './device';
import { pauseAfter } from './pause';
import { Trouble } from './trouble';

/** Something that the customer wrote and that is not known to have arrived. */
export interface Draft {
  /** Names it for good, so that it arrives once however often it is sent. */
  clientKey: string;
  body: string;
  files: { id: string; name: string }[];
  answers: { key: string; value: string }[];
  writtenAt: string;
  state: 'WAITING' | 'SENDING' | 'FAILED';
  /** Why it failed, or waits. */
  trouble?: Pick<Trouble, 'kind' | 'message' | 'retryAfter'>;
}

const KEPT = 'outbox';
/** After this long nobody wants it sent behind their back, in milliseconds. */
const OLDEST = 86_400_000;

/** What was written waits here, also over a reload, until it has arrived; one after the other. */
export class Outbox {
  drafts: Draft[];
  private isRunning = false;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param isKept whether the device may keep it: what a signed-in customer wrote is not for whoever
   * signs in next.
   * @param deliver sends one.
   * @param changed told after each change.
   */
  constructor(
    private readonly device: Device,
    private readonly isKept: () => boolean,
    private readonly deliver: (draft: Draft) => Promise<void>,
    private readonly changed: () => void,
  ) {
    const kept = (isKept() && device.recallValue<Draft[]>(KEPT)) || [];
    const isRecent = ({ writtenAt }: Draft) => Date.now() - Date.parse(writtenAt) < OLDEST;
    this.drafts = kept
      .filter(isRecent)
      .map((draft) => ({ ...draft, state: draft.state === 'FAILED' ? 'FAILED' : 'WAITING' }));
  }

  add({ body, files, answers }: Pick<Draft, 'body' | 'files' | 'answers'>): void {
    const clientKey = newKey();
    const writtenAt = new Date().toISOString();
    this.drafts.push({ clientKey, body, files, answers, writtenAt, state: 'WAITING' });
    this.note();
    this.flush();
  }

  /** It has arrived, whoever says so. */
  arrived(clientKey: string): void {
    const left = this.drafts.filter((draft) => draft.clientKey !== clientKey);
    if (left.length === this.drafts.length) return;
    this.drafts = left;
    this.note();
  }

  discard(clientKey: string): void {
    this.arrived(clientKey);
  }

  retry(clientKey: string): void {
    for (const draft of this.drafts) {
      if (draft.clientKey === clientKey && draft.state === 'FAILED') draft.state = 'WAITING';
    }
    this.note();
    this.flush();
  }

  clear(): void {
    this.drafts = [];
    this.note();
  }

  /** Sends what waits, now. */
  flush(): void {
    clearTimeout(this.timer);
    void this.run();
  }

  private async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      for (;;) {
        const next = this.drafts.find(({ state }) => state === 'WAITING');
        if (!next || !(await this.attempt(next))) return;
      }
    } finally {
      this.isRunning = false;
    }
  }

  /** Gives whether to go on with the next one at once. */
  private async attempt(draft: Draft): Promise<boolean> {
    draft.state = 'SENDING';
    this.note();
    try {
      await this.deliver(draft);
      this.failures = 0;
      this.arrived(draft.clientKey);
      return true;
    } catch (error) {
      const trouble = error instanceof Trouble ? error : new Trouble('BROKEN', String(error));
      const { kind, message, retryAfter } = trouble;
      draft.trouble = { kind, message, retryAfter };
      draft.state = trouble.passes ? 'WAITING' : 'FAILED';
      this.note();
      if (!trouble.passes) return true;
      const pause = retryAfter === null ? pauseAfter(this.failures++) : retryAfter * 1_000;
      this.timer = setTimeout(() => this.flush(), pause);
      return false;
    }
  }

  private note(): void {
    const keeps = this.drafts.length > 0 && this.isKept();
    this.device.remember(KEPT, keeps ? JSON.stringify(this.drafts) : null);
    this.changed();
  }
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
