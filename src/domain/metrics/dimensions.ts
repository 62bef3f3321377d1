/** What figures can be split by. */
export enum ResponseMetricsDimension {
  CHANNEL = 'CHANNEL',
  DAY = 'DAY',
  HOUR_OF_WEEK = 'HOUR_OF_WEEK',
  VISIBILITY = 'VISIBILITY',
}
