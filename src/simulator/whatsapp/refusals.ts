import { graphError } from '../meta/graph-answers';
import { Refusal, type Answer } from '../platform';

/** How the Cloud API refuses: as all of Meta does, with details of its own. */
export function cloudError(
  status: number,
  [code, subcode]: readonly [code: number, subcode?: number],
  message: string,
  details?: string,
): Answer {
  const answer = graphError(status, code, `(#${code}) ${message}`, subcode);
  if (details === undefined) return answer;
  const { error } = answer.json as { error: object };
  const data = { messaging_product: 'whatsapp', details };
  return { ...answer, json: { error: { ...error, error_data: data } } };
}

/** @throws Refusal */
export function refuse(...told: Parameters<typeof cloudError>): never {
  throw new Refusal(cloudError(...told));
}
