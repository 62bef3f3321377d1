import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

/** The rules of the design's layout, walked over every file of src. */

const root = join(__dirname, '../../src');

interface Import {
  /** Path of the imported file below src, or null for a package. */
  file: string | null;
  specifier: string;
  /** Whether it is gone once compiled. */
  typeOnly: boolean;
}

interface SourceFile {
  path: string;
  text: string;
  tree: ts.SourceFile;
  imports: Import[];
}

const files: ReadonlyMap<string, SourceFile> = new Map(
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => [path, read(path)]),
);

function read(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const imports: Import[] = [];
  walk(tree, (node) => {
    const found = importOf(node);
    if (found) imports.push({ ...found, file: resolve(path, found.specifier) });
  });
  return { path, text, tree, imports };
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

function importOf(node: ts.Node): { specifier: string; typeOnly: boolean } | null {
  if (ts.isImportDeclaration(node)) {
    const { importClause, moduleSpecifier } = node;
    const names = importClause?.namedBindings;
    const inTypes =
      importClause?.name === undefined &&
      names !== undefined &&
      ts.isNamedImports(names) &&
      names.elements.every(({ isTypeOnly }) => isTypeOnly);
    const typeOnly = importClause?.isTypeOnly === true || inTypes;
    return { specifier: (moduleSpecifier as ts.StringLiteral).text, typeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    const specifier = (node.moduleSpecifier as ts.StringLiteral).text;
    return { specifier, typeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: (node.argument.literal as ts.StringLiteral).text, typeOnly: true };
  }
  const isImport =
    ts.isCallExpression(node) &&
    (node.expression.kind === ts.SyntaxKind.ImportKeyword ||
      (ts.isIdentifier(node.expression) && node.expression.text === 'require'));
  const [argument] = isImport ? node.arguments : [];
  if (argument && ts.isStringLiteral(argument)) {
    return { specifier: argument.text, typeOnly: false };
  }
  return null;
}

function resolve(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  const path = normalize(join(dirname(from), specifier));
  const candidates = [`${path}.ts`, join(path, 'index.ts')];
  return candidates.find((candidate) => existsSync(join(root, candidate))) ?? path;
}

/** The unit that a file belongs to: its first folder, or a folder in it that has rules of its own. */
function unitOf(path: string): string {
  if (path.startsWith('..')) return path.split('/')[1]!;
  const [first, second] = path.split('/');
  if (second === undefined) return 'wiring';
  // commands put work into the queue, tasks call commands, and the worker knows the tasks
  if (path === 'jobs/worker.ts') return 'jobs/worker';
  return first === 'jobs' && second === 'tasks' ? 'jobs/tasks' : first!;
}

/**
 * Whether a module holds pure constants, types and functions: once compiled it imports nothing of
 * ours but such modules. Everybody may import those from domain and auth.
 */
function isPure(path: string, above: readonly string[] = []): boolean {
  const file = files.get(path);
  if (!file || !/^(domain|auth)\//.test(path)) return false;
  return file.imports.every(
    ({ file: target, typeOnly }) =>
      typeOnly || target === null || above.includes(target) || isPure(target, [...above, path]),
  );
}

/**
 * Which units a unit may import. Imports of types count like all others, except where `types` has
 * them: a resolver names entities and the actor in the signatures of its methods.
 */
const directions: Record<string, { uses: string[]; types?: string[] }> = {
  config: { uses: [] },
  telemetry: { uses: ['config'] },
  entities: { uses: [] },
  db: { uses: ['entities', 'migrations'] },
  auth: { uses: ['config', 'db', 'entities'] },
  events: { uses: ['auth', 'db'] },
  jobs: { uses: ['config', 'db', 'telemetry'] },
  secrets: { uses: ['config'] },
  files: { uses: ['config', 'secrets'] },
  outgoing: { uses: ['config'] },
  connectors: { uses: ['outgoing'] },
  connections: { uses: ['connectors', 'db', 'outgoing', 'secrets'] },
  domain: {
    uses: [
      'auth',
      'connections',
      'connectors',
      'db',
      'entities',
      'events',
      'files',
      'jobs',
      'outgoing',
      'secrets',
    ],
  },
  webhooks: { uses: ['auth', 'config', 'db', 'domain', 'events', 'jobs', 'outgoing', 'secrets'] },
  inbound: {
    uses: [
      'auth',
      'connections',
      'connectors',
      'db',
      'domain',
      'events',
      'files',
      'jobs',
      'secrets',
    ],
  },
  outbound: {
    uses: [
      'auth',
      'config',
      'connections',
      'connectors',
      'db',
      'domain',
      'entities',
      'events',
      'files',
      'jobs',
    ],
  },
  nats: { uses: ['config', 'db', 'domain', 'events'] },
  'jobs/tasks': {
    uses: ['auth', 'connections', 'connectors', 'db', 'domain', 'files', 'jobs', 'telemetry'],
  },
  'jobs/worker': { uses: ['config', 'db', 'jobs', 'jobs/tasks', 'telemetry'] },
  // the other side of the wire: it knows nothing of Parley, and no connector knows of it
  simulator: { uses: [] },
  demo: { uses: ['simulator'] },
  schema: { uses: [] },
  resolvers: { uses: ['domain', 'schema'], types: ['auth', 'entities'] },
  server: {
    uses: [
      'auth',
      'config',
      'connectors',
      'db',
      'domain',
      'events',
      'files',
      'inbound',
      'resolvers',
      'schema',
      'telemetry',
    ],
  },
  // runs in browsers
  widget: { uses: [] },
  cli: {
    uses: [
      'auth',
      'config',
      'connectors',
      'db',
      'domain',
      'entities',
      'server',
      'simulator',
      'telemetry',
      'wiring',
    ],
  },
  // app.ts, main.ts and what they share put everything together
  wiring: {
    uses: [
      'auth',
      'cli',
      'config',
      'connections',
      'connectors',
      'db',
      'demo',
      'domain',
      'events',
      'files',
      'inbound',
      'jobs',
      'jobs/tasks',
      'jobs/worker',
      'nats',
      'outbound',
      'outgoing',
      'secrets',
      'server',
      'simulator',
      'telemetry',
      'webhooks',
    ],
  },
};

const imports = [...files.values()].flatMap(({ path, imports: list }) =>
  list.flatMap(({ file, typeOnly }) => (file === null ? [] : [{ path, file, typeOnly }])),
);

test('imports go one way', () => {
  const wrong = imports.filter(({ path, file, typeOnly }) => {
    const [from, to] = [unitOf(path), unitOf(file)];
    if (from === to || isPure(file)) return false;
    const { uses, types = [] } = directions[from] ?? { uses: [] };
    return !uses.includes(to) && !(typeOnly && types.includes(to));
  });
  expect(wrong.map(({ path, file }) => `${path} → ${file}`)).toEqual([]);
});

test('every folder has its directions written down here', () => {
  const units = new Set([...files.keys()].map(unitOf));
  expect([...units].filter((unit) => !(unit in directions))).toEqual([]);
});

test('no folder depends on itself by way of others', () => {
  const edges = new Map<string, Set<string>>();
  for (const { path, file, typeOnly } of imports) {
    const [from, to] = [unitOf(path), unitOf(file)];
    // cli and wiring call each other: both are edges of the program
    if (from === to || typeOnly || isPure(file) || [from, to].includes('wiring')) continue;
    edges.set(from, (edges.get(from) ?? new Set()).add(to));
  }
  const circles: string[] = [];
  const follow = (unit: string, trail: readonly string[]) => {
    if (trail.includes(unit)) {
      circles.push([...trail.slice(trail.indexOf(unit)), unit].join(' → '));
      return;
    }
    for (const next of edges.get(unit) ?? []) follow(next, [...trail, unit]);
  };
  for (const unit of edges.keys()) follow(unit, []);
  expect(circles).toEqual([]);
});

test('nobody imports main, and only app.ts and the command line import the server', () => {
  const wrong = imports.filter(
    ({ path, file }) =>
      file === 'main.ts' ||
      (file.startsWith('server/') &&
        !path.startsWith('server/') &&
        path !== 'app.ts' &&
        !path.startsWith('cli/')),
  );
  expect(wrong).toEqual([]);
});

test('connectors know their kit and nothing else, and fetch through it', () => {
  const connectors = [...files.values()].filter(({ path }) => /^connectors\/[^/]+\//.test(path));
  const wrong = connectors.flatMap(({ path, text, imports: list }) => {
    const own = path.split('/').slice(0, 2).join('/');
    const isKit = own === 'connectors/kit';
    const foreign = list.filter(
      ({ file }) =>
        file !== null &&
        !isKit &&
        !file.startsWith(`${own}/`) &&
        // what Meta's platforms have in common is a kit of theirs
        !/^connectors\/(kit|meta)\//.test(file),
    );
    const fetches = !isKit && /\bfetch\(/.test(text) ? [`${path} fetches`] : [];
    return [...foreign.map(({ file }) => `${path} → ${file}`), ...fetches];
  });
  expect(wrong).toEqual([]);
});

test('only config/env.ts reads the environment', () => {
  const readers = [...files.values()].filter(({ tree }) => {
    let reads = false;
    walk(tree, (node) => {
      reads ||= ts.isPropertyAccessExpression(node) && node.getText() === 'process.env';
      reads ||= ts.isElementAccessExpression(node) && /^process\[.env.\]$/.test(node.getText());
    });
    return reads;
  });
  expect(readers.map(({ path }) => path)).toEqual(['config/env.ts']);
});

test('files are at most 300 lines long', () => {
  const long = [...files.values()].filter(({ text }) => text.trimEnd().split('\n').length > 300);
  expect(long.map(({ path }) => path)).toEqual([]);
});

test('files have names of their own, in kebab-case', () => {
  const vague =
    /^(utils?|helpers?|types?|common|managers?|misc|shared)\.ts$|-(utils?|helpers?|manager)\.ts$/;
  const bad = [...files.keys()].filter((path) => {
    const name = path.split('/').at(-1)!;
    return vague.test(name) || !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(name);
  });
  expect(bad).toEqual([]);
});

test('there are named exports only', () => {
  const bad = [...files.values()].filter(({ tree }) =>
    tree.statements.some(
      (statement) =>
        ts.isExportAssignment(statement) ||
        (ts.canHaveModifiers(statement) &&
          ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)),
    ),
  );
  expect(bad.map(({ path }) => path)).toEqual([]);
});

test('the methods of resolvers are short: at most five statements and five lines', () => {
  const long: string[] = [];
  for (const { path, tree } of files.values()) {
    if (!path.startsWith('resolvers/')) continue;
    walk(tree, (node) => {
      if (!ts.isMethodDeclaration(node) || !node.body) return;
      const { statements } = node.body;
      const lines = node.body.getText().split('\n').length - 2;
      const branches = /\b(if|for|while|switch|try)\b \(?/.test(node.body.getText());
      if (statements.length > 5 || lines > 5 || branches) {
        long.push(
          `${path} ${node.name.getText()}: ${statements.length} statements, ${lines} lines`,
        );
      }
    });
  }
  expect(long).toEqual([]);
});

test('resolvers and schema keep away from the database’s libraries', () => {
  const wrong = [...files.values()].filter(
    ({ path, imports: list }) =>
      /^(resolvers|schema)\//.test(path) &&
      list.some(({ specifier }) => /^(typeorm|pg|sql-template-tag)$/.test(specifier)),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test('the walk sees what there is', () => {
  const known = files.get('resolvers/customer.ts')!.imports.map(({ file }) => file);
  expect(known).toContain('domain/customer/upsert-customer.ts');
  expect(isPure('domain/kit/ids.ts')).toBe(true);
  expect(isPure('domain/kit/command.ts')).toBe(false);
});
