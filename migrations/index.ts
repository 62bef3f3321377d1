import { CreateTenancy1764000000000 } from './1764000000000-create-tenancy';
import { CreateCustomers1764000000001 } from './1764000000001-create-customers';
import { CreateConversations1764000000002 } from './1764000000002-create-conversations';
import { CreateTouchpoints1764000000003 } from './1764000000003-create-touchpoints';
import { CreateEvents1764000000004 } from './1764000000004-create-events';
import { CreateSearch1764000000005 } from './1764000000005-create-search';
import { CreateJobLeases1764000000006 } from './1764000000006-create-job-leases';
import { CreateEventLog1764000000010 } from './1764000000010-create-event-log';
import { CreatePresence1764000000011 } from './1764000000011-create-presence';
import { CreateWebhooks1764000000020 } from './1764000000020-create-webhooks';
import { CreateEventRelay1764000000030 } from './1764000000030-create-event-relay';
import { CreateConnections1764000000100 } from './1764000000100-create-connections';
import { SplitChannelHealth1764000000110 } from './1764000000110-split-channel-health';
import { KeepWhatItemsTell1764000000120 } from './1764000000120-keep-what-items-tell';
import { CreateFiles1764000000150 } from './1764000000150-create-files';
import { FindSources1764000000155 } from './1764000000155-find-sources';
import { CreateChatSessions1764000000170 } from './1764000000170-create-chat-sessions';
import { CreateMessageActions1764000000200 } from './1764000000200-create-message-actions';
import { TellIdsThatPassOn1764000000210 } from './1764000000210-tell-ids-that-pass-on';
import { CarryMessages1764000000240 } from './1764000000240-carry-messages';
import { LetVisitorsSignIn1764000000260 } from './1764000000260-let-visitors-sign-in';
import { QueueInOrder1764000000270 } from './1764000000270-queue-in-order';
import { CreateMessageTemplates1764000000290 } from './1764000000290-create-message-templates';
import { KeepWaitingDeliveries1764000000310 } from './1764000000310-keep-waiting-deliveries';

/** Every migration, oldest first. A merged one is never edited. */
export const migrations = [
  CreateTenancy1764000000000,
  CreateCustomers1764000000001,
  CreateConversations1764000000002,
  CreateTouchpoints1764000000003,
  CreateEvents1764000000004,
  CreateSearch1764000000005,
  CreateJobLeases1764000000006,
  CreateEventLog1764000000010,
  CreatePresence1764000000011,
  CreateWebhooks1764000000020,
  CreateEventRelay1764000000030,
  CreateConnections1764000000100,
  SplitChannelHealth1764000000110,
  KeepWhatItemsTell1764000000120,
  CreateFiles1764000000150,
  FindSources1764000000155,
  CreateChatSessions1764000000170,
  CreateMessageActions1764000000200,
  TellIdsThatPassOn1764000000210,
  CarryMessages1764000000240,
  LetVisitorsSignIn1764000000260,
  QueueInOrder1764000000270,
  CreateMessageTemplates1764000000290,
  KeepWaitingDeliveries1764000000310,
];
