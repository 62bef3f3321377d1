import { Entity, PrimaryColumn } from 'typeorm';
import { Instant, Text } from './columns';

/** The tenant: owns everything else. */
@Entity('workspace')
export class Workspace {
  @PrimaryColumn({ type: 'uuid', name: 'workspace_id' })
  id: string;

  @Text()
  name: string;

  @Instant()
  createdAt: Date;
}
