import type { KeptTemplate, WhatsAppWorld } from './account';
import { refuse } from './refusals';

type Json = Readonly<Record<string, unknown>>;

/** Refuses a template that the account does not have, or that is filled in wrongly. */
export function checkTemplate(part: Json, { state }: WhatsAppWorld): void {
  const { code } = (part['language'] ?? {}) as { code?: unknown };
  const template = state.templates.find(
    ({ name, language, status }) =>
      name === part['name'] && language === code && status === 'APPROVED',
  );
  if (!template) {
    const details = `template name (${String(part['name'])}) does not exist in ${String(code)}`;
    refuse(404, [132001], 'Template name does not exist in the translation', details);
  }
  const given = (part['components'] ?? []) as Json[];
  for (const type of ['header', 'body'] as const) {
    const wanted = placesOf(template, type);
    const found = parametersOf(given, type);
    if (found !== wanted) mismatch(type, wanted, found);
  }
  const buttons = given.filter((component) => component['type'] === 'button').length;
  const wanted = openButtons(template);
  if (buttons !== wanted) mismatch('button', wanted, buttons);
}

function mismatch(type: string, wanted: number, found: number): never {
  const details = `${type}: number of localizable_params (${found}) does not match the expected number of params (${wanted})`;
  refuse(400, [132000], 'Number of parameters does not match', details);
}

function placesOf({ components }: KeptTemplate, type: string): number {
  const component = components.find((one) => String(one['type']).toLowerCase() === type);
  if (!component) return 0;
  if (type === 'header' && component['format'] !== 'TEXT') return 1;
  const text = typeof component['text'] === 'string' ? component['text'] : '';
  return new Set(text.match(/\{\{[^{}]+\}\}/g)).size;
}

function parametersOf(components: readonly Json[], type: string): number {
  const component = components.find((one) => one['type'] === type);
  const parameters = component?.['parameters'];
  return Array.isArray(parameters) ? parameters.length : 0;
}

function openButtons({ components }: KeptTemplate): number {
  const buttons = components.flatMap((component) =>
    component['type'] === 'BUTTONS' ? (component['buttons'] as Json[]) : [],
  );
  return buttons.filter(
    ({ type, url }) => type === 'COPY_CODE' || (typeof url === 'string' && url.includes('{{')),
  ).length;
}
