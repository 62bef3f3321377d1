import type { Item, Notice, Scope } from '../../events/hub/live-operation';
import type { StoredEvent } from '../../events/log';
import type { RequestContext } from '../kit/request-context';

/** A subscription over the log whose arguments are checked. */
export interface LivePlan {
  scope: Scope;
  /** The position to begin after; null: now. */
  after: number | null;
  /** Whether the arguments only choose among events: the item of one is the same for everybody. */
  onlyChooses: boolean;
  /** The items of events, null for those that don't concern it or that the caller may not see. */
  select(events: readonly StoredEvent[], context: RequestContext): Promise<(Item | null)[]>;
  /** The item of a notice. */
  notice(kind: Notice, position: number): Item;
}

/** A subscription over something that is not in the log: who is present. */
export interface PresencePlan {
  conversationId: string;
  /** Who is present now, and when the first of them stops to be unless it says so again. */
  present(context: RequestContext): Promise<{ item: Item; expiresAt: Date | null }>;
}

/** What a subscription's root field stands for. */
export type LiveField =
  | {
      source: 'LOG';
      /** @throws BadArgument for arguments that can't be used. */
      plan(args: Record<string, unknown>, context: RequestContext): Promise<LivePlan>;
    }
  | {
      source: 'PRESENCE';
      /** @throws BadArgument for arguments that can't be used. */
      plan(args: Record<string, unknown>, context: RequestContext): Promise<PresencePlan>;
    };
