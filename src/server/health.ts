import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';

/** Liveness: the process answers. Readiness: it can also serve, which needs the database. */
export function health(app: FastifyInstance, pool: Pool): void {
  app.get('/health/live', { logLevel: 'silent' }, () => ({ status: 'ok' }));
  app.get('/health/ready', { logLevel: 'silent' }, async (_request, reply) => {
    try {
      await pool.query('select 1');
      return { status: 'ok' };
    } catch {
      return reply
        .code(503)
        .send({ status: 'unavailable', reason: 'the database does not answer' });
    }
  });
}
