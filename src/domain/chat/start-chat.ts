import { z } from 'zod';
import type { Connections } from '../../connections/connections';
import { defineCommand, type Outcome } from '../kit/command';
import { DomainError, ErrorCode } from '../kit/errors';
import { optional } from '../kit/input';
import { checkAnswers } from './answers';
import { chatSettings, openChat } from './chat-channel';
import {
  authorOf,
  externalIdOf,
  findWritten,
  writeMessage,
  written,
  type WrittenMessage,
} from './write-message';

const answer = z.object({ key: z.string().max(50), value: z.string().max(10_000) });

/** The question whose answer is what a visitor wants to be called. */
const NAME_KEY = 'name';
const LONGEST_NAME = 200;

/** Begins a conversation with the customer's first message and their answers to the form. */
export const startChat = (connections: Connections) =>
  defineCommand({
    name: 'chatStart',
    input: z.object({
      input: z.object({ ...written, answers: optional(z.array(answer).max(30)) }),
    }),
    async run(work, { input }): Promise<Outcome<WrittenMessage>> {
      const author = await authorOf(work);
      const { workspaceId } = work.actor;
      const channelId = author.channel.id;
      const threadKey = externalIdOf(work, input.clientKey);
      const known = await findWritten(work, channelId, input.clientKey);
      if (known) return { result: known };
      const open = await openChat(connections, workspaceId, channelId);
      if (!open) throw new DomainError(ErrorCode.INVALID_STATE, 'This chat is closed.');
      const { answers, problems } = checkAnswers(chatSettings(open).intake, input.answers ?? []);
      if (problems.length > 0) throw new DomainError(problems);
      const name = answers.find(({ key }) => key === NAME_KEY)?.value.slice(0, LONGEST_NAME);
      return writeMessage(work, author, input, {
        threadKey,
        ...(answers.length > 0 && { answers }),
        // who is signed in is called as the company says
        ...(name !== undefined && work.actor.name === 'Visitor' && { displayName: name }),
      });
    },
  });
