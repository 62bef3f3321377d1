import type { Authenticator } from '../../src/auth/authenticate';
import { rolePermissions } from '../../src/auth/permissions';
import { Unauthenticated, WorkspaceAmbiguous } from '../../src/auth/refusals';
import { globalId, newId } from '../../src/domain/kit/ids';
import { AccessWorld } from './access-world';
import { Issuer } from './issuer';

let world: AccessWorld;
let issuer: Issuer;
let workspaceId: string;
let authenticator: Authenticator;
/** The person who signs in; a new one in each test. */
let person: { sub: string; email: string; email_verified: boolean; name?: string };

beforeAll(async () => {
  world = await AccessWorld.create();
});

afterAll(() => world.destroy());

beforeEach(async () => {
  // the library that fetches the keys takes the time of its cool-down from here
  jest.spyOn(Date, 'now').mockImplementation(() => world.now);
  issuer = await Issuer.start(world.clock);
  workspaceId = await world.workspace();
  authenticator = world.authenticator({ oidc: issuer.config });
  const sub = newId();
  person = { sub, email: `${sub}@example.com`, email_verified: true };
  world.logged.warn.length = 0;
});

afterEach(async () => {
  jest.restoreAllMocks();
  await authenticator.close();
  await issuer.stop();
});

describe('an invited user', () => {
  test('becomes active by the first sign-in, with the name that the issuer gives', async () => {
    const id = await world.invite(workspaceId, person.email, 'SUPERVISOR');
    const actor = await signIn({ ...person, name: ' Ada Lovelace ' });
    expect(actor).toEqual({
      kind: 'USER',
      workspaceId,
      id,
      name: 'Ada Lovelace',
      permissions: rolePermissions.SUPERVISOR,
      channelIds: null,
    });
    expect(Object.isFrozen(actor)).toBe(true);
    expect(await userRow(id)).toEqual({
      status: 'ACTIVE',
      issuer: issuer.config.issuer,
      subject: person.sub,
      name: 'Ada Lovelace',
      email: person.email,
    });
    expect(await signInAudit(id)).toEqual([
      {
        workspace_id: workspaceId,
        actor: { kind: 'USER', id },
        detail: { issuer: issuer.config.issuer },
      },
    ]);
  });

  test('is bound once, though many first requests come together and in several processes', async () => {
    const id = await world.invite(workspaceId, person.email);
    const elsewhere = world.authenticator({ oidc: issuer.config });
    const tokens = await Promise.all(
      Array.from({ length: 6 }, (_, i) => issuer.token({ ...person, jti: String(i) })),
    );
    const actors = await Promise.all(
      tokens.flatMap((token) =>
        [authenticator, elsewhere].map((it) =>
          it.authenticate({ authorization: `Bearer ${token}` }),
        ),
      ),
    );
    expect(new Set(actors.map((actor) => actor.id))).toEqual(new Set([id]));
    expect(await signInAudit(id)).toHaveLength(1);
    await elsewhere.close();
  });

  test('is known by the subject afterwards, whatever the e-mail address is by then', async () => {
    const id = await world.invite(workspaceId, person.email);
    await signIn(person);
    const actor = await signIn({ sub: person.sub });
    expect(actor).toMatchObject({ id, name: person.email });
  });

  test('keeps the name that the invitation gave', async () => {
    const id = await world.invite(workspaceId, person.email);
    await world.query(`update app_user set name = 'Countess' where id = $1`, [id]);
    expect(await signIn({ ...person, name: 'Ada' })).toMatchObject({ name: 'Countess' });
  });

  test('is matched whatever the case of the address', async () => {
    const id = await world.invite(workspaceId, person.email);
    const actor = await signIn({ ...person, email: person.email.toUpperCase() });
    expect(actor.id).toBe(id);
  });

  test.each([
    ['is not verified', { email_verified: false }],
    ['is verified in a way that is not a boolean', { email_verified: 'true' }],
    ['is of unknown verification', { email_verified: undefined }],
    ['is another one', { email: 'mallory@example.com' }],
    ['is missing', { email: undefined }],
    ['is no text', { email: { $ne: 1 } }],
    ['holds a NUL', { email: 'ada\0@example.com' }],
  ])('is not bound by an address that %s', async (_name, claims) => {
    const id = await world.invite(workspaceId, person.email);
    await expect(signIn({ ...person, ...claims })).rejects.toThrow(Unauthenticated);
    expect(await userRow(id)).toMatchObject({ status: 'INVITED', subject: null });
  });

  test('is not bound again by somebody else who has the address now', async () => {
    await world.invite(workspaceId, person.email);
    await signIn(person);
    await expect(signIn({ ...person, sub: 'somebody-else' })).rejects.toThrow(Unauthenticated);
  });

  test('goes to one of two people who claim the same address at the same moment', async () => {
    const id = await world.invite(workspaceId, person.email);
    const outcomes = await Promise.allSettled([
      signIn({ ...person, sub: `${person.sub}-1` }),
      signIn({ ...person, sub: `${person.sub}-2` }),
    ]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find((outcome) => outcome.status === 'rejected')?.reason).toBeInstanceOf(
      Unauthenticated,
    );
    expect(await signInAudit(id)).toHaveLength(1);
  });

  test('who was disabled before the first sign-in stays out', async () => {
    const id = await world.invite(workspaceId, person.email);
    await world.query(`update app_user set status = 'DISABLED' where id = $1`, [id]);
    await expect(signIn(person)).rejects.toThrow(Unauthenticated);
  });
});

describe('a user of several workspaces', () => {
  let second: string;
  let inFirst: string;
  let inSecond: string;

  beforeEach(async () => {
    inFirst = await world.invite(workspaceId, person.email);
    await signIn(person);
    second = await world.workspace();
    inSecond = await world.invite(second, person.email, 'ANALYST');
  });

  test('stays in the first one without a header, however many invitations there are', async () => {
    expect((await signIn(person)).id).toBe(inFirst);
    expect(await userRow(inSecond)).toMatchObject({ status: 'INVITED' });
  });

  test('accepts an invitation by naming its workspace, and has that role there', async () => {
    const actor = await signIn(person, globalId('Workspace', second));
    expect(actor).toMatchObject({ workspaceId: second, id: inSecond });
    expect(actor.permissions).toBe(rolePermissions.ANALYST);
    expect(await signIn(person, globalId('Workspace', workspaceId))).toMatchObject({ id: inFirst });
  });

  test('acts in the workspace that each request names, also with one and the same token', async () => {
    const token = await issuer.token(person);
    const there = await bearer(token, globalId('Workspace', second));
    const here = await bearer(token, globalId('Workspace', workspaceId));
    expect([there.id, here.id]).toEqual([inSecond, inFirst]);
    await expect(bearer(token, globalId('Workspace', newId()))).rejects.toThrow(Unauthenticated);
  });

  test('has to name one of them once a member of both', async () => {
    await signIn(person, globalId('Workspace', second));
    world.now += 10_000;
    const refusal: unknown = await signIn(person).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(WorkspaceAmbiguous);
    expect(refusal).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('send a Parley-Workspace header') as string,
    });
  });

  test('needs no header any more when disabled in all but one', async () => {
    await signIn(person, globalId('Workspace', second));
    await world.query(`update app_user set status = 'DISABLED' where id = $1`, [inFirst]);
    world.now += 10_000;
    expect((await signIn(person)).id).toBe(inSecond);
    await expect(signIn(person, globalId('Workspace', workspaceId))).rejects.toThrow(
      Unauthenticated,
    );
  });

  test('is refused where not a member, whether there is such a workspace or not', async () => {
    for (const other of [await world.workspace(), newId()]) {
      await expect(signIn(person, globalId('Workspace', other))).rejects.toThrow(Unauthenticated);
    }
    await expect(signIn(person, 'wsp_nonsense')).rejects.toThrow(Unauthenticated);
  });
});

test('somebody who is invited twice and a member nowhere has to name a workspace', async () => {
  await world.invite(workspaceId, person.email);
  await world.invite(await world.workspace(), person.email);
  await expect(signIn(person)).rejects.toThrow(WorkspaceAmbiguous);
});

test('an invitation that was withdrawn does not make another one ambiguous', async () => {
  const withdrawn = await world.invite(await world.workspace(), person.email);
  await world.query(`update app_user set status = 'DISABLED' where id = $1`, [withdrawn]);
  const id = await world.invite(workspaceId, person.email);
  expect((await signIn(person)).id).toBe(id);
});

test('a disabled user does not come back by an invitation to another address', async () => {
  const id = await world.invite(workspaceId, person.email);
  await signIn(person);
  await world.query(`update app_user set status = 'DISABLED' where id = $1`, [id]);
  authenticator.forget(id);
  const email = `second-${person.email}`;
  await world.invite(workspaceId, email);
  await expect(signIn({ ...person, email })).rejects.toThrow(Unauthenticated);
});

test('a disabled user is refused at once where forgotten, and within seconds elsewhere', async () => {
  const id = await world.invite(workspaceId, person.email);
  const token = await issuer.token(person);
  const elsewhere = world.authenticator({ oidc: issuer.config });
  const there = () => elsewhere.authenticate({ authorization: `Bearer ${token}` });
  await bearer(token);
  await there();
  await world.query(`update app_user set status = 'DISABLED' where id = $1`, [id]);
  authenticator.forget(id);
  await expect(bearer(token)).rejects.toThrow(Unauthenticated);
  world.now += 5_000;
  await expect(there()).rejects.toThrow(Unauthenticated);
  await elsewhere.close();
});

test('a user that nobody invited is refused', async () => {
  await expect(signIn(person)).rejects.toThrow(Unauthenticated);
});

test('a token in use gives the same actor, and asks neither database nor issuer again', async () => {
  await world.invite(workspaceId, person.email);
  const token = await issuer.token(person);
  const first = await bearer(token);
  await issuer.stop();
  issuer = await Issuer.start(world.clock);
  expect(await bearer(token)).toBe(first);
});

test('API keys work beside access tokens', async () => {
  const { apiKeyId, token } = await world.apiKey(workspaceId);
  expect(await bearer(token)).toMatchObject({ kind: 'API_KEY', id: apiKeyId });
});

function bearer(token: string, workspace?: string) {
  return authenticator.authenticate({ authorization: `Bearer ${token}`, workspace });
}

async function signIn(claims: Record<string, unknown>, workspace?: string) {
  return bearer(await issuer.token(claims), workspace);
}

async function userRow(id: string) {
  const [row] = await world.query(
    `select status, issuer, subject, name, email from app_user where id = $1`,
    [id],
  );
  return row;
}

function signInAudit(id: string) {
  return world.query(
    `select workspace_id, actor, detail from audit_entry where action = 'userSignIn' and subject = $1`,
    [id],
  );
}
