import * as fc from 'fast-check';
import { OutboxWorld } from './outbox-world';
import { courses, prepare, run, type Course } from './sequencer-model';

/** What must hold however transactions interleave. `npm run test:long` plays many more courses. */
const COURSES = Number(process.env.PARLEY_LONG_TESTS ?? 4);

// each course has 200 transactions and more, and takes some seconds
jest.setTimeout(COURSES * 60_000);

let world: OutboxWorld;

beforeAll(async () => {
  world = await OutboxWorld.create();
  await prepare(world);
});
afterEach(() => world.reset());
afterAll(() => world.close());

async function check(course: Course): Promise<void> {
  const { committed, bySubject, log, followed } = await run(world, course);
  for (const [index, events] of log.entries()) {
    const marks = events.map((event) => event.mark ?? event.subject);
    expect(events.map(({ position }) => position)).toEqual(events.map((_, before) => before + 1));
    expect(marks.toSorted()).toEqual(committed[index]!.toSorted());
    expect(followed[index]).toEqual(
      events.map(({ position }, at) => ({ position, mark: marks[at] })),
    );
  }
  const told = new Map<string, string[]>();
  for (const { subject, mark } of log.flat()) {
    told.set(subject, [...(told.get(subject) ?? []), mark ?? subject]);
  }
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(bySubject));
  await world.reset();
}

async function checkAll(arbitrary: fc.Arbitrary<Course>, numRuns: number): Promise<void> {
  await fc.assert(fc.asyncProperty(arbitrary, check), { numRuns, endOnFailure: true });
}

test('each committed event gets the next position of its workspace, once, and those of a subject in the order of the commits', () =>
  checkAll(courses({ most: 6, late: 0 }), COURSES));

test('the same with more events than a batch takes', async () => {
  // of 120 transactions some 87 commit, with 25 events each and more: a backlog for certain
  await checkAll(courses({ fewest: 25, most: 60, late: 120 }), COURSES / 2);
  expect(await world.hadFullBatch()).toBe(true);
});
