import { z } from 'zod';
import { fieldShape } from './setting-values';
import type { SettingField } from './settings';

type Settings = Record<string, unknown>;

/** The settings that callers give; the others are the connector's own. */
export function formFields(fields: readonly SettingField[]): SettingField[] {
  return fields.filter(({ internal }) => !internal);
}

/** What a setting is when nobody gives it; undefined where it has to be given, or may be missing. */
export function defaultOf(field: SettingField): unknown {
  return 'default' in field ? field.default : undefined;
}

/** Settings of a new channel: complete, with the defaults filled in. */
export function settingsShape(fields: readonly SettingField[]): z.ZodType<Settings, unknown> {
  return eachField(
    fields,
    (field, value) => value ?? defaultOf(field) ?? (field.optional ? null : undefined),
  );
}

/**
 * Changes of settings. What is left out stays as it is; null takes back what may be missing, and
 * brings a default back.
 */
export function settingsChangeShape(fields: readonly SettingField[]): z.ZodType<Settings, unknown> {
  return eachField(fields, (field, value) => {
    if (value === undefined) return KEEP;
    return value ?? defaultOf(field) ?? (field.optional ? null : undefined);
  });
}

/** Stands for a value that is not to be looked at. */
const KEEP = Symbol('keep');

/** @param meant the value that is checked for a field; undefined is missing, null is none. */
function eachField(
  fields: readonly SettingField[],
  meant: (field: SettingField, value: unknown) => unknown,
): z.ZodType<Settings, unknown> {
  const known = new Map(formFields(fields).map((field) => [field.key, field]));
  return z.custom<Settings>(isObject, 'Must be an object.').transform((given, context) => {
    const found: [string, unknown][] = [];
    for (const key of Object.keys(given).filter((it) => !known.has(it))) {
      const message = `There is no such setting. There are: ${[...known.keys()].join(', ')}.`;
      context.addIssue({ code: 'custom', path: [key], message });
    }
    for (const [key, field] of known) {
      const value = meant(field, Object.hasOwn(given, key) ? given[key] : undefined);
      if (value === KEEP) continue;
      if (value === undefined) {
        context.addIssue({ code: 'custom', path: [key], message: 'Must be given.' });
      } else if (value === null) {
        found.push([key, null]);
      } else {
        const checked = fieldShape(field).safeParse(value);
        if (checked.success) {
          found.push([key, checked.data]);
        } else {
          for (const { path, message } of checked.error.issues.flatMap(eachKey)) {
            context.addIssue({ code: 'custom', path: [key, ...path], message });
          }
        }
      }
    }
    return Object.fromEntries(found);
  });
}

/** One issue for each name that is too many, so that its path says which. */
function eachKey(issue: z.core.$ZodIssue): Pick<z.core.$ZodIssue, 'path' | 'message'>[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    message: 'There is no such field.',
  }));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
