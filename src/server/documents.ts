import { GraphQLError, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Most tokens of a document. */
export const MOST_TOKENS = 10_000;

/** Valid documents that are kept, and how long their texts may be together, in characters. */
const MOST_KNOWN = 2_000;
const MOST_TEXT = 2_000_000;

/**
 * Parses and validates documents. One that comes again is the same object, so that whatever is worked
 * out for it is worked out once: its permissions, its cost, its compiled function.
 */
export class Documents {
  private readonly known = new LRUCache<string, DocumentNode>({
    max: MOST_KNOWN,
    maxSize: MOST_TEXT,
    sizeCalculation: (_document, text) => text.length + 1,
  });

  constructor(private readonly schema: GraphQLSchema) {}

  /** The document of a text, or what is wrong with it. */
  read(text: string): DocumentNode | readonly GraphQLError[] {
    const known = this.known.get(text);
    if (known) return known;
    try {
      const document = parse(text, { maxTokens: MOST_TOKENS });
      const mistakes = validate(this.schema, document);
      if (mistakes.length > 0) return mistakes;
      this.known.set(text, document);
      return document;
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      throw error;
    }
  }
}
