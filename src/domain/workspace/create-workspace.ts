import { z } from 'zod';
import { Workspace } from '../../entities';
import { defineCommand } from '../kit/command';
import { line } from '../kit/input';
import { insertDefaultStages } from '../lifecycle/stages';

/** Makes the actor's workspace, whose id was minted before, with its lifecycle stages. */
export const createWorkspace = defineCommand({
  name: 'workspaceCreate',
  input: z.object({ name: line(100) }),
  async run({ manager, session, actor, now }, { name }) {
    const id = actor.workspaceId;
    await manager.insert(Workspace, { id, name, createdAt: now });
    await insertDefaultStages(session, id);
    return { result: { id }, events: [{ type: 'workspace.created', subjectId: id, data: {} }] };
  },
});
