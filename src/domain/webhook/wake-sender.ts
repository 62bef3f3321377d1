import { queryObjects, type Session } from '../../db/sessions';
import { sql } from '../../db/sql';

/** The channel on which whoever sends webhooks hears that there may be something to send. */
export const WEBHOOK_CHANNEL = 'parley_webhooks';

/** Tells it, after the commit; only for what people do by hand, because such commits wait in line. */
export async function wakeSender(session: Session): Promise<void> {
  await queryObjects(session, sql`select pg_notify(${WEBHOOK_CHANNEL}, '')`);
}
