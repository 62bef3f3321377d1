import type { InboundAttachment, MessageContent } from '../kit/item';
import { webUrlOf } from './at-uri';
import { embeddedIn, type Embedded, type Picture } from './embed';
import type { Post } from './lexicon';

/**
 * What a post holds beside its text. `facets` tell which bytes of the text are mentions, links and
 * tags; `media` describes the attachments, in their order.
 */
export function contentOf(record: Post): MessageContent | null {
  const { facets, langs } = record;
  const embedded = embeddedIn(record);
  const described = filesOf(embedded).filter(({ alt, aspectRatio }) => alt || aspectRatio);
  const share = shareOf(embedded);
  const content: MessageContent = {
    ...(facets?.length && { facets }),
    ...(langs?.length && { languages: langs }),
    ...(share && { share }),
    ...(described.length > 0 && {
      media: described.map(({ blob, alt, aspectRatio }) => ({ cid: blob.cid, alt, aspectRatio })),
    }),
    ...(embedded.unknown !== null && { unsupported: embedded.unknown }),
  };
  return Object.keys(content).length > 0 ? content : null;
}

/** The files of a post, named by whose they are and what they are. */
export function attachmentsOf(record: Post, did: string): InboundAttachment[] {
  return filesOf(embeddedIn(record)).map(({ blob }) => ({
    contentType: blob.contentType,
    byteSize: blob.byteSize,
    externalId: `${did}/${blob.cid}`,
  }));
}

function filesOf({ pictures, video }: Embedded): Picture[] {
  return video ? [...pictures, video] : pictures;
}

function shareOf({ quote, page }: Embedded): MessageContent['share'] | null {
  if (quote) return { externalId: quote.uri, url: webUrlOf(quote.uri)! };
  if (page) return { url: page.uri, ...(page.title !== null && { title: page.title }) };
  return null;
}
