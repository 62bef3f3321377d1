import type { Question } from './answers';
import { element, tell } from './element';
import type { Language } from './words/languages';

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

interface Field {
  question: Question;
  control: Control;
  problem: HTMLElement;
}

const types = { EMAIL: 'email', PHONE: 'tel', CONSENT: 'checkbox', LINE: 'text' } as const;
const fills: Partial<Record<string, string>> = { EMAIL: 'email', PHONE: 'tel' };
const emailForm = /^[^\s@]+@[^\s@]+$/;
let made = 0;

/** The channel's questions, before the first message. */
export class Intake {
  readonly root = element('div');
  private fields: Field[] = [];
  private asked: readonly Question[] | null = null;

  constructor(private readonly language: Language) {}

  ask(questions: readonly Question[]): void {
    if (questions === this.asked) return;
    this.asked = questions;
    this.fields = questions.map((question) => this.field(question));
    this.root.replaceChildren(...this.fields.map((field) => this.label(field)));
  }

  /** The answers; null where one has to be looked at, which has the focus then. */
  take(): { key: string; value: string }[] | null {
    let first: Control | null = null;
    const answers = this.fields.flatMap(({ question, control, problem }) => {
      const value = valueOf(control);
      const wrong = this.problemOf(question, value);
      tell(problem, wrong);
      control.setAttribute('aria-invalid', String(wrong !== ''));
      if (wrong !== '') first ??= control;
      return value === '' ? [] : [{ key: question.key, value }];
    });
    (first as Control | null)?.focus();
    return first === null ? answers : null;
  }

  private problemOf({ kind, required }: Question, value: string): string {
    const { words } = this.language;
    if (required && (value === '' || value === 'no')) return words.required;
    return kind === 'EMAIL' && value !== '' && !emailForm.test(value) ? words.email : '';
  }

  private field(question: Question): Field {
    const { kind, key, required, choices } = question;
    const problem = element('span', { class: 'problem', id: `problem-${made++}`, hidden: true });
    const shared = {
      ...{ name: key, 'aria-required': required, 'aria-describedby': problem.id, dir: 'auto' },
      autocomplete: fills[kind] ?? (key === 'name' ? 'name' : undefined),
    };
    if (kind === 'TEXT') {
      return { question, problem, control: element('textarea', { ...shared, rows: 3 }) };
    }
    if (kind !== 'CHOICE') {
      return { question, problem, control: element('input', { ...shared, type: types[kind] }) };
    }
    const options = [this.language.words.choose, ...choices].map((choice, index) =>
      element('option', { value: index === 0 ? '' : choice }, choice),
    );
    return { question, problem, control: element('select', shared, ...options) };
  }

  private label({ question: { label, kind, required }, control, problem }: Field): HTMLElement {
    const text = element('span', { dir: 'auto' }, `${label}${required ? ' *' : ''}`);
    const isCheck = kind === 'CONSENT';
    return element(
      'label',
      { class: `field${isCheck ? ' check' : ''}` },
      ...(isCheck ? [control, text] : [text, control]),
      problem,
    );
  }
}

function valueOf(control: Control): string {
  if (control instanceof HTMLInputElement && control.type === 'checkbox') {
    return control.checked ? 'yes' : 'no';
  }
  return control.value.trim();
}
