import type { IncomingHttpHeaders } from 'node:http';
import type { Credentials } from '../auth/authenticate';

/** What a request's headers say about its caller. */
export function credentialsOf(headers: IncomingHttpHeaders): Credentials {
  const { authorization, 'parley-workspace': workspace, origin } = headers;
  return { authorization, workspace: workspace as string | undefined, origin };
}
