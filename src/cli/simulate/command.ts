import { InvalidArgumentError, type Command } from 'commander';
import { parseFaults, type FaultSettings } from '../../simulator/faults';
import { platforms } from '../../simulator/platforms';
import type { Platform } from '../../simulator/platform';
import { Simulation } from '../../simulator/simulation';
import { SimulatorRefused } from '../../simulator/simulator-refused';

interface SimulateOptions {
  port: number;
  deliverTo?: string;
  secret?: string;
  verifyToken?: string;
  account?: string[];
  faults: Partial<FaultSettings>;
  seed: number;
  pace: number;
}

/** `parley simulate`: a platform's side on loopback, for whoever has no account there. */
export function simulateCommand(program: Command, stop: AbortSignal): void {
  program
    .command('simulate <platform>')
    .description(`plays a platform on loopback: ${Object.keys(platforms).join(', ')}`)
    .option('--port <port>', 'where it listens', whole, 4800)
    .option('--deliver-to <url>', "the channel's webhookUrl; it can also be registered later")
    .option('--secret <secret>', 'what deliveries are signed with (default: one is made up)')
    .option('--verify-token <token>', 'what the platform says when it asks for the address')
    .option('--account <ids...>', "ids of the company's accounts (default: made up)")
    .option('--faults <faults>', 'such as duplicates=0.2,rateLimited=0.1,echoFirst', faults, {})
    .option('--seed <number>', 'the same one makes the same things happen', whole, 1)
    .option('--pace <seconds>', 'how often something happens; 0 for never', whole, 3)
    .addHelpText(
      'after',
      `
While it runs, http://127.0.0.1:PORT/simulator shows what it is set to, and takes
POST /simulator/hooks { url }, /simulator/happenings { name }, /simulator/faults { duplicates: 1 }.

A server takes deliveries from it and sends to it once PARLEY_OUTGOING_ALLOW=127.0.0.1 is set.`,
    )
    .action((id: string, options: SimulateOptions) => simulate(id, options, stop));
}

async function simulate(id: string, options: SimulateOptions, stop: AbortSignal): Promise<void> {
  const platform = Object.hasOwn(platforms, id) ? platforms[id]! : null;
  if (!platform) {
    const known = Object.keys(platforms).join(', ');
    throw new SimulatorRefused(`${id} can't be simulated: there are ${known}.`);
  }
  const { port, seed, secret, account: accounts } = options;
  const note = (text: string) => process.stdout.write(`${new Date().toISOString()} ${text}\n`);
  const simulation = await Simulation.start(platform, { port, seed, secret, accounts, note });
  try {
    simulation.faults.set(options.faults);
    process.stdout.write(introduction(platform, simulation));
    await registerAddress(simulation, options);
    await keepGoing(simulation, options.pace, stop);
  } finally {
    await simulation.stop();
  }
}

function introduction({ id, label }: Platform<unknown>, simulation: Simulation<unknown>): string {
  const settings = JSON.stringify(simulation.settings, null, 2).replaceAll('\n', '\n  ');
  return `
  Simulating ${label} at ${simulation.url}. Ctrl-C stops it.

  Connect a channel (channelConnect, connector "${id}") with these settings:
  ${settings}

`;
}

async function registerAddress(
  simulation: Simulation<unknown>,
  { deliverTo, verifyToken }: SimulateOptions,
): Promise<void> {
  if (deliverTo !== undefined) {
    await simulation.addHook({ url: deliverTo, verifyToken });
  } else if (simulation.hooks.length === 0) {
    process.stdout.write(
      `  Nothing is delivered yet. Once the channel is connected, register its webhookUrl:\n` +
        `  curl ${simulation.url}/simulator/hooks -H 'content-type: application/json' -d '{"url":"…"}'\n\n`,
    );
  }
}

/** Has something happen now and then, until it is to stop. */
async function keepGoing(
  simulation: Simulation<unknown>,
  pace: number,
  stop: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setInterval(
      () => {
        if (pace > 0 && simulation.hooks.length > 0) simulation.happen();
      },
      Math.max(pace, 1) * 1_000,
    );
    const end = () => {
      clearInterval(timer);
      resolve();
    };
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, { once: true });
  });
}

function whole(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It has to be a whole number.');
}

function faults(text: string): Partial<FaultSettings> {
  try {
    return parseFaults(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
