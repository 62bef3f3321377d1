import type { Notification } from '../../../src/connectors/bluesky/lexicon';
import {
  missingFrom,
  newsIn,
  ownNewsIn,
  readProgress,
  watchedOf,
  watchMore,
  WINDOW,
  type Progress,
} from '../../../src/connectors/bluesky/progress';

const since = new Date('2026-03-01T00:00:00.000Z');

/** A mention, so many seconds after the channel began. */
function mention(name: string, seconds: number, cid = 'c'): Notification {
  const author = { did: 'did:plc:ana', handle: 'ana.test' };
  const indexedAt = new Date(since.getTime() + seconds * 1_000).toISOString();
  const uri = `at://did:plc:ana/app.bsky.feed.post/${name}`;
  return { uri, cid, author, reason: 'mention', record: {}, indexedAt };
}

function after(...known: Notification[]): Progress {
  const begun = readProgress(null, since);
  return { ...begun, watched: watchMore(begun.watched, known.map(watchedOf)) };
}

const names = (list: readonly { uri: string }[]) => list.map(({ uri }) => uri.split('/').at(-1));

test('a new channel begins where its history begins, and goes on where it was', () => {
  const begun = readProgress(null, since);
  expect(begun).toMatchObject({ since: since.getTime(), through: null, watched: [] });
  const later = { ...after(mention('a', 1)), through: 5 };
  expect(readProgress(JSON.parse(JSON.stringify(later)), new Date())).toEqual(later);
  expect(readProgress({ of: 'another version' }, since)).toEqual(begun);
});

test('what is not known is new, however late it comes into the list', () => {
  const list = [mention('c', 3), mention('late', 2), mention('a', 1), mention('before', -1)];
  const news = newsIn(list, after(mention('a', 1), mention('c', 3)));
  expect(names(news.fresh)).toEqual(['late']);
  expect(news.edited).toEqual([]);
});

test('what is known with other content was edited', () => {
  const news = newsIn([mention('a', 1, 'other')], after(mention('a', 1)));
  expect([names(news.fresh), names(news.edited)]).toEqual([[], ['a']]);
});

test('what a list leaves out between its newest and its oldest is missing', () => {
  const known = after(mention('a', 1), mention('b', 2), mention('c', 3), mention('d', 4));
  expect(names(missingFrom([mention('c', 3), mention('b', 2)], false, known))).toEqual(['d']);
  expect(names(missingFrom([mention('d', 4), mention('a', 1)], false, known))).toEqual(['c', 'b']);
});

test('of a list that was read to its end, older ones are missing too', () => {
  const known = after(mention('a', 1), mention('b', 2));
  expect(names(missingFrom([mention('b', 2)], false, known))).toEqual([]);
  expect(names(missingFrom([mention('b', 2)], true, known))).toEqual(['a']);
  expect(names(missingFrom([], true, known))).toEqual(['b', 'a']);
});

test('the newest records are watched', () => {
  const many = Array.from({ length: WINDOW + 5 }, (_, index) => mention(`${index}`, index));
  const { watched } = after(...many);
  expect(watched).toHaveLength(WINDOW);
  expect(names(watched).slice(0, 2)).toEqual([`${WINDOW + 4}`, `${WINDOW + 3}`]);
});

describe('of the company’s own posts', () => {
  const own = (name: string, cid = 'c') => ({
    ...{ uri: `at://did:plc:brand/app.bsky.feed.post/${name}`, cid, value: {} },
  });

  test('new, edited and deleted ones are told apart', () => {
    const known = [own('3d'), own('3c'), own('3b')];
    const news = ownNewsIn([own('3e'), own('3d', 'other'), own('3b')], false, known);
    expect([names(news.changed), news.gone]).toEqual([['3e', '3d'], [own('3c').uri]]);
  });

  test('those below the page are not taken for deleted', () => {
    expect(ownNewsIn([own('3d')], false, [own('3d'), own('3b')]).gone).toEqual([]);
    expect(ownNewsIn([own('3d')], true, [own('3d'), own('3b')]).gone).toEqual([own('3b').uri]);
  });
});
