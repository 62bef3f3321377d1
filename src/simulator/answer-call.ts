import type { IncomingMessage, ServerResponse } from 'node:http';
import { controls } from './controls';
import { Refusal, type Answer, type Call, type Platform, type Route, type World } from './platform';
import { readCall, routeOf } from './routing';

/** What a call is answered from. */
export interface Served<State> extends World<State> {
  readonly platform: Platform<State>;
  /** Delivers what waits to be. */
  hurry(): Promise<void>;
  happen(name?: string): void;
}

/** Answers one call; gives the status, or null where the connection was cut. */
export async function answerCall<State>(
  served: Served<State>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<number | null> {
  const read = await readCall(request);
  const { media, platform } = served;
  const control = await controls(served, read);
  if (control) return write(response, control);
  const file = /^\/media\/(\w+)$/.exec(read.path);
  if (file) {
    const kept = media.at(file[1]!);
    const headers = { 'content-type': kept?.contentType ?? 'text/plain' };
    return write(response, { status: kept ? 200 : 404, headers, body: kept?.bytes ?? '' });
  }
  const found = routeOf(platform.routes, read.method, read.path);
  const call: Call = { ...read, params: found?.params ?? {} };
  if (!found) return write(response, platform.answers.notFound(call));
  const answer = await answerOf(served, found.route, call);
  if (answer === null) {
    response.destroy();
    return null;
  }
  return write(response, answer);
}

async function answerOf<State>(
  served: Served<State>,
  route: Route<State>,
  call: Call,
): Promise<Answer | null> {
  const { faults, platform } = served;
  const { answers } = platform;
  try {
    if (!route.isOpen) {
      if (faults.now.tokenDead) return answers.tokenDead(call);
      platform.authorise?.(call, served);
      if (faults.strikes('rateLimited')) return answers.rateLimited(call, served);
      if (faults.strikes('failing')) return answers.failed(call);
    }
    const answer = await route.handle(call, served);
    if (!route.creates) return answer;
    if (faults.now.echoFirst) await served.hurry();
    if (faults.strikes('cutOff')) return null;
    return faults.strikes('failingAfter') ? answers.failed(call) : answer;
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function write(response: ServerResponse, { status, headers, json, body }: Answer): number {
  const isJson = json !== undefined;
  response.writeHead(status, { ...(isJson && { 'content-type': 'application/json' }), ...headers });
  response.end(isJson ? JSON.stringify(json) : (body ?? ''));
  return status;
}
