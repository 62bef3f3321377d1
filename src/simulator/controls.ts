import { parseFaults, type FaultSettings } from './faults';
import type { Answer, Call } from './platform';
import type { Served } from './answer-call';
import { SimulatorRefused } from './simulator-refused';

/**
 * What a program that runs beside the simulator can do to it, under `/simulator`: look (GET), register
 * an address (POST hooks), have something happen (POST happenings), set faults (POST faults).
 * @returns null for what is no call of this kind.
 */
export async function controls<State>(
  served: Served<State>,
  call: Omit<Call, 'params'>,
): Promise<Answer | null> {
  const [, first, what, ...rest] = call.path.split('/');
  if (first !== 'simulator' || rest.length > 0) return null;
  try {
    if (call.method === 'POST') await control(served, what, call.json);
    return { status: 200, json: stateOf(served) };
  } catch (error) {
    if (!(error instanceof SimulatorRefused)) throw error;
    return { status: 400, json: { message: error.message } };
  }
}

async function control<State>(
  served: Served<State>,
  what: string | undefined,
  json: Call['json'],
): Promise<void> {
  if (what === 'hooks') {
    const { url, secret, verifyToken, accounts } = json;
    await served.addHook({
      url: String(url),
      ...(typeof secret === 'string' && { secret }),
      ...(typeof verifyToken === 'string' && { verifyToken }),
      ...(Array.isArray(accounts) && { accounts: accounts.map(String) }),
    });
  } else if (what === 'happenings') {
    const { name } = json;
    served.happen(typeof name === 'string' ? name : undefined);
  } else if (what === 'faults') {
    served.faults.set(faultsOf(json));
  } else {
    throw new SimulatorRefused('POST goes to /simulator/hooks, /happenings or /faults.');
  }
}

function faultsOf(json: Call['json']): Partial<FaultSettings> {
  return parseFaults(
    Object.entries(json)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(','),
  );
}

function stateOf<State>(served: Served<State>): object {
  const { faults, hooks, platform, state } = served;
  return {
    platform: platform.id,
    settings: platform.settings(served),
    accounts: platform.accounts(state),
    hooks: hooks.map(({ id, url, failures, isDisabled }) => ({ id, url, failures, isDisabled })),
    faults: faults.now,
    happenings: platform.happenings.map(({ name }) => name),
  };
}
