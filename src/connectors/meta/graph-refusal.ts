import type { ConnectorResponse } from '../kit/http';

/** An answer by which the Graph API refuses: `{ error: { … } }`. */
export class GraphRefusal extends Error {
  constructor(
    /** Of HTTP. */
    readonly status: number,
    /** Meta's number for what is wrong; 0 where it gave none. */
    readonly code: number,
    readonly subcode: number,
    /** Meta's own words. */
    readonly words: string,
    readonly isTransient: boolean,
    readonly headers: ConnectorResponse['headers'],
  ) {
    super(`The Graph API answered ${status}: ${code}/${subcode} ${words}`);
  }
}

/** What an answer refuses; null where it does not. An error counts even if the status is 200. */
export function refusalIn(response: ConnectorResponse): GraphRefusal | null {
  const { status, headers } = response;
  const { error } = objectIn(response.json());
  if (status < 400 && !isObject(error)) return null;
  const told = objectIn(error);
  const details = textIn(objectIn(told.error_data).details);
  const words =
    [textIn(told.error_user_msg) || textIn(told.message), details]
      .filter((part, index, all) => part !== '' && all.indexOf(part) === index)
      .join(' ')
      .slice(0, 400) || 'no reason given';
  const transient = told.is_transient === true;
  const numbers = [numberIn(told.code), numberIn(told.error_subcode)] as const;
  return new GraphRefusal(status, ...numbers, words, transient, headers);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectIn(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function numberIn(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : 0;
}
