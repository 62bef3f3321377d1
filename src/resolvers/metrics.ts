import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../domain/kit/request-context';
import { responseMetrics } from '../domain/metrics/response-metrics';
import { ResponseMetricsDimension } from '../domain/metrics/dimensions';
import { Visibility } from '../schema/enums';
import { ResponseMetrics } from '../schema/metrics';
import { DateTimeRange } from '../schema/shared/inputs';

@Resolver()
export class MetricsResolver {
  @Query(() => ResponseMetrics, {
    description:
      'How often and how fast customers were answered. Messages count by the time they were sent, conversations by their first inbound message; nothing else is applied.',
  })
  responseMetrics(
    @Arg('range', () => DateTimeRange, { nullable: true, description: 'Left out, all time.' })
    range: DateTimeRange | null,
    @Arg('channelIds', () => [ID], { nullable: true, description: 'Only these; at most 100.' })
    channelIds: string[] | null,
    @Arg('visibility', () => Visibility, { nullable: true, description: 'Only such talk.' })
    visibility: keyof typeof Visibility | null,
    @Arg('groupBy', () => [ResponseMetricsDimension], { defaultValue: [] })
    groupBy: ResponseMetricsDimension[],
    @Arg('timeZone', () => String, {
      defaultValue: 'UTC',
      description: 'IANA name of the zone that days and hours are taken in.',
    })
    timeZone: string,
    @Ctx() { reader }: RequestContext,
  ) {
    return responseMetrics(reader, { range, channelIds, visibility, groupBy, timeZone });
  }
}
