import { deliveryChecks } from './delivery-checks';
import { manifestChecks } from './manifest-checks';
import { sendChecks } from './send-checks';
import type { Check } from './subject';
import { webhookChecks } from './webhook-checks';

/** What every connector has to do, whatever its platform. */
export const checks: readonly Check[] = [
  ...manifestChecks,
  ...webhookChecks,
  ...deliveryChecks,
  ...sendChecks,
];
