/** Settings of a channel as data: one table gives the form, the validation and the description. */

interface FieldBase {
  /** Name in the settings object, in camelCase. */
  key: string;
  /** What people read beside the input. */
  label: string;
  /** What it is and where to find it. */
  description: string;
  /** Absent: it must be given. */
  optional?: true;
  /** Encrypted at rest; never comes back through the API, never in a log. */
  secret?: true;
  /** Set by the connector itself, such as a token that it got; not part of the form. */
  internal?: true;
}

export interface TextField extends FieldBase {
  kind: 'text';
  longest?: number;
  /** Source of a regular expression that the whole text must match. */
  pattern?: string;
  default?: string;
}

/** A server: `https://…`, or `http://…` where the operator allows it. */
export interface UrlField extends FieldBase {
  kind: 'url';
  default?: string;
}

/** The name or address of a host that is not spoken to by HTTP. */
export interface HostField extends FieldBase {
  kind: 'host';
  default?: string;
}

/** A whole number. */
export interface NumberField extends FieldBase {
  kind: 'number';
  least: number;
  most: number;
  default?: number;
}

export interface ToggleField extends FieldBase {
  kind: 'toggle';
  default: boolean;
}

export interface ChoiceField extends FieldBase {
  kind: 'choice';
  choices: readonly { value: string; label: string }[];
  default?: string;
}

/** Several texts, such as the origins that may use a widget. */
export interface ListField extends FieldBase {
  kind: 'list';
  most: number;
  pattern?: string;
  default?: readonly string[];
}

/** Questions that a customer is asked; see `questions.ts`. */
export interface FormField extends FieldBase {
  kind: 'form';
  default?: readonly Question[];
}

/** Another channel of the workspace, by its id. */
export interface ChannelField extends FieldBase {
  kind: 'channel';
  /** Of this connector. */
  connector: string;
}

export type SettingField =
  | TextField
  | UrlField
  | HostField
  | NumberField
  | ToggleField
  | ChoiceField
  | ListField
  | FormField
  | ChannelField;

/** One question of a form. */
export interface Question {
  /** Name of the answer, in snake_case or camelCase. */
  key: string;
  label: string;
  kind: 'line' | 'text' | 'email' | 'phone' | 'choice' | 'consent';
  required: boolean;
  /** Of a choice. */
  choices?: readonly string[];
  longest?: number;
}
