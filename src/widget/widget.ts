import { Api } from './api';
import { Credentials, type IdentitySource } from './credentials';
import { Device } from './device';
import { element, icon, tell } from './element';
import { Panel } from './panel';
import { style, type Colours } from './style';
import { Talk } from './talk';
import { fill, type Language } from './words/languages';

const BALLOON = 'M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z';

export interface WidgetOptions {
  /** Where Parley is: `https://host/`. */
  base: string;
  channel: string;
  identity: IdentitySource;
  language: Language;
  colours: Colours;
  position: string | undefined;
  theme: string | undefined;
}

/** The bubble on a page, and what opens from it. */
export class Widget {
  private readonly host: HTMLElement;
  private readonly talk: Talk;
  private readonly panel: Panel;
  private readonly bubble: HTMLButtonElement;
  private readonly count = element('span', { class: 'count', hidden: true, 'aria-hidden': 'true' });
  private readonly news = element('div', { class: 'quiet', role: 'status' });

  constructor(private readonly options: WidgetOptions) {
    const { base, channel, identity, language, position, theme } = options;
    const device = new Device(channel);
    const api = new Api(new URL(`chat/${encodeURIComponent(channel)}`, base).href);
    const credentials = new Credentials(device, identity, () => api.openSession());
    api.credentials = credentials;
    const socketUrl = new URL('graphql', base.replace(/^http/, 'ws')).href;
    this.talk = new Talk({
      ...{ api, credentials, device, base, socketUrl },
      changed: () => this.render(),
    });
    this.panel = new Panel(this.talk, api, language, () => this.close());
    this.bubble = element(
      'button',
      {
        ...{ type: 'button', class: 'bubble', 'aria-haspopup': 'dialog', 'aria-expanded': 'false' },
        on: { click: () => (this.panel.isOpen ? this.close() : this.open()) },
      },
      ...[icon(BALLOON), this.count],
    );
    this.host = element('div', {
      ...{ 'data-parley': options.channel, lang: language.tag, dir: language.direction },
      ...{ 'data-position': position, 'data-theme': theme },
    });
    const root = this.host.attachShadow({ mode: 'open' });
    style(root, options.colours);
    const frame = element(
      'div',
      { dir: language.direction },
      this.panel.root,
      this.bubble,
      this.news,
    );
    root.append(frame);
    // shortcuts of the page are not for what is written here
    for (const name of ['keydown', 'keypress', 'keyup']) {
      frame.addEventListener(name, (event) => event.stopPropagation());
    }
    const again = () => this.render();
    for (const name of ['online', 'offline']) addEventListener(name, again);
    document.addEventListener('visibilitychange', again);
    document.body.append(this.host);
    this.render();
    if (credentials.isKnown) void this.talk.open();
  }

  open(): void {
    this.panel.open();
    void this.talk.open();
    this.render();
  }

  close(): void {
    if (!this.panel.isOpen) return;
    this.panel.close();
    this.render();
    this.bubble.focus();
  }

  identify(source: IdentitySource): void {
    void this.talk.identify(source);
  }

  private render(): void {
    const { talk, panel, bubble, options } = this;
    const { words } = options.language;
    if (panel.isOpen && document.visibilityState === 'visible') talk.seen();
    const unread = panel.isOpen ? 0 : talk.unread;
    const told = unread > 0 ? fill(words.unread, { n: unread }) : '';
    tell(this.count, unread > 99 ? '99+' : unread > 0 ? String(unread) : '');
    const label = panel.isOpen ? words.close : told ? `${words.open}, ${told}` : words.open;
    bubble.setAttribute('aria-label', label);
    bubble.setAttribute('aria-expanded', String(panel.isOpen));
    tell(this.news, told);
    this.news.hidden = false;
    panel.render();
  }
}
