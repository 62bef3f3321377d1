import { createHash } from 'node:crypto';
import type { WebhookAnswer } from '../kit/connector';
import type { Question } from '../kit/settings';
import { longestOf, type Problem } from './form';
import type { FormSettings } from './settings';
import { control } from './submission';

/** The form for people without scripts. */
export function formPage(settings: FormSettings, submissionId: string): WebhookAnswer {
  const { title, questions, honeypot, mostFiles } = settings;
  const files = `<p><label>Files <input type="file" name="${control.files}" multiple></label></p>`;
  const trap = `<p class="more" aria-hidden="true"><label>Leave this empty
<input name="${escaped(honeypot ?? '')}" tabindex="-1" autocomplete="off"></label></p>`;
  return page(settings, 200, [
    `<h1>${escaped(title)}</h1>`,
    '<form method="post" enctype="multipart/form-data" accept-charset="utf-8">',
    `<input type="hidden" name="${control.submission}" value="${escaped(submissionId)}">`,
    ...questions.map((question) => `<p>${inputOf(question)}</p>`),
    ...(mostFiles > 0 ? [files] : []),
    ...(honeypot === null ? [] : [trap]),
    '<p><button>Send</button></p>',
    '</form>',
  ]);
}

/** What people see who have sent it. */
export function thanksPage(settings: FormSettings): WebhookAnswer {
  return page(settings, 200, [`<h1>${escaped(settings.thanks)}</h1>`]);
}

/** What people see whose form was not taken. What they wrote is not shown again: their browser has it. */
export function problemPage(
  settings: FormSettings,
  status: number,
  problems: readonly Problem[],
): WebhookAnswer {
  const labels = new Map(settings.questions.map(({ key, label }) => [key, label]));
  const lines = problems.map(({ field, message }) => {
    const label = labels.get(field);
    return `<li>${label === undefined ? '' : `<b>${escaped(label)}</b>: `}${escaped(message)}</li>`;
  });
  return page(settings, status, [
    '<h1>This could not be sent</h1>',
    `<ul>${lines.join('')}</ul>`,
    '<p>Go back in your browser, correct it and send it again.</p>',
  ]);
}

function inputOf(question: Question): string {
  const { key, label, kind, required } = question;
  const mark = required ? ' required' : '';
  const words = `${escaped(label)}${required ? ' *' : ''}`;
  const name = `name="${escaped(key)}" maxlength="${longestOf(question)}"${mark}`;
  switch (kind) {
    case 'text':
      return `<label>${words}<textarea ${name} rows="8"></textarea></label>`;
    case 'choice': {
      const choices = (question.choices ?? []).map(
        (choice) => `<option>${escaped(choice)}</option>`,
      );
      return `<label>${words}<select name="${escaped(key)}"${mark}><option value=""></option>${choices.join('')}</select></label>`;
    }
    case 'consent':
      return `<label><input type="checkbox" name="${escaped(key)}" value="yes"${mark}> ${words}</label>`;
    default: {
      const type = { line: 'text', email: 'email', phone: 'tel' }[kind];
      return `<label>${words}<input type="${type}" ${name}></label>`;
    }
  }
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem}
label{display:block}input:not([type=checkbox]),select,textarea{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.4rem}
button{font:inherit;padding:.5rem 1.5rem}.more{position:absolute;left:-9999px}`;
const styleSum = createHash('sha256').update(style).digest('base64');

function page(
  { title, origins, redirectUrl }: FormSettings,
  status: number,
  lines: readonly string[],
): WebhookAnswer {
  // browsers hold the rule for forms against redirects too
  const targets = [...new Set([...origins, ...(redirectUrl ? [redirectUrl.origin] : [])])];
  const policy = [
    `default-src 'none'; style-src 'sha256-${styleSum}'; base-uri 'none'`,
    `form-action 'self' ${targets.join(' ')}`.trim(),
    `frame-ancestors ${origins.length > 0 ? `'self' ${origins.join(' ')}` : '*'}`,
  ];
  return {
    status,
    contentType: 'text/html; charset=utf-8',
    headers: {
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store',
      // with less than that, browsers would not say which page a form comes from
      'referrer-policy': 'same-origin',
    },
    body: `<!doctype html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${style}</style></head>
<body>
${lines.join('\n')}
</body></html>
`,
  };
}

const entities: Record<string, string> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
