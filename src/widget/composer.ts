import type { Api } from './api';
import { element, icon, tell } from './element';
import type { Draft } from './outbox';
import type { Talk } from './talk';
import { Trouble } from './trouble';
import { describe } from './trouble-words';
import { fill, type Language } from './words/languages';

const CLIP =
  'M16.5 6v11a4.5 4.5 0 0 1-9 0V5a3 3 0 0 1 6 0v10.5a1.5 1.5 0 0 1-3 0V6H9v9.5a3 3 0 0 0 6 0V5A4.5 4.5 0 0 0 6 5v12a6 6 0 0 0 12 0V6h-1.5z';
const ARROW = 'M2 21l21-9L2 3v7l15 2-15 2v7z';
const MEGABYTE = 1024 * 1024;

/** A file that goes along; its id is known once it is there. */
interface Picked {
  name: string;
  id: string | null;
}

/** Where messages are written, and files picked. */
export class Composer {
  readonly root: HTMLElement;
  readonly text: HTMLTextAreaElement;
  readonly problem = element('div', { class: 'problem', role: 'alert', hidden: true });
  private readonly picker: HTMLInputElement;
  private readonly chips = element('ul', { class: 'chips' });
  private readonly attach: HTMLButtonElement;
  readonly sendButton: HTMLButtonElement;
  private picked: Picked[] = [];
  /** Whether to send as soon as all files are there. */
  private sendsLater = false;

  /** @param submit told to send; what it sends is taken by {@link take}. */
  constructor(
    private readonly talk: Talk,
    private readonly api: Api,
    private readonly language: Language,
    private readonly submit: () => void,
  ) {
    const { words } = language;
    this.text = element('textarea', {
      ...{ rows: 1, maxlength: 10_000, 'aria-label': words.write, placeholder: words.write },
      dir: 'auto',
      on: {
        input: () => this.wrote(),
        blur: () => talk.types(false),
        paste: (event) => this.pick(event.clipboardData?.files),
        keydown: (event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          submit();
        },
      },
    });
    this.picker = element('input', {
      ...{ type: 'file', multiple: true, hidden: true, tabindex: -1, 'aria-hidden': 'true' },
      on: {
        change: () => {
          this.pick(this.picker.files);
          this.picker.value = '';
        },
      },
    });
    const button = (name: string, label: string, path: string, click: () => void) =>
      element(
        'button',
        { type: 'button', class: name, 'aria-label': label, title: label, on: { click } },
        icon(path),
      );
    this.attach = button('tool', words.attach, CLIP, () => this.picker.click());
    this.sendButton = button('send', words.send, ARROW, submit);
    this.root = element(
      'div',
      { class: 'composer' },
      ...[this.problem, this.chips],
      element('div', { class: 'row' }, ...[this.picker, this.attach, this.text, this.sendButton]),
    );
  }

  /** What was written, and clears it; null where nothing can be sent yet. */
  take(): Pick<Draft, 'body' | 'files'> | null {
    const body = this.text.value.trim();
    this.sendsLater = this.isUploading;
    if (this.sendsLater) return null;
    if (body === '' && this.picked.length === 0) {
      tell(this.problem, this.language.words.empty);
      this.text.focus();
      return null;
    }
    const files = this.picked.map(({ id, name }) => ({ id: id!, name }));
    this.text.value = '';
    this.picked = [];
    this.wrote();
    this.renderChips();
    return { body, files };
  }

  render(): void {
    const accepted = this.talk.greeting?.files.contentTypes ?? [];
    this.picker.accept = accepted.includes('*/*') ? '' : accepted.join(',');
    this.attach.hidden = this.talk.greeting?.files.most === 0;
  }

  private wrote(): void {
    tell(this.problem, '');
    this.talk.types(this.text.value !== '');
    this.text.rows = Math.min(5, this.text.value.split('\n').length);
  }

  /** Has files go along. */
  pick(files: FileList | null | undefined): void {
    if (this.root.hidden) return;
    for (const file of files ?? []) {
      const problem = this.problemOf(file);
      if (problem !== null) {
        tell(this.problem, problem);
        continue;
      }
      tell(this.problem, '');
      const picked: Picked = { name: file.name, id: null };
      this.picked.push(picked);
      void this.upload(file, picked);
    }
    this.renderChips();
  }

  private problemOf({ name, type, size }: File): string | null {
    const { words } = this.language;
    const { contentTypes, largestBytes, most } = this.talk.greeting!.files;
    if (this.picked.length >= most) return fill(words.tooMany, { n: most });
    if (size > largestBytes) {
      return fill(words.tooLarge, { name, n: Math.floor(largestBytes / MEGABYTE) });
    }
    const isTaken = contentTypes.some((it) =>
      it.endsWith('/*') ? it === '*/*' || type.startsWith(it.slice(0, -1)) : it === type,
    );
    return isTaken ? null : fill(words.wrongType, { name });
  }

  private async upload(file: File, picked: Picked): Promise<void> {
    try {
      picked.id = await this.api.upload(file);
    } catch (error) {
      this.picked = this.picked.filter((other) => other !== picked);
      // without it the message may not be what was meant
      this.sendsLater = false;
      const trouble = error instanceof Trouble ? error : new Trouble('BROKEN', String(error));
      tell(this.problem, `${picked.name}: ${describe(trouble, this.language.words)}`);
    }
    this.renderChips();
  }

  private renderChips(): void {
    const { words } = this.language;
    const remove = (picked: Picked) => {
      this.picked = this.picked.filter((other) => other !== picked);
      this.renderChips();
      this.text.focus();
    };
    this.chips.replaceChildren(
      ...this.picked.map((picked) =>
        element(
          'li',
          { dir: 'auto' },
          picked.id === null ? fill(words.uploading, { name: picked.name }) : picked.name,
          element(
            'button',
            {
              ...{ type: 'button', class: 'link' },
              'aria-label': fill(words.remove, { name: picked.name }),
              on: { click: () => remove(picked) },
            },
            '×',
          ),
        ),
      ),
    );
    this.sendButton.disabled = this.isUploading;
    if (this.sendsLater && !this.isUploading) this.submit();
  }

  private get isUploading(): boolean {
    return this.picked.some(({ id }) => id === null);
  }
}
