import { startTestApp, type TestApp } from '../support/app';

let parley: TestApp;
beforeAll(async () => {
  parley = await startTestApp();
});
afterAll(() => parley.close());

test('the viewer is told who it is and in which workspace', async () => {
  const { owner } = await parley.workspace('Acme');
  const { viewer } = await owner.query<{ viewer: object }>(
    '{ viewer { kind name workspace { name } } }',
  );
  expect(viewer).toEqual({ kind: 'API_KEY', name: 'Owner', workspace: { name: 'Acme' } });
});
