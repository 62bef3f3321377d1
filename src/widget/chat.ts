import type { IdentitySource } from './credentials';
import { Widget } from './widget';
import type { Words } from './words/english';
import { languageOf } from './words/languages';

/*
 * The chat bubble: <script src="https://HOST/chat.js" data-channel="chn_…" async></script>. The page
 * speaks to it by window.parley(command, …), also before it has loaded:
 *   window.parley = window.parley || function () { (parley.q = parley.q || []).push(arguments); };
 */

type Call = Iterable<unknown> & ArrayLike<unknown>;
type Front = ((...call: unknown[]) => void) & { q?: Call[] };

declare global {
  interface Window {
    parley?: Front;
  }
}

function begin(script: HTMLScriptElement): void {
  const { channel, token, lang, color, textColor, position, theme } = script.dataset;
  if (!channel) {
    // for whoever puts it on the page
    console.warn('Parley chat: the script needs data-channel="chn_…".'); // eslint-disable-line no-console
    return;
  }
  // a page that loads it twice has one all the same
  if (document.querySelector('[data-parley]')) return;
  const early = window.parley?.q ?? [];
  const tag = lang ?? (document.documentElement.lang || navigator.language);
  const asked = (command: string) => [...early].reverse().find(([name]) => name === command)?.[1];
  const widget = new Widget({
    ...{ base: new URL('.', script.src).href, channel, position, theme },
    identity: (asked('identify') as IdentitySource | undefined) ?? token ?? null,
    language: languageOf(tag, asked('words') as Partial<Words> | undefined),
    colours: { accent: color, 'on-accent': textColor },
  });
  const commands: Record<string, (argument: unknown) => void> = {
    open: () => widget.open(),
    close: () => widget.close(),
    identify: (source) => widget.identify(source as IdentitySource),
    // it was heeded when the widget was made
    words: () => undefined,
  };
  const front: Front = (name, argument) => commands[String(name)]?.(argument);
  window.parley = front;
  for (const call of early) if (call[0] === 'open') front('open');
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.body) begin(script);
  else addEventListener('DOMContentLoaded', () => begin(script));
}
