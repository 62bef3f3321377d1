import type { ChatFile, ChatMessage } from './answers';
import { element, tell } from './element';
import type { Draft } from './outbox';
import type { Talk } from './talk';
import { describe } from './trouble-words';
import { fill, type Language } from './words/languages';

const SHOWN = /^image\/(png|jpeg|gif|webp|avif)$/;
/** Nearer to the end than this, in pixels, the reader is at the end and stays there. */
const NEAR = 60;

/** What was said, and what is on its way. */
export class Log {
  readonly root: HTMLElement;
  private readonly welcome = element('p', { class: 'welcome', dir: 'auto' });
  private readonly earlier: HTMLButtonElement;
  private readonly list = element('div', {
    ...{ role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions' },
  });
  /** What is shown, by what it was made of: it is made anew where that has changed. */
  private readonly rows = new Map<string, { of: string; row: HTMLElement }>();

  constructor(
    private readonly talk: Talk,
    private readonly language: Language,
  ) {
    const { words } = language;
    this.earlier = element(
      'button',
      { type: 'button', class: 'link earlier', on: { click: () => void this.readEarlier() } },
      words.earlier,
    );
    this.root = element(
      'div',
      { class: 'scroll', role: 'region', 'aria-labelledby': 'title', tabindex: 0 },
      ...[this.welcome, this.earlier, this.list],
    );
  }

  render(): void {
    const { talk, root } = this;
    const wasAtEnd = root.scrollHeight - root.scrollTop - root.clientHeight < NEAR;
    tell(this.welcome, talk.greeting?.welcome ?? '');
    this.earlier.hidden = !talk.hasEarlier;
    const wanted = [
      ...talk.messages.map((message) => this.rowOf(message.id, message, () => this.said(message))),
      ...talk.outbox.drafts.map((draft) =>
        this.rowOf(draft.clientKey, draft, () => this.waiting(draft)),
      ),
    ];
    const kept = new Set(wanted);
    for (const [key, { row }] of this.rows) {
      if (kept.has(row)) continue;
      row.remove();
      this.rows.delete(key);
    }
    wanted.forEach((row, index) => {
      if (this.list.children[index] !== row) {
        this.list.insertBefore(row, this.list.children[index] ?? null);
      }
    });
    if (wasAtEnd) this.toEnd();
  }

  toEnd(): void {
    this.root.scrollTop = this.root.scrollHeight;
  }

  private async readEarlier(): Promise<void> {
    const { root } = this;
    const below = root.scrollHeight - root.scrollTop;
    await this.talk.readEarlier().catch(() => undefined);
    root.scrollTop = root.scrollHeight - below;
  }

  private rowOf(key: string, source: ChatMessage | Draft, make: () => HTMLElement): HTMLElement {
    const of = JSON.stringify(source);
    const known = this.rows.get(key);
    if (known?.of === of) return known.row;
    const row = make();
    known?.row.replaceWith(row);
    this.rows.set(key, { of, row });
    return row;
  }

  private said(message: ChatMessage): HTMLElement {
    const { words, tag } = this.language;
    const isOwn = message.author === 'CUSTOMER';
    const name = isOwn ? words.you : (message.authorName ?? this.talk.greeting?.name ?? '');
    const isGone = message.deletedAt !== null;
    const text = isGone ? words.deleted : message.body;
    const at = new Date(message.sentAt);
    const isToday = at.toDateString() === new Date().toDateString();
    const when = at.toLocaleString(tag, {
      ...(!isToday && { day: 'numeric', month: 'short' }),
      ...{ hour: 'numeric', minute: '2-digit' },
    });
    return element(
      'div',
      { class: `message${isOwn ? ' own' : ''}` },
      element('div', { class: isOwn ? 'quiet' : 'who', dir: 'auto' }, name),
      text && element('div', { class: `text${isGone ? ' gone' : ''}`, dir: 'auto' }, text),
      ...message.attachments.map((file) => this.file(file)),
      element(
        'div',
        { class: 'when' },
        element('time', { datetime: message.sentAt }, when),
        message.editedAt !== null && !isGone ? ` · ${words.edited}` : null,
      ),
    );
  }

  private file({ fileName, contentType, url }: ChatFile): HTMLElement {
    const name = fileName ?? '';
    const href = url === null ? null : this.talk.addressOf(url);
    if (href === null) return element('span', { class: 'file' }, name);
    const isImage = SHOWN.test(contentType ?? '');
    const image = {
      src: href,
      alt: name,
      on: { load: () => this.toEnd(), error: () => this.talk.relink() },
    };
    return element(
      'a',
      { class: 'file', href, target: '_blank', rel: 'noopener noreferrer', dir: 'auto' },
      isImage ? element('img', image) : name,
    );
  }

  private waiting(draft: Draft): HTMLElement {
    const { words } = this.language;
    const { state, trouble, clientKey, body, files } = draft;
    const outbox = this.talk.outbox;
    const act = (label: string, click: () => void) =>
      element('button', { type: 'button', class: 'link', on: { click } }, label);
    const why =
      state === 'SENDING'
        ? words.sending
        : state === 'WAITING'
          ? trouble && trouble.kind !== 'UNREACHABLE'
            ? describe(trouble, words)
            : words.waiting
          : `${words.failed} ${trouble ? describe(trouble, words) : ''}`;
    return element(
      'div',
      { class: 'message own' },
      element('div', { class: 'quiet' }, words.you),
      body && element('div', { class: 'text', dir: 'auto' }, body),
      ...files.map(({ name }) => element('span', { class: 'file', dir: 'auto' }, name)),
      element(
        'div',
        { class: `when${state === 'FAILED' ? ' wrong' : ''}` },
        why,
        ...(state === 'FAILED'
          ? [
              act(words.retry, () => outbox.retry(clientKey)),
              act(words.discard, () => outbox.discard(clientKey)),
            ]
          : []),
      ),
    );
  }
}

/** What is said of somebody of the company who types. */
export function typingWords(talk: Talk, { words }: Language): string {
  return talk.companyTypes ? fill(words.typing, { name: talk.greeting?.name ?? '' }) : '';
}
