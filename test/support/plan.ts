import type { ClientBase, QueryConfig } from 'pg';
import type { Session } from '../../src/db/sessions';

/** A statement as it would be sent. */
export interface Captured {
  text: string;
  values: unknown[];
}

/** What a function sends to the database, which gets no answer. */
export async function capture(send: (session: Session) => Promise<unknown>): Promise<Captured> {
  let captured: Captured | undefined;
  const query = ({ text, values }: QueryConfig & { text: string }) => {
    captured = { text, values: values ?? [] };
    return Promise.reject(new Captures());
  };
  await send({ query } as unknown as Session).catch((error: unknown) => {
    if (!(error instanceof Captures)) throw error;
  });
  return captured!;
}

class Captures extends Error {}

/** One step of a plan as it was executed. */
export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: PlanNode[];
}

/** Whether the plan is made for the very values, or for any. */
export type PlanKind = 'custom' | 'generic';

/** Executes a statement, whose changes are undone, and gives all steps of its plan. */
export async function explain(
  client: Pick<ClientBase, 'query' | 'escapeLiteral'>,
  { text, values }: Captured,
  kind: PlanKind,
): Promise<PlanNode[]> {
  const given = values.map((value) => client.escapeLiteral(literal(value))).join(', ');
  await client.query(`begin; set local plan_cache_mode = force_${kind}_plan`);
  try {
    await client.query(`prepare explained as ${text}`);
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `explain (analyze, buffers, format json) execute explained${given && `(${given})`}`,
    );
    return flatten(rows[0]!['QUERY PLAN'][0].Plan);
  } finally {
    await client.query('rollback; deallocate all');
  }
}

function literal(value: unknown): string {
  return Array.isArray(value) ? `{${value.join(',')}}` : String(value);
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

/** The steps that read tables or indexes. */
export function scansOf(nodes: readonly PlanNode[]): PlanNode[] {
  return nodes.filter((node) => node['Node Type'].endsWith('Scan') && 'Relation Name' in node);
}

/** How many rows a step came by, whether it passed them on or not. */
export function rowsRead(nodes: readonly PlanNode[]): number {
  return nodes.reduce(
    (sum, node) =>
      sum +
      Math.round(
        (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      ),
    0,
  );
}
