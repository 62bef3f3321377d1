import { Client } from 'pg';
import { uuidOf } from '../src/domain/kit/ids';
import { startLimit, startOurs, startPostgraphile, graphqlRequest } from './support/contenders';
import { seededDatabase, startPostgres } from './support/database';
import { LoadGenerator } from './support/load';
import { ask, measureInTurns, ratio, type Contender } from './support/measure';
import { printFigures, printResult } from './support/report';
import { BenchError, type Run } from './support/run';
import { WORKSPACE_ID } from './support/seed';

const full = {
  plan: { customers: 50_000, conversations: 100_000, messagesPerConversation: 10 },
  windows: { warmUp: 8, rounds: 7, seconds: 5 },
};
const quick = {
  plan: { customers: 2_000, conversations: 4_000, messagesPerConversation: 10 },
  windows: { warmUp: 1.5, rounds: 2, seconds: 2 },
};

const STATUS = 'OPEN';
const PAGE = 20;

/** The inbox: a page of conversations with their neighbours, against SQL by hand and PostGraphile. */
export async function inbox(run: Run): Promise<void> {
}
