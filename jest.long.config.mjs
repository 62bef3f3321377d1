import base from './jest.config.js';

/**
 * Tests that kill processes and databases again and again, and play out long random courses: minutes
 * of work that an everyday change need not wait for. PARLEY_LONG_TESTS says how many courses.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  testMatch: ['**/*.long.test.ts', '<rootDir>/test/events/sequencer.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/peers/'],
};
