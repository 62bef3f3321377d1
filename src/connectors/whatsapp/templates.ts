import type { ConnectorContext } from '../kit/connector';
import type { TemplateItem } from '../kit/item';
import type {
  ConnectorTemplate,
  FilledTemplate,
  TemplateParameter,
  TemplateStatus,
} from '../kit/template';
import { openWhatsApp } from './client';
import { fields, list, text, words, type Fields } from './read';

const statuses: Readonly<Record<string, TemplateStatus>> = {
  APPROVED: 'APPROVED',
  REINSTATED: 'APPROVED',
  PENDING: 'PENDING',
  IN_APPEAL: 'PENDING',
  REJECTED: 'REJECTED',
  PAUSED: 'PAUSED',
  DISABLED: 'DISABLED',
  PENDING_DELETION: 'DISABLED',
  DELETED: 'DISABLED',
  LIMIT_EXCEEDED: 'DISABLED',
  ARCHIVED: 'DISABLED',
};

const FIELDS = 'id,name,language,status,category,components,rejected_reason';

/** All templates of the account. */
export async function templates(context: ConnectorContext): Promise<ConnectorTemplate[]> {
  const { businessAccountId } = context.channel.settings;
  const pages = openWhatsApp(context).pages({
    path: `${String(businessAccountId)}/message_templates`,
    params: { fields: FIELDS, limit: 100 },
  });
  const found: ConnectorTemplate[] = [];
  for await (const page of pages) found.push(...list(page).flatMap(templateOf));
  return found;
}

/** `message_template_status_update`: what became of a template. */
export function readTemplateStatus(value: Fields, at: Date): TemplateItem[] {
  const name = text(value.message_template_name);
  const language = text(value.message_template_language);
  if (name === '' || language === '') return [];
  const reason = reasonOf(value.reason) ?? words(fields(value.disable_info).disable_date) ?? null;
  return [{ type: 'template', name, language, status: statusOf(value.event), reason, at }];
}

function statusOf(status: unknown): TemplateStatus {
  const known = text(status);
  return Object.hasOwn(statuses, known) ? statuses[known]! : 'OTHER';
}

/** Meta writes NONE where there is none. */
function reasonOf(reason: unknown): string | undefined {
  return text(reason) === 'NONE' ? undefined : words(reason);
}

function templateOf(told: Fields): ConnectorTemplate[] {
  const { id, name, language, category, status, rejected_reason: reason } = told;
  if (!words(name) || !words(language)) return [];
  const components = list(told.components);
  const parts = components.map(partOf);
  return [
    {
      externalId: text(id),
      name: text(name),
      language: text(language),
      category: words(category) ?? null,
      status: statusOf(status),
      statusReason: reasonOf(reason) ?? null,
      body: parts
        .map(({ body }) => body)
        .filter(Boolean)
        .join('\n\n'),
      parameters: parts.flatMap(({ parameters }) => parameters),
      components,
    },
  ];
}

interface Part {
  body: string;
  parameters: TemplateParameter[];
}

function partOf(component: Fields): Part {
  switch (text(component.type).toUpperCase()) {
    case 'HEADER':
      return headerOf(component);
    case 'BODY':
      return textPart('body', component.text, bodyExamples(fields(component.example)));
    case 'FOOTER':
      return { body: text(component.text), parameters: [] };
    case 'BUTTONS':
      return { body: '', parameters: list(component.buttons).flatMap(buttonParameter) };
    default:
      return { body: '', parameters: [] };
  }
}

type MediaKind = 'IMAGE' | 'VIDEO' | 'DOCUMENT';

function headerOf(component: Fields): Part {
  const format = text(component.format).toUpperCase();
  const example = fields(component.example);
  if (format === 'IMAGE' || format === 'VIDEO' || format === 'DOCUMENT') {
    const [first] = textsIn(example.header_handle);
    return { body: '', parameters: [{ key: 'header', kind: format, example: first ?? null }] };
  }
  if (format !== 'TEXT' && format !== '') return { body: '', parameters: [] };
  return textPart('header', component.text, examplesOf(example, 'header_text'));
}

const PLACE = /\{\{\s*([^{}\s]+)\s*\}\}/g;

/** A text with places, each with its part's name in front: `{{1}}` of the body is `{{body.1}}`. */
function textPart(part: string, value: unknown, examples: ReadonlyMap<string, string>): Part {
  const written = text(value);
  const names = [...new Set([...written.matchAll(PLACE)].map(([, name]) => name!))];
  return {
    body: written.replace(PLACE, (_, name: string) => `{{${part}.${name}}}`),
    parameters: names.map((name) => ({
      ...{ key: `${part}.${name}`, kind: 'TEXT' as const, example: examples.get(name) ?? null },
    })),
  };
}

function bodyExamples(example: Fields): ReadonlyMap<string, string> {
  const [first] = Array.isArray(example.body_text) ? (example.body_text as unknown[]) : [];
  return examplesOf(
    { ...example, body_text: Array.isArray(first) ? first : example.body_text },
    'body_text',
  );
}

/** Examples by the names or numbers of their places. */
function examplesOf(example: Fields, key: string): ReadonlyMap<string, string> {
  const named = list(example[`${key}_named_params`]).map(
    (it) => [text(it.param_name), text(it.example)] as const,
  );
  const numbered = textsIn(example[key]).map((it, index) => [String(index + 1), it] as const);
  return new Map([...numbered, ...named]);
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((it) => typeof it === 'string') : [];
}

function buttonParameter(button: Fields, index: number): TemplateParameter[] {
  const type = text(button.type).toUpperCase();
  const [example] = textsIn([button.example].flat());
  const parameter = { key: `button.${index}`, example: example ?? null };
  if (type === 'URL' && text(button.url).includes('{{')) return [{ ...parameter, kind: 'URL' }];
  return type === 'COPY_CODE' ? [{ ...parameter, kind: 'CODE' }] : [];
}

type Payload = Record<string, unknown>;

/** A template that is filled in, as it is sent. */
export function filledTemplate({ name, language, parameters }: FilledTemplate): Payload {
  const of = (part: string) => parameters.filter(({ key }) => key.split('.')[0] === part);
  const parts = ['header', 'body'].flatMap((type) => {
    const own = of(type);
    return own.length > 0 ? [{ type, parameters: own.map(parameterOf) }] : [];
  });
  const buttons = of('button').map(({ key, kind, value }) => ({
    type: 'button',
    sub_type: kind === 'CODE' ? 'copy_code' : 'url',
    index: key.split('.')[1],
    parameters: [
      kind === 'CODE' ? { type: 'coupon_code', coupon_code: value } : { type: 'text', text: value },
    ],
  }));
  const components = [...parts, ...buttons];
  return {
    ...{ name, language: { policy: 'deterministic', code: language } },
    ...(components.length > 0 && { components }),
  };
}

function parameterOf({ key, kind, value }: FilledTemplate['parameters'][number]): Payload {
  if (kind === 'IMAGE' || kind === 'VIDEO' || kind === 'DOCUMENT') {
    const type = kind.toLowerCase() as Lowercase<MediaKind>;
    return { type, [type]: { link: value } };
  }
  const place = key.slice(key.indexOf('.') + 1);
  // numbered places are told by their order
  return { type: 'text', ...(!/^\d+$/.test(place) && { parameter_name: place }), text: value };
}
