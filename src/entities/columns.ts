import { Column, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** First part of every primary key: the workspace that the row belongs to. */
export function WorkspaceKey(): PropertyDecorator {
  return (target, property) => {
    PrimaryColumn({ type: 'uuid', name: 'workspace_id' })(target, property);
    // by the table's name, because the entity's own file needs this one
    ForeignKey('workspace')(target, property);
  };
}

/** Second part of a primary key: a UUIDv7, minted in code. */
export function IdKey(): PropertyDecorator {
  return PrimaryColumn({ type: 'uuid', name: 'id' });
}

/** A UUID that points at a row of the same workspace. */
export function Ref(options: { nullable?: boolean } = {}): PropertyDecorator {
  return Column({ type: 'uuid', ...options });
}

/** A moment, to the millisecond: the precision of a JavaScript Date, so that cursors are exact. */
export function Instant(options: { nullable?: boolean } = {}): PropertyDecorator {
  return Column({ type: 'timestamptz', precision: 3, ...options });
}

/** Text whose limits the commands check. */
export function Text(options: { nullable?: boolean; default?: string } = {}): PropertyDecorator {
  return Column({ type: 'text', ...options });
}

/** A JSON object. */
export function Json(options: { nullable?: boolean } = {}): PropertyDecorator {
  return Column({ type: 'jsonb', ...(options.nullable ? options : { default: () => `'{}'` }) });
}

/** A foreign key inside the workspace: (workspace_id, column) to (workspace_id, id). */
export function BelongsTo(
  target: () => new () => object,
  property: string,
  name: string,
  targetProperty = 'id',
): ClassDecorator {
  return ForeignKey(target, ['workspaceId', property], ['workspaceId', targetProperty], { name });
}

/** An index over expressions, which only the migrations can write down. */
export function SearchIndex(name: string): ClassDecorator {
  return Index(name, { synchronize: false });
}
