/** What an answer may be, by the request's Accept header. */
export interface Accepted {
  /** An event stream, asked for by name. */
  stream: boolean;
  /** JSON, also where anything will do. */
  json: boolean;
}

const jsonTypes = /^(application\/(json|graphql-response\+json|graphql\+json|\*)|\*\/\*)$/;

/** Reads an Accept header; without one, anything will do. */
export function acceptedBy(accept = '*/*'): Accepted {
  const types = accept.split(',').flatMap((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [type];
  });
  return {
    stream: types.includes('text/event-stream'),
    json: types.some((type) => jsonTypes.test(type)),
  };
}
