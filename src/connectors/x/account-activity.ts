import type { InboundItem } from '../kit/item';
import { readMark, sentMessage, type Mail } from './direct-messages';
import { fieldsOf, idOf, listOf, momentOf, textOf, type Fields } from './fields';
import { deedItem, likeItems, revocation, revoked } from './moments';
import { readOldPost } from './old-post';
import { partyOf, peopleOf } from './people';
import type { Post } from './post';
import { talkItems, type Talk } from './talk';

/** What the older events are read with. */
export interface Told {
  company: string;
  receivedAt: Date;
}

/** Whether a payload has the form of the Account Activity API, as direct messages still have. */
export function isAccountActivity(payload: Fields): boolean {
  return Object.keys(payload).some((name) => name in readers || name === 'user_event');
}

type Reader = (event: Fields, payload: Fields, told: Told) => (InboundItem | null)[];

const deed: Reader = (event, _payload, { company, receivedAt }) => [
  deedItem(event, textOf(event.type) ?? '', {
    ...{ company, name: null },
    at: momentOf(event.created_timestamp) ?? receivedAt,
  }),
];

const readers: Readonly<Record<string, Reader>> = {
  tweet_create_events: (event, _payload, told) => posted(event, told),
  tweet_delete_events: (event, _payload, { receivedAt }) => {
    const externalId = idOf(fieldsOf(event.status), 'id');
    const deletedAt = momentOf(event.timestamp_ms) ?? receivedAt;
    return externalId === null ? [] : [{ type: 'deletion', externalId, deletedAt }];
  },
  favorite_events: (event, _payload, told) => liked(event, told),
  direct_message_events: (event, payload, told) => [sentMessage(event, mailOf(payload, told))],
  direct_message_mark_read_events: (event, payload, told) => [
    readMark(event, mailOf(payload, told)),
  ],
  // nobody is told that somebody types
  direct_message_indicate_typing_events: () => [],
  follow_events: deed,
  unfollow_events: deed,
  block_events: deed,
  unblock_events: deed,
  mute_events: deed,
  unmute_events: deed,
};

/** What events of the Account Activity API say. */
export function accountActivityItems(payload: Fields, told: Told): InboundItem[] {
  const items = Object.entries(readers).flatMap(([name, read]) =>
    listOf(payload[name]).flatMap((event) => read(event, payload, told)),
  );
  const taken = fieldsOf(fieldsOf(payload.user_event)?.revoke);
  if (taken) {
    const { userId, at } = revoked(taken);
    items.push(revocation(userId, at ?? told.receivedAt, told.company));
  }
  return items.filter((item) => item !== null);
}

function mailOf(payload: Fields, { company, receivedAt }: Told): Mail {
  return { company, receivedAt, people: peopleOf(payload.users), media: new Map() };
}

function posted(event: Fields, told: Told): InboundItem[] {
  const read = readOldPost(event);
  if (!read) return [];
  const around = read.within.flatMap((fields) => readOldPost(fields)?.post ?? []);
  const people = peopleOf([event.user, ...read.within.map(({ user }) => user)].filter(Boolean));
  const talk: Talk = {
    ...{ ...told, people, rules: [] },
    posts: new Map(around.map((post) => [post.id, post])),
  };
  return talkItems(read.post, talk);
}

function liked(event: Fields, told: Told): InboundItem[] {
  const fields = fieldsOf(event.favorited_status);
  const read = fields && readOldPost(fields);
  const userId = idOf(fieldsOf(event.user), 'id');
  if (!read || userId === null) return [];
  const { post } = read;
  const actor = userId === told.company ? null : partyOf(userId, peopleOf([event.user]));
  const at = momentOf(event.timestamp_ms) ?? momentOf(event.created_at) ?? told.receivedAt;
  return [
    ...ownPost(post, told, fields),
    ...likeItems({ id: textOf(event.id), postId: post.id, actor, at, removed: false, post }),
  ];
}

/** The company's own, that others react to. */
function ownPost(post: Post, told: Told, fields: Fields): InboundItem[] {
  return post.authorId === told.company ? posted(fields, told) : [];
}
