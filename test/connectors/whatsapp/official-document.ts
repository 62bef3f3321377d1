import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { load } from 'js-yaml';

const file = join(
  __dirname,
  '../../../../shared/payloads/_specs/whatsapp-business-messaging-api_v23.0.yaml',
);

export const hasDocument = existsSync(file);

type Json = Record<string, unknown>;

/**
 * Meta's own description of the Cloud API as a judge of what is sent. Three things of it can't be
 * taken at their word, because then none of Meta's own examples would pass:
 * - parts of `allOf` that allow nothing beside themselves, which are read as one whole;
 * - the pattern of a button's index, which allows no 0;
 * - `biz_opaque_callback_data` and `recipient`, which Meta describes elsewhere.
 */
export class OfficialDocument {
  private readonly schemas: Json;
  private readonly ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor() {
    const { components } = load(readFileSync(file, 'utf8')) as { components: { schemas: Json } };
    this.schemas = components.schemas;
  }

  /** What is wrong with a value, going by a schema of the document; empty where it is right. */
  problems(schema: string, value: unknown): string[] {
    const known = this.validators.get(schema);
    const validate = known ?? this.ajv.compile(this.resolved(schema) as object);
    this.validators.set(schema, validate);
    if (validate(value)) return [];
    return validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  /** What is wrong with a request to `/{phone-number-id}/messages`. */
  problemsOfMessage(json: Json): string[] {
    if (json['status'] === 'read') return this.problems('MarkMessageRequestPayload', json);
    const { biz_opaque_callback_data: key, recipient, ...message } = json;
    const kind = kinds[String(message['type'])];
    if (kind === undefined) return [`there is no type ${String(message['type'])}`];
    if (key !== undefined && typeof key !== 'string') return ['biz_opaque_callback_data'];
    return this.problems(kind, recipient === undefined ? message : { to: recipient, ...message });
  }

  /**
   * What is wrong with the value of a change of the field `messages`. Where the document speaks of
   * messages that come in, it refers to those that go out by mistake: their names have a number behind.
   */
  problemsOfTold(value: Json): string[] {
    const { metadata, contacts, messages, statuses } = value as Record<string, Json[] | undefined>;
    return [
      ...this.problems('Metadata', metadata),
      ...(contacts ?? []).flatMap((one) => this.problems('ContactProfile', one)),
      ...(statuses ?? []).flatMap((one) => this.problems('Statuses', one)),
      ...(messages ?? []).flatMap((one) => {
        const kind = toldKinds[String(one['type'])];
        return kind === undefined ? [String(one['type'])] : this.problems(kind, one);
      }),
    ];
  }

  private resolved(name: string): unknown {
    return this.resolve(this.schemas[name], [name]);
  }

  private resolve(schema: unknown, above: readonly string[]): unknown {
    if (Array.isArray(schema)) return schema.map((one) => this.resolve(one, above));
    if (typeof schema !== 'object' || schema === null) return schema;
    const { $ref: ref, allOf, ...rest } = schema as Json;
    if (typeof ref === 'string') {
      const written = ref.split('/').at(-1)!;
      const isTold = Object.values(toldKinds).includes(above[0]!);
      const name = (isTold && meant[written]) || written;
      return above.includes(name) ? {} : this.resolve(this.schemas[name], [...above, name]);
    }
    const own = Object.fromEntries(
      Object.entries(rest)
        .filter(([key, value]) => !(key === 'pattern' && typeof value === 'string'))
        .filter(([key]) => key !== 'discriminator' && key !== 'example')
        .map(([key, value]) => [key, this.resolve(value, above)]),
    );
    if (!Array.isArray(allOf)) return own;
    return whole([own, ...(this.resolve(allOf, above) as Json[])]);
  }
}

/** Schemas that all hold of one object, as one. */
function whole(schemas: readonly Json[]): Json {
  const properties = Object.assign({}, ...schemas.map((one) => one['properties'] ?? {})) as Json;
  const required = schemas.flatMap((one) => (one['required'] ?? []) as string[]);
  const isClosed = schemas.some((one) => one['additionalProperties'] === false);
  return {
    ...{ type: 'object', properties, required: [...new Set(required)] },
    ...(isClosed && { additionalProperties: false }),
  };
}

const kinds: Readonly<Record<string, string>> = {
  text: 'TextMessage',
  image: 'ImageMessage',
  video: 'VideoMessage',
  audio: 'AudioMessage',
  document: 'DocumentMessage',
  sticker: 'StickerMessage',
  reaction: 'ReactionMessage',
  interactive: 'InteractiveMessage',
  template: 'TemplateMessage',
  location: 'LocationMessage',
  contacts: 'ContactsMessage',
};

const toldKinds: Readonly<Record<string, string>> = {
  text: 'TextMessage_2',
  image: 'ImageMessage_1',
  location: 'LocationMessage_1',
  reaction: 'ReactionMessage_1',
};

const meant: Readonly<Record<string, string>> = {
  BaseMessageProperties: 'BaseMessageProperties_1',
};
