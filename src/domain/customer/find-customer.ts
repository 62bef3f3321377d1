import { queryObjects } from '../../db/sessions';
import { allOf, sql } from '../../db/sql';
import { withVisibleCustomer } from '../channel/visible-channels';
import type { Work } from '../kit/command';
import { matches, type CustomerLookup } from './lookup';

/** The customer that a lookup names, locked for change, or null when the actor sees none. */
export async function lockCustomer(work: Work, by: CustomerLookup): Promise<string | null> {
  const { session, actor } = work;
  const { workspaceId } = actor;
  const visible = withVisibleCustomer(actor, 'c.id');
  const [row] = await queryObjects<{ id: string }>(
    session,
    sql`select c.id from customer c
        where ${allOf([sql`c.workspace_id = ${workspaceId}`, matches(by, workspaceId), ...visible])}
        for update of c`,
  );
  return row?.id ?? null;
}
