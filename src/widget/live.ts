import { pauseAfter } from './pause';

/** A subscription that is taken up again on each new connection. */
export interface Followed {
  query: string;
  /** Asked each time, so that it goes on from where it was. */
  variables: () => object;
  next: (data: unknown) => void;
}

export interface LiveOptions {
  url: string;
  /** The token to sign in with; null ends the attempt. */
  token: () => Promise<string | null>;
  /** Told whether what happens is heard of. */
  changed(isLive: boolean): void;
  /** Told when a connection could not be had, or ended: it is tried again by itself. */
  failed(): void;
  /** Told when a token was refused; gives whether to try again. */
  refused(token: string): boolean;
  /** Told once when this page may not chat. */
  forbidden(reason: string): void;
}

interface Frame {
  type: string;
  id?: string;
  payload?: { data?: unknown };
}

const UNAUTHENTICATED = 4401;
const FORBIDDEN = 4403;
const ASK_EVERY = 20_000;
const ANSWER_WITHIN = 10_000;

/** Subscriptions over one WebSocket (graphql-transport-ws), which comes back by itself. */
export class Live {
  private socket: WebSocket | null = null;
  private followed: Followed[] = [];
  private failures = 0;
  private isWanted = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: LiveOptions) {
    addEventListener('online', () => this.hurry());
    addEventListener('offline', () => this.drop());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.hurry();
    });
  }

  /** Follows these and nothing else from now on. */
  follow(followed: Followed[]): void {
    this.stop();
    this.followed = followed;
    this.isWanted = true;
    void this.connect();
  }

  stop(): void {
    this.isWanted = false;
    this.followed = [];
    clearTimeout(this.retry);
    this.close();
  }

  /** Tries at once rather than after the pause. */
  private hurry(): void {
    if (!this.isWanted || this.socket) return;
    clearTimeout(this.retry);
    this.failures = 0;
    void this.connect();
  }

  private async connect(): Promise<void> {
    this.close();
    let token: string | null;
    try {
      token = await this.options.token();
    } catch {
      return this.later();
    }
    if (token === null || !this.isWanted || this.socket) return;
    const socket = new WebSocket(this.options.url, 'graphql-transport-ws');
    this.socket = socket;
    const say = (frame: object) => socket.send(JSON.stringify(frame));
    this.expect(socket, say);
    socket.onopen = () =>
      say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    socket.onmessage = ({ data }) => {
      if (socket !== this.socket) return;
      this.expect(socket, say);
      this.take(JSON.parse(data as string) as Frame, say);
    };
    socket.onclose = ({ code, reason }) => {
      if (socket !== this.socket) return;
      this.close();
      if (code === FORBIDDEN) {
        this.stop();
        this.options.forbidden(reason);
      } else if (code !== UNAUTHENTICATED || this.options.refused(token)) {
        this.later();
      }
    };
  }

  private take({ type, id, payload }: Frame, say: (frame: object) => void): void {
    if (type === 'connection_ack') {
      this.followed.forEach((it, index) => {
        const payload = { query: it.query, variables: it.variables() };
        say({ id: String(index), type: 'subscribe', payload });
      });
      this.options.changed(true);
    } else if (type === 'next') {
      this.failures = 0;
      const { data } = payload ?? {};
      if (data) this.followed[Number(id)]?.next(data);
    } else if (type === 'ping') {
      say({ type: 'pong' });
    } else if (type === 'error' || type === 'complete') {
      // it is taken up again with the connection, after a pause
      this.drop();
    }
  }

  /** A connection that says nothing any more is asked, and given up if it doesn't answer. */
  private expect(socket: WebSocket, say: (frame: object) => void): void {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => {
      if (socket.readyState === WebSocket.OPEN) say({ type: 'ping' });
      this.watch = setTimeout(() => this.drop(), ANSWER_WITHIN);
    }, ASK_EVERY);
  }

  private drop(): void {
    if (!this.socket) return;
    this.close();
    this.later();
  }

  private later(): void {
    if (!this.isWanted) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.connect(), pauseAfter(this.failures++));
    this.options.failed();
  }

  private close(): void {
    clearTimeout(this.watch);
    const { socket } = this;
    this.socket = null;
    if (!socket) return;
    // what it still has to say is not listened to
    socket.close();
    this.options.changed(false);
  }
}
