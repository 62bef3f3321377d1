import { z } from 'zod';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import type { Work } from '../kit/command';
import { newId } from '../kit/ids';
import { line, optional } from '../kit/input';

/** An organisation by its id in the company's own system. */
export const companyInput = z.object({
  externalRef: line(200),
  name: line(200),
  domain: optional(line(253).transform((domain) => domain.toLowerCase())),
});

/** The company with this external reference, made or renamed as needed. */
export async function upsertCompany(
  { session, actor, now }: Work,
  { externalRef, name, domain }: z.output<typeof companyInput>,
): Promise<string> {
  const [company] = await queryObjects<{ id: string }>(
    session,
    sql`insert into company as c (workspace_id, id, name, domain, external_ref, created_at, updated_at)
        values (${actor.workspaceId}, ${newId()}, ${name}, ${domain}, ${externalRef}, ${now}, ${now})
        on conflict (workspace_id, external_ref) do update
          set name = excluded.name, domain = coalesce(excluded.domain, c.domain),
              updated_at = excluded.updated_at
        returning id`,
  );
  return company!.id;
}
