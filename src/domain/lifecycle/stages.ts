import { queryObjects, type Session } from '../../db/sessions';
import { sql } from '../../db/sql';
import { bulkColumns, bulkInsert } from '../../db/bulk';
import type { Work } from '../kit/command';

/** The stages that a new workspace begins with, in the order of the relationship. */
export const defaultStages = [
  ['AWARENESS', 'Awareness'],
  ['CONSIDERATION', 'Consideration'],
  ['ACQUISITION', 'Acquisition'],
  ['ONBOARDING', 'Onboarding'],
  ['ACTIVE', 'Active'],
  ['AT_RISK', 'At risk'],
  ['RECOVERY', 'Recovery'],
  ['FORMER', 'Former'],
] as const;

/** Gives a new workspace its stages. */
export async function insertDefaultStages(session: Session, workspaceId: string): Promise<void> {
  const columns = bulkColumns(defaultStages, {
    workspace_id: ['uuid', () => workspaceId],
    key: ['text', ([key]) => key],
    name: ['text', ([, name]) => name],
    position: ['smallint', (stage) => defaultStages.indexOf(stage) + 1],
  });
  await queryObjects(session, bulkInsert('lifecycle_stage', columns));
}

/** The stage of a customer of whom nothing is known yet. */
export async function firstStage({ session, actor }: Work): Promise<string> {
  const [stage] = await queryObjects<{ key: string }>(
    session,
    sql`select key from lifecycle_stage where workspace_id = ${actor.workspaceId} order by position limit 1`,
  );
  if (!stage) throw new Error('a workspace without lifecycle stages');
  return stage.key;
}
