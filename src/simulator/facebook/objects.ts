import { createHmac } from 'node:crypto';
import { Refusal, type Answer, type Call } from '../platform';
import { listComments, paged, shownComment, shownPost, written } from './comments';
import { answers, graphError, noSuchObject, refuse } from './errors';
import { fieldsOf, textOf } from './read-form';
import { pageOf, type FacebookWorld, type Page } from './state';
import { named } from './telling';

/** Whose token it is; its proof has to be there. @throws Refusal */
export function authorise({ token, query }: Call, { state }: FacebookWorld): void {
  const isApp = token === appToken(state);
  if (!isApp && !state.pages.some((page) => page.token === token)) {
    throw new Refusal(graphError(400, 190, 'Invalid OAuth access token.'));
  }
  const proof = createHmac('sha256', state.secret).update(token!).digest('hex');
  if (query.get('appsecret_proof') === proof) return;
  throw refuse(100, 'Invalid appsecret_proof provided in the API argument');
}

function appToken({ appId, secret }: FacebookWorld['state']): string {
  return `${appId}|${secret}`;
}

/** `GET /{id}`: a Page, a person, a post or a comment. */
export function read({ params }: Call, { state }: FacebookWorld): Answer {
  const id = params.id ?? '';
  const page = pageOf(state, id);
  const person = state.people.find((one) => one.id === id);
  const comment = state.comments.find((one) => one.id === id);
  const post = state.posts.find((one) => one.id === id);
  const found =
    (page && { id, name: page.name }) ??
    (person && profile(person)) ??
    (comment && shownComment(comment)) ??
    (post && shownPost(post));
  if (!found) throw noSuchObject(id);
  return { status: 200, json: found };
}

function profile({ id, name }: { id: string; name: string }): object {
  const [first, ...rest] = name.split(' ');
  return {
    ...{ id, name, first_name: first, last_name: rest.join(' '), locale: 'en_GB' },
    profile_pic: `https://platform-lookaside.fbsbx.com/${id}.jpg`,
  };
}

/** `GET /debug_token`. */
export function debugToken({ query, token }: Call, { state, faults }: FacebookWorld): Answer {
  if (token !== appToken(state)) throw refuse(100, 'You must provide an app access token');
  const page = state.pages.find((one) => one.token === query.get('input_token'));
  const isValid = page !== undefined && !faults.now.tokenDead;
  const { error } = answers.tokenDead().json as { error: object };
  const data = {
    ...{ app_id: state.appId, type: 'PAGE', profile_id: page?.id, expires_at: 0 },
    ...{ is_valid: isValid, ...(!isValid && { error }) },
  };
  return { status: 200, json: { data } };
}

/** `POST`, `GET` and `DELETE /{page}/subscribed_apps`. */
export function subscribe(call: Call, { state }: FacebookWorld): Answer {
  const page = requirePage(state, call);
  if (call.method === 'GET') {
    const data = page.fields ? [{ id: state.appId, subscribed_fields: page.fields }] : [];
    return { status: 200, json: { data } };
  }
  if (call.method === 'DELETE') {
    page.fields = null;
  } else {
    const wanted =
      textOf(fieldsOf(call).fields.subscribed_fields) || call.query.get('subscribed_fields');
    if (!wanted) throw refuse(100, '(#100) Param subscribed_fields must be non-empty');
    page.fields = wanted.split(',');
  }
  return { status: 200, json: { success: true } };
}

/** `GET /{page}/feed`. */
export function feed(call: Call, world: FacebookWorld): Answer {
  const { id } = requirePage(world.state, call);
  const posts = world.state.posts.filter(({ page }) => page === id).reverse();
  return paged(posts.map(shownPost), call.query, `${world.url}/v23.0/${id}/feed`);
}

/** `GET /{page}/conversations`, each with its newest messages. */
export function conversations(call: Call, world: FacebookWorld): Answer {
  const { state, url } = world;
  const page = requirePage(state, call);
  const person = call.query.get('user_id');
  const talks = state.talks.filter(
    (talk) => talk.page === page.id && (person === null || talk.person.id === person),
  );
  const shown = talks.map(({ person: with_, messages }, index) => ({
    id: `t_${page.id}${index}`,
    updated_time: written(messages.at(-1)?.at ?? world.now()),
    participants: { data: [named(with_), named(page)] },
    messages: {
      data: messages
        .slice(-25)
        .reverse()
        .map(({ id, from, text, at, isFile }) => ({
          ...{ id, created_time: written(at), message: text },
          from: named(from === page.id ? page : with_),
          ...(isFile && { attachments: { data: [{ id: `${id}-file` }] } }),
        })),
    },
  }));
  return paged(shown, call.query, `${url}/v23.0/${page.id}/conversations`);
}

function requirePage(state: FacebookWorld['state'], { params, token }: Call): Page {
  const page = pageOf(state, params.id ?? '');
  if (!page) throw noSuchObject(params.id ?? '');
  if (page.token !== token) throw refuse(200, '(#200) The token is not that of the Page');
  return page;
}

export { listComments };
