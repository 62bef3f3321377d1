// Starts the network and writes its addresses as one line of JSON; ends when standard input ends.
// Needs DB_POSTGRES_URL and REDIS_HOST; may be started from anywhere, with the folder where it was
// installed as its argument.
const { createRequire } = require('node:module');
const { join } = require('node:path');

const { TestNetwork } = createRequire(join(process.argv[2], 'package.json'))('@atproto/dev-env');

async function start() {
  const network = await TestNetwork.create({ dbPostgresSchema: 'network' });
  const { pds, bsky, plc } = network;
  process.stdout.write(
    `${JSON.stringify({ service: pds.url, appView: bsky.url, directory: plc.url })}\n`,
  );
  process.stdin.resume().on('end', () => void network.close().finally(() => process.exit(0)));
}

start().catch((error) => {
  console.error(error);
  process.exit(1);
});
