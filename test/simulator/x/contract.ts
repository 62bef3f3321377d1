import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import type { Call } from '../../../src/simulator/platform';

/** X's official OpenAPI document, where it is at hand: what the connector sends is held against it. */

const file = join(__dirname, '../../../../shared/payloads/_specs/x-api-v2.167-openapi.json');

export const hasContract = existsSync(file);

interface Parameter {
  in: 'path' | 'query';
  name: string;
  required?: boolean;
  schema: { type?: string };
}

interface Operation {
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { content: Record<string, unknown> };
}

interface Contract {
  paths: Record<string, Record<string, Operation>>;
  components: { parameters?: Record<string, Parameter> };
}

const DOCUMENT = 'https://api.x.com/openapi.json';

/** Says what is wrong with calls, by the document; empty where all is well. */
export class XContract {
  private readonly document = JSON.parse(readFileSync(file, 'utf8')) as Contract;
  private readonly ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor() {
    this.ajv.addSchema(this.document, DOCUMENT);
  }

  problemsOf(call: Call): string[] {
    // signing in is told in prose alone
    if (call.path === '/2/oauth2/token') return [];
    const found = this.find(call);
    const name = `${call.method} ${call.path}`;
    if (!found) return [`${name} is not in the document`];
    const { operation, pointer, params } = found;
    return [
      ...this.parameters(call, operation, pointer, params),
      ...this.body(call, operation, pointer),
    ].map((problem) => `${name}: ${problem}`);
  }

  private find({ method, path }: Call) {
    const parts = path.split('/');
    for (const [template, operations] of Object.entries(this.document.paths)) {
      const names = template.split('/');
      const operation = operations[method.toLowerCase()];
      if (!operation || names.length !== parts.length) continue;
      const params: Record<string, string> = {};
      const fits = names.every((name, at) => {
        const [, variable] = /^\{(.+)\}$/.exec(name) ?? [];
        if (variable !== undefined) params[variable] = parts[at]!;
        return variable !== undefined || name === parts[at];
      });
      const isLiteral = Object.keys(params).length === 0;
      if (!fits || (!isLiteral && this.isLiteral(path, method))) continue;
      const pointer = `/paths/${template.replaceAll('/', '~1')}/${method.toLowerCase()}`;
      return { operation, pointer, params };
    }
    return null;
  }

  private isLiteral(path: string, method: string): boolean {
    return this.document.paths[path]?.[method.toLowerCase()] !== undefined;
  }

  private parameters(
    { query }: Call,
    operation: Operation,
    pointer: string,
    params: Record<string, string>,
  ): string[] {
    const known = (operation.parameters ?? []).map((given, index) => {
      if (!('$ref' in given)) return { parameter: given, at: `${pointer}/parameters/${index}` };
      const name = given.$ref.split('/').at(-1)!;
      return {
        parameter: this.document.components.parameters![name]!,
        at: `/components/parameters/${name}`,
      };
    });
    const names = new Set(known.map(({ parameter }) => parameter.name));
    return [
      ...[...query.keys()]
        .filter((name) => !names.has(name))
        .map((name) => `there is no parameter ${name}`),
      ...known.flatMap(({ parameter, at }) => {
        const { name, schema } = parameter;
        const given = parameter.in === 'path' ? params[name] : query.get(name);
        if (given == null) return parameter.required ? [`${name} is missing`] : [];
        return this.check(`${at}/schema`, valueOf(given, schema.type)).map(
          (wrong) => `${name} ${wrong}`,
        );
      }),
    ];
  }

  private body({ body, json }: Call, { requestBody }: Operation, pointer: string): string[] {
    if (!requestBody) return body.length > 0 ? ['has a body'] : [];
    return this.check(`${pointer}/requestBody/content/application~1json/schema`, json);
  }

  private check(pointer: string, value: unknown): string[] {
    const known = this.compiled.get(pointer);
    const validate = known ?? this.ajv.compile({ $ref: `${DOCUMENT}#${encodeURI(pointer)}` });
    this.compiled.set(pointer, validate);
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }
}

function valueOf(given: string, type: string | undefined): unknown {
  if (type === 'array') return given.split(',');
  if (type === 'integer' || type === 'number') return Number(given);
  return type === 'boolean' ? given === 'true' : given;
}
