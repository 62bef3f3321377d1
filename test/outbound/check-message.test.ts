import { silent, type Capabilities } from '../../src/connectors/kit/capabilities';
import { checkMessage, type Draft } from '../../src/domain/outbound/check-message';
import { textLength, type TextUnit } from '../../src/domain/outbound/text-length';

const lengths: [text: string, lengths: Record<TextUnit, number>][] = [
  ['', { utf16: 0, codePoints: 0, graphemes: 0, bytes: 0, weighted: 0 }],
  ['plain', { utf16: 5, codePoints: 5, graphemes: 5, bytes: 5, weighted: 5 }],
  ['Grüße', { utf16: 5, codePoints: 5, graphemes: 5, bytes: 7, weighted: 5 }],
  // the same in two pieces each
  ['Gru\u0308ße', { utf16: 6, codePoints: 6, graphemes: 5, bytes: 8, weighted: 5 }],
  ['日本語', { utf16: 3, codePoints: 3, graphemes: 3, bytes: 9, weighted: 6 }],
  ['👍', { utf16: 2, codePoints: 1, graphemes: 1, bytes: 4, weighted: 2 }],
  ['👩‍👩‍👧‍👦', { utf16: 11, codePoints: 7, graphemes: 1, bytes: 25, weighted: 2 }],
  ['🇩🇪', { utf16: 4, codePoints: 2, graphemes: 1, bytes: 8, weighted: 2 }],
  ['© 1', { utf16: 3, codePoints: 3, graphemes: 3, bytes: 4, weighted: 3 }],
  ['a\r\nb', { utf16: 4, codePoints: 4, graphemes: 3, bytes: 4, weighted: 4 }],
  [
    'see https://example.com/a/very/long/path?with=a&query=too ok',
    { utf16: 60, codePoints: 60, graphemes: 60, bytes: 60, weighted: 30 },
  ],
];

test.each(lengths)('%j is as long as each platform counts', (text, expected) => {
  const counted = Object.keys(expected).map((unit) => [unit, textLength(text, unit as TextUnit)]);
  expect(Object.fromEntries(counted)).toEqual(expected);
});

const capabilities: Capabilities = {
  ...silent,
  text: { longest: 10, unit: 'graphemes', markup: 'NONE' },
  media: {
    image: { contentTypes: ['image/png', 'image/jpeg'], largestBytes: 1_000, most: 2 },
    document: { contentTypes: ['application/pdf', 'image/svg+xml'], largestBytes: 5_000, most: 1 },
  },
  mostAttachments: 3,
};
const png = { contentType: 'image/png', byteSize: 10 };
const pdf = { contentType: 'application/pdf; charset=binary', byteSize: 10 };
const draft: Draft = { body: '', attachments: [], isReply: false };

const drafts: [
  words: string,
  draft: Partial<Draft>,
  change: Partial<Capabilities>,
  reasons: string[],
][] = [
  ['a text', { body: 'Hello' }, {}, []],
  ['a text of the full length', { body: '👩‍👩‍👧‍👦'.repeat(10) }, {}, []],
  ['a text that is too long', { body: 'x'.repeat(11) }, {}, ['TEXT_TOO_LONG']],
  ['nothing', {}, {}, ['EMPTY']],
  ['spaces', { body: ' \n ' }, {}, ['EMPTY']],
  [
    'a text where none can be sent',
    { body: 'Hello' },
    { text: silent.text },
    ['TEXT_NOT_SUPPORTED'],
  ],
  ['a picture', { attachments: [png] }, {}, []],
  ['a text and a picture', { body: 'x', attachments: [png] }, {}, ['TEXT_WITH_MEDIA']],
  [
    'a text that is too long beside a picture',
    { body: '12345', attachments: [png] },
    { textWithMedia: true, media: { image: { ...capabilities.media.image!, longestText: 4 } } },
    ['TEXT_TOO_LONG'],
  ],
  [
    'a text beside a picture that takes none',
    { body: 'x', attachments: [png] },
    { textWithMedia: true, media: { image: { ...capabilities.media.image!, longestText: 0 } } },
    ['TEXT_WITH_MEDIA'],
  ],
  [
    'a text that is too long above choices',
    { body: '12345', hasChoices: true },
    { choices: { most: 3, longestTitle: 20, longestText: 4 } },
    ['TEXT_TOO_LONG'],
  ],
  [
    'a text and a picture where both may go together',
    { body: 'x', attachments: [png] },
    { textWithMedia: true },
    [],
  ],
  ['as many files as may be', { attachments: [png, png, pdf] }, {}, []],
  ['too many of a kind', { attachments: [png, png, png] }, {}, ['TOO_MANY_ATTACHMENTS']],
  [
    'too many in all',
    { attachments: [png, png, pdf] },
    { mostAttachments: 2 },
    ['TOO_MANY_ATTACHMENTS'],
  ],
  [
    'a file that is too large',
    { attachments: [{ ...png, byteSize: 1_001 }] },
    {},
    ['MEDIA_TOO_LARGE'],
  ],
  [
    'a picture of another type',
    { attachments: [{ contentType: 'image/webp', byteSize: 1 }] },
    {},
    ['MEDIA_TYPE_NOT_SUPPORTED'],
  ],
  [
    'a picture that goes as a document',
    { attachments: [{ contentType: 'image/svg+xml', byteSize: 4_000 }] },
    {},
    [],
  ],
  [
    'a film',
    { attachments: [{ contentType: 'video/mp4', byteSize: 1 }] },
    {},
    ['MEDIA_NOT_SUPPORTED'],
  ],
  ['a reply', { body: 'x', isReply: true }, {}, ['REPLY_NOT_SUPPORTED']],
  ['a reply where there are some', { body: 'x', isReply: true }, { replies: true }, []],
];

test.each(drafts)('%s is judged by what the channel can send', (_, change, able, reasons) => {
  const problems = checkMessage({ ...draft, ...change }, { ...capabilities, ...able });
  expect(problems.map(({ reason }) => reason)).toEqual(reasons);
});

test('the offending file is told by its place', () => {
  const attachments = [png, { ...png, byteSize: 2_000 }];
  expect(checkMessage({ ...draft, attachments }, capabilities)).toMatchObject([
    { field: 'attachments', index: 1 },
  ]);
});
