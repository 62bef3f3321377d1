import sanitizeHtml, { type Attributes, type IOptions } from 'sanitize-html';
import { safeStyle } from './safe-style';

/** HTML that can be shown as it is. */
export interface SafeHtml {
  html: string;
  /** Pictures that were to be fetched from elsewhere, which tells the sender who reads when. */
  remoteImages: number;
}

/** Marks of structure and looks; nothing that runs, loads or asks. */
const TAGS = [
  ...['a', 'abbr', 'address', 'b', 'big', 'blockquote', 'br', 'caption', 'center', 'cite', 'code'],
  ...['col', 'colgroup', 'dd', 'del', 'div', 'dl', 'dt', 'em', 'figcaption', 'figure', 'font'],
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'i', 'img', 'ins', 'kbd', 'li', 'ol', 'p', 'pre'],
  ...['q', 's', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'table', 'tbody', 'td', 'tfoot'],
  ...['th', 'thead', 'tr', 'tt', 'u', 'ul', 'var'],
];
/** Makes the HTML of a stranger safe: pictures from elsewhere keep their place, not their address. */
export function safeHtml(html: string): SafeHtml {
  let remoteImages = 0;
  const options: IOptions = {
    allowedTags: TAGS,
    allowedAttributes: {
      '*': ['align', 'dir', 'lang', 'style', 'title', 'valign'],
      a: ['href', 'name', 'rel', 'target'],
      img: ['src', 'alt', 'width', 'height', 'data-remote-src'],
      font: ['color', 'face', 'size'],
      ol: ['start', 'type'],
      td: ['colspan', 'rowspan', 'width', 'height', 'bgcolor'],
      th: ['colspan', 'rowspan', 'width', 'height', 'bgcolor'],
      table: ['border', 'cellpadding', 'cellspacing', 'width', 'bgcolor'],
      tr: ['bgcolor'],
    },
    // safeStyle has read them; the library's way through PostCSS takes ten times as long
    parseStyleAttributes: false,
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['cid'] },
    allowProtocolRelative: false,
    disallowedTagsMode: 'discard',
    nestingLimit: 100,
    transformTags: {
      '*': (tagName, { style, ...attribs }) => {
        const safe = style === undefined ? '' : safeStyle(style);
        const kept: Attributes = attribs;
        return { tagName, attribs: safe === '' ? kept : { ...kept, style: safe } };
      },
      a: (tagName, attribs) => ({
        tagName,
        attribs: { ...attribs, rel: 'noopener noreferrer nofollow', target: '_blank' },
      }),
      img: (tagName, { src = '', ...attribs }) => {
        const kept: Attributes = attribs;
        delete kept['data-remote-src'];
        if (/^\s*cid:/i.test(src)) return { tagName, attribs: { ...kept, src: src.trim() } };
        if (!/^\s*(?:https?:)?\/\//i.test(src)) return { tagName, attribs: kept };
        remoteImages++;
        return { tagName, attribs: { ...kept, 'data-remote-src': src.trim() } };
      },
    },
  };
  return { html: sanitizeHtml(html, options).trim(), remoteImages };
}
