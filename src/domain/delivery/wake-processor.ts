import { queryObjects, type Session } from '../../db/sessions';
import { sql } from '../../db/sql';

/** The channel of notices on which whoever processes deliveries hears that there may be some. */
export const INBOUND_CHANNEL = 'parley_inbound';

/** Tells it, after the commit; only for what people do by hand, because such commits wait in line. */
export async function wakeProcessor(session: Session): Promise<void> {
  await queryObjects(session, sql`select pg_notify(${INBOUND_CHANNEL}, '')`);
}
