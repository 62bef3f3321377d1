import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PEERS = fileURLToPath(new URL('../peers', import.meta.url));

/** Says at the very end, in plain lines, how many tests ran, and which kind was left out. */
export default class CountReporter {
  constructor(globalConfig) {
    this.isWhole = (globalConfig.testPathPatterns?.patterns ?? []).length === 0;
  }

  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = results;
    const skipped = numPendingTests + numTodoTests;
    if (this.isWhole && !testResults.some(({ testFilePath }) => testFilePath.startsWith(PEERS))) {
      const peers = readdirSync(PEERS).filter((name) => name.endsWith('.test.ts'));
      process.stdout.write(
        `\nLeft out, as they need servers that npm does not bring: ${peers.join(', ')}.` +
          `\n.ci/run installs those, and npm run test:peers runs these tests.\n`,
      );
    }
    process.stdout.write(
      `\nTests: ${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped\n`,
    );
  }
}
