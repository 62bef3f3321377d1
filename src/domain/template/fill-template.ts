import type {
  FilledTemplate,
  TemplateParameter,
  TemplateParameterKind,
} from '../../connectors/kit/template';
import type { MessageTemplate } from '../../entities';

/** Why a template can't be sent as it was filled in. Every reason is part of the API. */
export enum TemplateFault {
  TEMPLATE_NOT_APPROVED = 'TEMPLATE_NOT_APPROVED',
  PARAMETER_MISSING = 'PARAMETER_MISSING',
  PARAMETER_UNKNOWN = 'PARAMETER_UNKNOWN',
  PARAMETER_REPEATED = 'PARAMETER_REPEATED',
  PARAMETER_INVALID = 'PARAMETER_INVALID',
}

export interface GivenParameter {
  key: string;
  value: string;
}

/** One thing that is wrong; the path goes from the input's `template` on. */
export interface TemplateProblem {
  reason: TemplateFault;
  message: string;
  path: (string | number)[];
}

type Fillable = Pick<MessageTemplate, 'name' | 'language' | 'status' | 'body'> & {
  parameters: readonly { key: string; kind: string }[];
};

/** A template with what was given in its places, and its text; or what is wrong. */
export function fillTemplate(
  template: Fillable,
  given: readonly GivenParameter[],
): { problems: TemplateProblem[] } | { problems: null; body: string; filled: FilledTemplate } {
  const problems = [
    ...checkStatus(template),
    ...given.flatMap((parameter, index) => checkGiven(template, given, parameter, index)),
    ...missing(template, given),
  ];
  if (problems.length > 0) return { problems };
  const values = new Map(given.map(({ key, value }) => [key, value]));
  const { name, language, body } = template;
  const parameters = template.parameters.map(({ key, kind }) => ({
    ...{ key, kind: kind as TemplateParameterKind, value: values.get(key)! },
  }));
  return { problems: null, body: render(body, values), filled: { name, language, parameters } };
}

function checkStatus({ status }: Fillable): TemplateProblem[] {
  if (status === 'APPROVED') return [];
  const message = `The platform takes this template only once it is approved; it is ${status}.`;
  return [{ reason: TemplateFault.TEMPLATE_NOT_APPROVED, message, path: ['name'] }];
}

function checkGiven(
  template: Fillable,
  given: readonly GivenParameter[],
  { key, value }: GivenParameter,
  index: number,
): TemplateProblem[] {
  const path = ['parameters', index];
  const parameter = template.parameters.find((one) => one.key === key);
  if (!parameter) {
    const keys = template.parameters.map((one) => one.key).join(', ') || 'none';
    const message = `The template has no such parameter. It has: ${keys}.`;
    return [{ reason: TemplateFault.PARAMETER_UNKNOWN, message, path: [...path, 'key'] }];
  }
  if (given.findIndex((one) => one.key === key) < index) {
    const message = 'It is given twice.';
    return [{ reason: TemplateFault.PARAMETER_REPEATED, message, path: [...path, 'key'] }];
  }
  const message = faultOf(parameter.kind as TemplateParameterKind, value);
  if (message === null) return [];
  return [{ reason: TemplateFault.PARAMETER_INVALID, message, path: [...path, 'value'] }];
}

const files: ReadonlySet<TemplateParameter['kind']> = new Set(['IMAGE', 'VIDEO', 'DOCUMENT']);

function faultOf(kind: TemplateParameter['kind'], value: string): string | null {
  if (value.trim() === '') return 'Must not be empty.';
  if (files.has(kind)) {
    const isAddress = URL.canParse(value) && new URL(value).protocol === 'https:';
    return isAddress ? null : 'Must be the address of a file, which begins with https://.';
  }
  return /[\n\r\t]| {5}/.test(value) ? 'Must be one line, without tabs or many spaces.' : null;
}

function missing(template: Fillable, given: readonly GivenParameter[]): TemplateProblem[] {
  const keys = new Set(given.map(({ key }) => key));
  return template.parameters
    .filter(({ key }) => !keys.has(key))
    .map(({ key }) => ({
      reason: TemplateFault.PARAMETER_MISSING,
      message: `The parameter ${key} must be given.`,
      path: ['parameters'],
    }));
}

function render(body: string, values: ReadonlyMap<string, string>): string {
  return body.replace(/\{\{([^{}]+)\}\}/g, (place, key: string) => values.get(key) ?? place);
}
