import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { linkOf, type LinkedAttachment } from '../domain/file/attachment-link';
import type { RequestContext } from '../domain/kit/request-context';
import { AttachmentType } from '../schema/attachment';

@Resolver(() => AttachmentType)
export class AttachmentResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Where its bytes are, for whoever has this URL; it works for an hour, so read it anew when you need it. Null until `status` is `STORED`.',
  })
  url(@Root() attachment: LinkedAttachment, @Ctx() ctx: RequestContext) {
    return linkOf(ctx, attachment);
  }
}
