/** The look: in the shadow root, so that neither the page's styles nor these reach the other. */
const css = `
:host { all: initial; --accent: #1f5eff; --on-accent: #fff; --text: #17181c; --soft: #5c6069;
  --line: #d5d8de; --back: #fff; --theirs: #f0f2f5; --bad: #b3261e;
  position: fixed; inset-block-end: 0; inset-inline-end: 0; z-index: 2147483000;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--text) }
:host([data-position=start]) { inset-inline: 0 auto }
[hidden] { display: none !important }
* { box-sizing: border-box }
button, input, textarea, select { font: inherit; color: inherit }
button { cursor: pointer; border: 0; background: none; padding: 0 }
button:disabled { cursor: default; opacity: .5 }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
svg { width: 24px; height: 24px; fill: currentColor; display: block }
.quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap }
.bubble { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; width: 56px; height: 56px;
  border-radius: 50%; background: var(--accent); color: var(--on-accent); display: grid;
  place-items: center; box-shadow: 0 4px 16px #0004 }
:host([data-position=start]) .bubble { inset-inline: 20px auto }
.count { position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-width: 22px;
  padding: 0 6px; border-radius: 11px; background: var(--bad); color: #fff; font-size: 13px;
  line-height: 22px; text-align: center }
.panel { position: fixed; inset-block-end: 88px; inset-inline-end: 20px; width: 372px;
  height: min(600px, calc(100dvh - 108px)); display: flex; flex-direction: column;
  background: var(--back); border-radius: 14px; box-shadow: 0 8px 40px #0005; overflow: hidden;
  animation: rise .16s ease-out }
:host([data-position=start]) .panel { inset-inline: 20px auto }
@keyframes rise { from { opacity: 0; transform: translateY(8px) } }
.head { display: flex; align-items: center; gap: 8px; padding: 12px 16px; background: var(--accent);
  color: var(--on-accent) }
.head h2 { margin: 0; font-size: 16px; flex: 1; overflow-wrap: anywhere }
.head :focus-visible, .send:focus-visible { outline-color: currentColor; outline-offset: -3px }
.notice { padding: 8px 16px; background: #fff4d6; color: #4a3900; font-size: 13px }
.scroll { flex: 1; overflow-y: auto; padding: 16px; overscroll-behavior: contain }
.welcome { margin: 0 0 12px; white-space: pre-wrap; overflow-wrap: anywhere }
.message { max-width: 85%; margin-block-end: 10px; width: fit-content }
.message.own { margin-inline: auto 0 }
.message:not(.own) { margin-inline: 0 auto }
.who, .when { font-size: 12px; color: var(--soft) }
.own .who, .own .when { text-align: end }
.text { padding: 8px 12px; border-radius: 14px; background: var(--theirs); white-space: pre-wrap;
  overflow-wrap: anywhere; width: fit-content; max-width: 100% }
.own .text { background: var(--accent); color: var(--on-accent); margin-inline-start: auto }
.gone { font-style: italic; opacity: .8 }
.file { display: block; margin-block-start: 4px; color: inherit; overflow-wrap: anywhere }
.file img { display: block; max-width: 100%; max-height: 220px; border-radius: 10px }
.wrong { color: var(--bad) }
.link { text-decoration: underline; padding: 2px 4px }
.earlier { display: block; margin: 0 auto 12px }
.typing { padding: 0 16px 6px; min-height: 24px; font-size: 13px; color: var(--soft) }
.composer { border-block-start: 1px solid var(--line); padding: 8px 12px }
.row { display: flex; align-items: flex-end; gap: 8px }
textarea { flex: 1; resize: none; border: 1px solid var(--line); border-radius: 10px; padding: 8px 10px;
  background: none; min-height: 42px; max-height: 140px; min-width: 0 }
.tool, .send { width: 42px; height: 42px; flex: none; display: grid; place-items: center;
  border-radius: 10px }
.send { background: var(--accent); color: var(--on-accent) }
[dir=rtl] .send svg { transform: scaleX(-1) }
.chips { list-style: none; margin: 0 0 6px; padding: 0; font-size: 13px }
.chips li { display: flex; gap: 8px; align-items: center; overflow-wrap: anywhere }
.field { display: block; margin-block-end: 12px }
.field > span { display: block; margin-block-end: 4px }
.field input:not([type=checkbox]), .field select, .field textarea { width: 100%; border: 1px solid var(--line);
  border-radius: 10px; padding: 8px 10px; background: var(--back) }
.field.check > span { display: inline; margin-inline-start: 8px }
.problem { color: var(--bad); font-size: 13px; display: block }
@media (max-width: 480px) {
  input, textarea, select { font-size: 16px }
  .panel { inset: 0; width: auto; height: auto; border-radius: 0 }
  :host([data-position=start]) .panel { inset: 0 }
  .panel:not([hidden]) ~ .bubble { display: none }
}
@media (prefers-color-scheme: dark) {
  :host([data-theme=auto]) { --text: #eceef2; --soft: #a6abb5; --line: #454a54; --back: #1d1f24;
    --theirs: #2d3037; --bad: #ff8a80 }
  :host([data-theme=auto]) .count { color: #000 }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; scroll-behavior: auto !important } }
@media (forced-colors: active) { .bubble, .panel, .text { border: 1px solid } }
`;

/** Colours that a page may set, by their name in the styles. */
export type Colours = Record<'accent' | 'on-accent', string | undefined>;

/** Styles a shadow root without a style element, which strict policies refuse. */
export function style(root: ShadowRoot, colours: Colours): void {
  const given = Object.entries(colours).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && CSS.supports('color', pair[1]),
  );
  const own = given.map(([name, colour]) => `--${name}: ${colour}`).join('; ');
  const text = `${css}${own && `:host { ${own} }`}`;
  if ('adoptedStyleSheets' in root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [sheet];
    return;
  }
  // an old browser, which needs the page's policy to allow it
  const fallback = document.createElement('style');
  fallback.textContent = text;
  (root as ShadowRoot).append(fallback);
}
