import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

const options = {
  swcrc: false,
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: {
      legacyDecorator: true,
      decoratorMetadata: true,
      useDefineForClassFields: false,
    },
    keepClassNames: true,
  },
  module: { type: 'commonjs', ignoreDynamic: true },
};

// a run of the tests starts more than a hundred processes, which all load the same sources
const cache = fileURLToPath(new URL('../../node_modules/.cache/loaded-sources', import.meta.url));
const { version } = require('@swc/core/package.json');
const salt = JSON.stringify([version, options]);

require('reflect-metadata');
require.extensions['.ts'] = (module, filename) => {
  module._compile(compiled(filename), filename);
};

function compiled(filename) {
  const source = readFileSync(filename, 'utf8');
  const path = join(cache, `${digest(filename)}.js`);
  const mark = `\n// ${digest(salt + source)}`;
  try {
    const code = readFileSync(path, 'utf8');
    if (code.endsWith(mark)) return code;
  } catch {
    // it is loaded for the first time
  }
  const { code } = require('@swc/core').transformSync(source, { ...options, filename });
  keep(path, code + mark);
  return code;
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** Another process finds it whole or not at all; where nothing can be written, it does without. */
function keep(path, code) {
  const unfinished = `${path}.${randomUUID()}`;
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(unfinished, code);
    renameSync(unfinished, path);
  } catch {
    // an account that may not write here, for instance
  }
}

/**
 * Loads a source file as it is, without a build. For tests that need a process of their own, to
 * kill it for instance.
 *
 * @param {string} path relative to this file
 */
export function loadTypescript(path) {
  return require(path);
}
