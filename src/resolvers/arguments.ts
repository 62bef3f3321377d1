import { Arg } from 'type-graphql';

/** The `idempotencyKey` argument of every mutation. */
export function IdempotencyKey(): ParameterDecorator {
  return Arg('idempotencyKey', () => String, {
    nullable: true,
    description:
      'The same key with the same arguments gets the stored answer again for 24 hours, and nothing is done twice; with other arguments it is refused. 1 to 128 visible ASCII characters.',
  }) as ParameterDecorator;
}
