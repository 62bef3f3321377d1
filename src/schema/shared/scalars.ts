import {
  DateTimeResolver,
  EmailAddressResolver,
  JSONObjectResolver,
  LocalDateResolver,
  PhoneNumberResolver,
  TimeZoneResolver,
  URLResolver,
} from 'graphql-scalars';

/** The scalars beyond GraphQL's own; from one library, so that clients know them. */
export {
  DateTimeResolver as DateTime,
  EmailAddressResolver as EmailAddress,
  JSONObjectResolver as JSONObject,
  LocalDateResolver as LocalDate,
  PhoneNumberResolver as PhoneNumber,
  TimeZoneResolver as TimeZone,
  URLResolver as URLScalar,
};
