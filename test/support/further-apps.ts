import { startTestApp, type TestApp } from './app';

/** Applications that tests start beside that of their file; none outlives a test that fails. */
export class FurtherApps {
  private readonly started: TestApp[] = [];

  async start(...args: Parameters<typeof startTestApp>): Promise<TestApp> {
    const app = await startTestApp(...args);
    this.started.push(app);
    return app;
  }

  /** Closes them, for `afterEach`; gives what they logged as faults. */
  async close(): Promise<object[]> {
    const all = this.started.splice(0);
    for (const app of all) await app.close();
    return all.flatMap(({ faults }) => faults);
  }
}
