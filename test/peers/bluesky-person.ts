/** Somebody on the network, who does what people do there with an app. */

export interface Ref {
  uri: string;
  cid: string;
}

interface PostOptions {
  reply?: { root: Ref; parent: Ref };
  embed?: Record<string, unknown>;
  facets?: unknown[];
  createdAt?: string;
  langs?: string[];
}

export interface Shown {
  uri: string;
  cid: string;
  author: { did: string; handle: string };
  record: { text: string; facets?: unknown[]; reply?: { root: Ref; parent: Ref } };
  embed?: { images?: { alt: string; fullsize: string }[] };
}

interface Thread {
  post: Shown;
  replies?: Thread[];
}

export class Person {
  private constructor(
    private readonly service: string,
    readonly did: string,
    readonly handle: string,
    readonly password: string,
    private readonly token: string,
  ) {}

  static async join(service: string, name: string): Promise<Person> {
    const tag = Math.random().toString(36).slice(2, 8);
    const handle = `${name}-${tag}.test`;
    const password = `pass-${tag}`;
    const made = await call(service, 'com.atproto.server.createAccount', null, {
      json: { handle, email: `${name}-${tag}@example.test`, password },
    });
    return new Person(service, made.did as string, handle, password, made.accessJwt as string);
  }

  async post(text: string, options: PostOptions = {}): Promise<Ref> {
    return this.create('app.bsky.feed.post', { text, ...options });
  }

  /** A post that names somebody at its beginning. */
  async mention(whom: Person, text: string, options: PostOptions = {}): Promise<Ref> {
    const name = `@${whom.handle}`;
    const feature = { $type: 'app.bsky.richtext.facet#mention', did: whom.did };
    const facet = { index: { byteStart: 0, byteEnd: name.length }, features: [feature] };
    return this.post(`${name} ${text}`, { facets: [facet], ...options });
  }

  /** @param root absent: the parent is it. */
  async reply(parent: Ref, text: string, root: Ref = parent): Promise<Ref> {
    return this.post(text, { reply: { root: refOf(root), parent: refOf(parent) } });
  }

  async quote(subject: Ref, text: string): Promise<Ref> {
    const embed = { $type: 'app.bsky.embed.record', record: refOf(subject) };
    return this.post(text, { embed });
  }

  like(subject: Ref): Promise<Ref> {
    return this.create('app.bsky.feed.like', { subject: refOf(subject) });
  }

  repost(subject: Ref): Promise<Ref> {
    return this.create('app.bsky.feed.repost', { subject: refOf(subject) });
  }

  follow(whom: Person): Promise<Ref> {
    return this.create('app.bsky.graph.follow', { subject: whom.did });
  }

  block(whom: Person): Promise<Ref> {
    return this.create('app.bsky.graph.block', { subject: whom.did });
  }

  async delete({ uri }: Pick<Ref, 'uri'>): Promise<void> {
    const [, , did, collection, rkey] = uri.split('/');
    await this.do('com.atproto.repo.deleteRecord', { json: { repo: did, collection, rkey } });
  }

  /** Writes other content under the same name, which apps do not offer but the network allows. */
  async rewrite({ uri }: Ref, text: string): Promise<void> {
    const [, , did, collection, rkey] = uri.split('/');
    const record = { $type: collection, text, createdAt: new Date().toISOString() };
    await this.do('com.atproto.repo.putRecord', {
      json: { repo: did, collection, rkey, record },
    });
  }

  async name(displayName: string): Promise<void> {
    const record = { $type: 'app.bsky.actor.profile', displayName };
    await this.do('com.atproto.repo.putRecord', {
      json: { repo: this.did, collection: 'app.bsky.actor.profile', rkey: 'self', record },
    });
  }

  async upload(bytes: Buffer, contentType: string): Promise<unknown> {
    const { blob } = await this.do('com.atproto.repo.uploadBlob', { bytes, contentType });
    return blob;
  }

  async appPassword(): Promise<string> {
    const made = await this.do('com.atproto.server.createAppPassword', {
      json: { name: `app ${Math.random()}` },
    });
    return made.password as string;
  }

  /** The posts under one, of all depths; none while the network does not show that one yet. */
  async repliesTo({ uri }: Pick<Ref, 'uri'>): Promise<Shown[]> {
    const query = `uri=${encodeURIComponent(uri)}&depth=20`;
    const { thread } = await this.do(`app.bsky.feed.getPostThread?${query}`).catch(
      (error: Error) => {
        if (error.message.includes('"NotFound"')) return { thread: { post: null } };
        throw error;
      },
    );
    const below = ({ replies = [] }: Thread): Shown[] =>
      replies.flatMap((reply) => [reply.post, ...below(reply)]);
    return below(thread as Thread);
  }

  /** All of the account's own posts, from its server. */
  async ownPosts(): Promise<{ uri: string; value: { text: string } }[]> {
    const query = `repo=${this.did}&collection=app.bsky.feed.post&limit=100`;
    const { records } = await this.do(`com.atproto.repo.listRecords?${query}`);
    return records as { uri: string; value: { text: string } }[];
  }

  private async create(collection: string, value: Record<string, unknown>): Promise<Ref> {
    const record = { $type: collection, createdAt: new Date().toISOString(), ...value };
    const made = await this.do('com.atproto.repo.createRecord', {
      json: { repo: this.did, collection, record },
    });
    return refOf(made as unknown as Ref);
  }

  private do(method: string, content: Content = {}): Promise<Record<string, unknown>> {
    return call(this.service, method, this.token, content);
  }
}

interface Content {
  json?: unknown;
  bytes?: Buffer;
  contentType?: string;
}

function refOf({ uri, cid }: Ref): Ref {
  return { uri, cid };
}

async function call(
  service: string,
  method: string,
  token: string | null,
  { json, bytes, contentType = 'application/json' }: Content,
): Promise<Record<string, unknown>> {
  const body = json === undefined ? bytes : JSON.stringify(json);
  const response = await fetch(`${service}/xrpc/${method}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': contentType }),
    },
    body: body as string | undefined,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method}: ${response.status} ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
