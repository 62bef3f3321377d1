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
    const isOfItsOwn = ({ testFilePath }) =>
      testFilePath.startsWith(PEERS) || testFilePath.endsWith('.long.test.ts');
    if (this.isWhole && !testResults.some(isOfItsOwn)) {
      process.stdout.write(
        '\nLeft out: npm run test:long, which kills processes and databases again and again,' +
          '\nand npm run test:peers, which needs servers that npm does not bring: .ci/run installs' +
          ' them.\n',
      );
    }
    process.stdout.write(
      `\nTests: ${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped\n`,
    );
  }
}
