import { GraphQLError, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Most tokens of a document. */
export const MOST_TOKENS = 10_000;

/** Valid documents that are kept, and how long their texts may be together, in characters. */
const MOST_KNOWN = 2_000;
const MOST_TEXT = 2_000_000;

/** The same of documents that are mistaken, whose mistakes take up far more than their texts. */
const MOST_MISTAKEN = 100;
const MOST_MISTAKEN_TEXT = 20_000;

/**
 * Parses and validates documents. One that comes again is the same object, so that whatever is worked
 * out for it is worked out once: its permissions, its cost, its compiled function. The mistakes of one
 * that comes again are the same too: whoever sends it without end costs little.
 */
export class Documents {
  private readonly known = byText<DocumentNode>(MOST_KNOWN, MOST_TEXT);
  private readonly mistaken = byText<readonly GraphQLError[]>(MOST_MISTAKEN, MOST_MISTAKEN_TEXT);

  constructor(private readonly schema: GraphQLSchema) {}

  /** The document of a text, or what is wrong with it. */
  read(text: string): DocumentNode | readonly GraphQLError[] {
    const known = this.known.get(text) ?? this.mistaken.get(text);
    if (known) return known;
    const document = this.parse(text);
    if ('kind' in document) this.known.set(text, document);
    else this.mistaken.set(text, document);
    return document;
  }

  private parse(text: string): DocumentNode | readonly GraphQLError[] {
    try {
      const document = parse(text, { maxTokens: MOST_TOKENS });
      const mistakes = validate(this.schema, document);
      return mistakes.length > 0 ? mistakes : document;
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      throw error;
    }
  }
}

/** The latest values by text. */
function byText<Value extends object>(most: number, mostText: number): LRUCache<string, Value> {
  return new LRUCache({
    max: most,
    maxSize: mostText,
    sizeCalculation: (_value, text) => text.length + 1,
  });
}
