import type { Api } from './api';
import { Composer } from './composer';
import { element, icon, tell } from './element';
import { Intake } from './intake';
import { Log, typingWords } from './log';
import type { Talk } from './talk';
import { describe } from './trouble-words';
import type { Language } from './words/languages';

const CROSS =
  'M19 6.4 17.6 5 12 10.6 6.4 5 5 6.4 10.6 12 5 17.6 6.4 19 12 13.4 17.6 19 19 17.6 13.4 12z';
const FOCUSABLE = 'button, input, textarea, select, a[href], [tabindex="0"]';

/** The open chat: a dialog that keeps the keyboard to itself until it is closed. */
export class Panel {
  readonly root: HTMLElement;
  private readonly title = element('h2', { id: 'title', dir: 'auto' });
  private readonly notice = element('div', { class: 'notice', role: 'status', hidden: true });
  private readonly typing = element('div', { class: 'typing', role: 'status' });
  private readonly log: Log;
  private readonly composer: Composer;
  private readonly intake: Intake;
  private readonly form: HTMLElement;
  private readonly closing: HTMLButtonElement;
  private wantsFocus = false;

  constructor(
    private readonly talk: Talk,
    api: Api,
    private readonly language: Language,
    close: () => void,
  ) {
    const { words } = language;
    const submit = () => this.submit();
    this.log = new Log(talk, language);
    this.intake = new Intake(language);
    this.composer = new Composer(talk, api, language, submit);
    this.form = element('div', { hidden: true }, this.intake.root);
    this.log.root.append(this.form);
    this.closing = element(
      'button',
      { type: 'button', 'aria-label': words.close, title: words.close, on: { click: close } },
      icon(CROSS),
    );
    this.root = element(
      'div',
      {
        ...{ class: 'panel', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'title' },
        hidden: true,
        on: {
          dragover: (event) => event.preventDefault(),
          drop: (event) => {
            event.preventDefault();
            this.composer.pick(event.dataTransfer?.files);
          },
          keydown: (event) => {
            if (event.key === 'Escape') close();
            else if (event.key === 'Tab') this.keepFocus(event);
          },
        },
      },
      element('div', { class: 'head' }, this.title, this.closing),
      ...[this.notice, this.log.root, this.typing, this.composer.root],
    );
  }

  get isOpen(): boolean {
    return !this.root.hidden;
  }

  open(): void {
    this.root.hidden = false;
    this.wantsFocus = true;
    this.closing.focus();
    this.render();
    this.log.toEnd();
  }

  close(): void {
    this.root.hidden = true;
    this.talk.types(false);
  }

  render(): void {
    if (!this.isOpen) return;
    const { talk, language } = this;
    tell(this.title, talk.greeting?.name ?? language.words.open);
    tell(this.notice, this.noticeWords());
    tell(this.typing, typingWords(talk, language));
    this.typing.hidden = false;
    const isNew = talk.conversation === null && talk.outbox.drafts.length === 0;
    const questions = talk.greeting?.questions ?? [];
    this.form.hidden = !isNew || questions.length === 0;
    this.intake.ask(questions);
    const isClosed = talk.greeting === null || this.blocks();
    this.composer.root.hidden = isClosed;
    this.log.render();
    this.composer.render();
    if (!this.wantsFocus || isClosed) return;
    // now there is something to write in
    this.wantsFocus = false;
    const first = this.form.hidden ? null : this.form.querySelector<HTMLElement>(FOCUSABLE);
    (first ?? this.composer.text).focus();
  }

  private submit(): void {
    const answers = this.form.hidden ? [] : this.intake.take();
    if (answers === null) return;
    const written = this.composer.take();
    if (!written) return;
    this.talk.outbox.add({ ...written, answers });
    this.log.toEnd();
    this.composer.text.focus();
  }

  /** Whether nothing can be written at all. */
  private blocks(): boolean {
    const kind = this.talk.trouble?.kind;
    return kind === 'REFUSED' || kind === 'SIGNED_OUT' || this.needsSignIn();
  }

  private needsSignIn(): boolean {
    const { greeting, isSignedIn } = this.talk;
    return greeting?.signInNeeded === true && !isSignedIn;
  }

  private noticeWords(): string {
    const { words } = this.language;
    const { talk } = this;
    if (this.needsSignIn()) return words.signIn;
    if (!navigator.onLine) return words.offline;
    if (talk.trouble) return describe(talk.trouble, words);
    if (talk.greeting === null || (talk.conversation && !talk.isLive)) return words.connecting;
    return talk.conversation?.status === 'CLOSED' ? words.closed : '';
  }

  /** The keyboard goes round within the dialog. */
  private keepFocus(event: KeyboardEvent): void {
    const all = [...this.root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
      (it) => it.offsetParent !== null && !it.hasAttribute('disabled'),
    );
    const active = (this.root.getRootNode() as ShadowRoot).activeElement;
    const edge = event.shiftKey ? all[0] : all[all.length - 1];
    if (active !== edge && all.includes(active as HTMLElement)) return;
    event.preventDefault();
    (event.shiftKey ? all[all.length - 1] : all[0])?.focus();
  }
}
