import base from './jest.config.js';

/**
 * Tests against servers that nobody here wrote, beside this process. They need programs that Node.js
 * does not bring (`.ci/run` installs them), share their ports, and take their time.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  roots: ['<rootDir>/test/peers'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 60_000,
};
